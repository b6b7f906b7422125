-- With every span cut the box's clock goes on; calls come again when the line is back.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
fault{ span = 1, l1 = "down" }
fault{ span = 2, l1 = "down" }
wait(20)
assert(#box.query("show alarms --json") >= 2)
fault{ span = 1, l1 = "up" }
fault{ span = 2, l1 = "up" }
wait(20)
assert(common.span(1).dchannel == "up", common.span(1).dchannel)
local c = common.caller()
c:expect("answered", 3)
ann:expect("ringing", 30)
ann:lift()
common.talk(c, ann)
