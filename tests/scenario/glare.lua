-- Both sides take the same channel at once: the network's call goes through, ours finds another channel.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
fault{ span = 1, glare = true }
local p = phone("2/4")
p:lift()
p:dial("92125550188#")
local c = incoming(1, 10)
c:answer()
common.talk(c, p)
