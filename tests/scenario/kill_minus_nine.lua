-- The program is killed in the middle of calls: after the start each has a record.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local talking = common.caller{ from = "2125550101" }
ann:expect("ringing", 3)
ann:lift()
common.talk(talking, ann)
local waiting = common.caller{ from = "2125550102" }
waiting:expect("answered", 2)
box.kill()
ann:hang_up()
wait(15)
box.start()
local seen = {}
for _, r in ipairs(box.query("show calls last 10 --json")) do seen[r.from] = r.outcome end
assert(seen["2125550101"] == "restarted", seen["2125550101"])
assert(seen["2125550102"] == "restarted", seen["2125550102"])
assert(#box.query("show calls --json") == 0)
common.caller{ from = "2125550103" }:expect("answered", 5)
