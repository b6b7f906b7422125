-- The box as the network towards a PBX: calls both ways.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "span 1 signalling pri-net", "span 1 switch qsig" } }
local p = phone("2/4")
local c = common.caller{ to = "8005552000" }
p:expect("ringing", 4)
p:lift()
c:expect("answered", 2)
common.talk(c, p)
p:hang_up()
c:expect("released", 5)
wait(2)
p:lift()
p:dial("92125550188#")
c = incoming(1, 10)
c:answer()
common.talk(c, p)
