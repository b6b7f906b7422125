-- Three levels by the wait of the oldest caller: each replaces the one before, and all are over when nobody waits so long.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales alarm 1 oldest 10s", "queue sales alarm 2 oldest 20s", "queue sales alarm 3 oldest 40s",
} }
local function alarms()
  local found = {}
  for _, alarm in ipairs(box.query("show alarms --json")) do
    if alarm.text:find("oldest caller") then found[#found + 1] = alarm.severity end
  end
  return table.concat(found, " ")
end
local first = common.caller()
wait(5)
local second = common.caller{ from = "2125550102" }
wait(2)
assert(alarms() == "", alarms())
wait(5)
assert(alarms() == "minor", alarms())
wait(10)
assert(alarms() == "major", alarms())
wait(20)
assert(alarms() == "critical", alarms())
first:hang_up(16)
wait(2)
assert(alarms() == "major", "the second has not waited so long: " .. alarms())
second:hang_up(16)
wait(2)
assert(alarms() == "", alarms())

-- Thresholds that are deleted leave no alarm behind.
local third = common.caller{ from = "2125550103" }
wait(12)
assert(alarms() == "minor", alarms())
box.set{ "delete queue sales alarm" }
wait(1)
assert(alarms() == "", alarms())
third:hang_up(16)
