-- The agent lifts in the very instant in which the caller hangs up, either way round: nobody is stuck.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
for step = 0, 6 do
  local c = common.caller{ from = "21255501" .. 10 + step }
  ann:expect("ringing", 8)
  local lift, hang = now() + 1, now() + 1 + (step - 3) * 0.01
  at(lift, function() ann:lift() end)
  at(hang, function() c:hang_up(16) end)
  wait(3)
  ann:hang_up()
  wait(4)
  local r = box.query("show calls last 1 --json")[1]
  assert(r.from == "21255501" .. 10 + step, r.from)
  assert(r.outcome == "answered" or r.outcome == "abandoned", r.outcome)
  assert(common.agent("101").state == "ready", common.agent("101").state)
  assert(#box.query("show calls --json") == 0)
end
