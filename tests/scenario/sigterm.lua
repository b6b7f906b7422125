-- An orderly stop ends the calls with cause 41 and completes their records.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local c = common.caller{ from = "2125550101" }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
box.stop()
c:expect("released", 5)
assert(c.cause == 41, c.cause)
ann:hang_up()
wait(5)
box.start()
local r = box.query("show calls last 1 --json")[1]
assert(r.from == "2125550101" and r.outcome == "answered" and r.ended and r.talk_ms > 0, r.outcome)
