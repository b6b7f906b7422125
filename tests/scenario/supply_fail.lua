-- The supply warns: no new calls but emergency ones, who waits is told, who talks goes on, what is known is on flash at once;
-- the power goes 200 ms later: a talk that ended in them has its whole record, every other call that it was cut. Back again, calls are taken as ever.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ disk_faults = true, power_cut = true, set = common.with{ "queue sales music none" } }
local ann = common.log_in("2/1", "101")
local talking = common.caller{ from = "2125550101" }
ann:expect("ringing", 3)
ann:lift()
common.talk(talking, ann)
local waiting = common.caller{ from = "2125550102" }
waiting:expect("answered", 2)
wait(8)

local function alarm()
  for _, a in ipairs(box.query("show alarms --json")) do
    if a.text:find("supply is failing", 1, true) then return a.severity end
  end
end
assert(box.console("debug supply failing") == "")
assert(waiting:hears("power-failing"))
assert(alarm() == "critical")
local refused = common.caller{ from = "2125550103" }
assert(refused:expect("rejected", 3).cause == 41)
common.talk(talking, ann) -- goes on
local bob = phone("2/2")
bob:lift()
bob:dial("92125550199")
bob:expect("busy-or-reorder", 5)
bob:hang_up()
wait(1)

box.console("debug supply ok")
wait(1)
assert(not alarm())
local later = common.caller{ from = "2125550104" }
later:expect("answered", 3)
later:hang_up(16)
wait(2)

assert(box.console("debug supply failing") == "")
talking:hang_up(16) -- ends within what is left
wait(0.2)
box.kill() -- what was not synced is gone
ann:hang_up()
wait(15)
box.start()
local seen = {}
for _, r in ipairs(box.query("show calls last 10 --json")) do seen[r.from] = r end
local last = seen["2125550101"]
assert(last.outcome == "answered" and last.agent == "101" and last.ended, "the end of a talk 0.2 s before: " .. last.outcome)
assert(seen["2125550102"].outcome == "restarted" and seen["2125550102"].queue == "sales", "who waited where is known")
assert(seen["2125550104"].outcome ~= "restarted")
assert(not alarm(), "a box that starts has power")
