-- Agents of a queue far apart in work: an alarm with both names, over when the work is spread.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "system fairness-alarm 40%", "queue sales strategy linear" } }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local function alarm()
  for _, one in ipairs(box.query("show alarms --json")) do
    if one.text:find("minutes") then return one end
  end
end
local function talks(p, seconds)
  local c = common.caller()
  p:expect("ringing", 3)
  p:lift()
  wait(seconds)
  c:hang_up(16)
  p:hang_up()
  wait(2)
end
-- Linear: Ann, the first in the list, gets everything. Nothing is said of people who have only just come.
talks(ann, 500)
assert(not alarm(), "logged in for less than ten minutes")
talks(ann, 120)
wait(12)
local one = alarm()
assert(one and one.severity == "minor", "no alarm")
assert(one.text:find("Queue sales") and one.text:find("101 Ann worked 9%d%%") and one.text:find("102 Bob 0%%"), one.text)
-- Bob's turn, Ann paused: it stays a while, then it is over.
box.console("agent 101 pause")
talks(bob, 60)
wait(10)
assert(alarm(), "still further apart than allowed")
talks(bob, 500)
wait(12)
assert(not alarm(), "over when both have worked")
-- Off, it goes at once.
box.set{ "system fairness-alarm 5%" }
talks(bob, 300)
wait(12)
assert(alarm())
box.set{ "system fairness-alarm off" }
wait(12)
assert(not alarm())
