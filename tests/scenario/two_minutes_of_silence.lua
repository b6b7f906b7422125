-- Nothing happens: nothing is said, nobody rings, no alarm comes up.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local p = phone("2/1")
wait(120)
assert(common.fails(p.expect, p, "ringing", 0))
assert(#box.query("show alarms --json") == 0)
assert(common.span(1).dchannel == "up")
