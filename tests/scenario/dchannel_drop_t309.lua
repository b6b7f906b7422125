-- The D channel goes and comes back: calls in progress go on; gone for long, they are ended.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
fault{ span = 1, dchannel = "dead", for_s = 5 }
common.talk(c, ann)
wait(15)
assert(common.span(1).dchannel == "up", common.span(1).dchannel)
common.talk(c, ann)
assert(c.state == "answered", c.state)
c:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
assert(common.last_record().cause == 16)

c = common.caller{ from = "2125550102" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
fault{ span = 1, dchannel = "dead", for_s = 180 }
ann:expect("busy-or-reorder", 150)
ann:hang_up()
assert(common.span(1).dchannel == "down")
local r = common.last_record()
assert(r.from == "2125550102" and r.cause == 27, r.cause)
wait(200)
common.caller{ from = "2125550103" }:expect("answered", 5)
