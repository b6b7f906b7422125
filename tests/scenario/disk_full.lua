-- The disk is full: who talks goes on talking, an alarm says so, and all is well when there is room again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local c = common.caller{ from = "2125550101" }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
fault{ disk = "full" }
local other = common.caller{ from = "2125550102" }
wait(5)
common.talk(c, ann)
assert(#box.query("show alarms --json") > 0)
fault{ disk = "ok" }
wait(15)
other:hang_up(16)
c:hang_up(16)
ann:hang_up()
wait(5)
local seen = {}
for _, r in ipairs(box.query("show calls last 10 --json")) do seen[r.from] = r.outcome end
assert(seen["2125550101"] == "answered", seen["2125550101"])
c = common.caller{ from = "2125550103" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
