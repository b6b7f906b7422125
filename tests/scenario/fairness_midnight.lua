-- Calls of the day begin anew at midnight, direct ones too; calls an hour are those since log-in by the time since log-in.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ date = "2026-03-04 23:50 UTC", set = common.with{ "did 8005557000 agent 101" } }
local ann = common.log_in("2/1", "101")
local function one_call(to)
  common.served(ann, 20, { to = to })
  wait(8)
end
for _ = 1, 2 do one_call("8005557000") end
one_call()
local agent = common.agent("101")
assert(agent.calls == 1 and agent.direct_calls == 2, agent.direct_calls)
local function an_hour(calls)
  local share = box.query("show fairness --json").agents[1]
  local expected = calls * 3600000 / share.staffed_ms
  assert(math.abs(share.calls_an_hour - expected) < 0.2, share.calls_an_hour .. " calls an hour, expected " .. expected)
end
an_hour(3)
wait(900) -- past midnight
agent = common.agent("101")
assert(agent.calls == 0 and agent.direct_calls == 0, "direct calls of yesterday: " .. agent.direct_calls)
an_hour(3)
box.stop()
wait(5)
box.start()
wait(5)
ann = common.log_in("2/1", "101")
an_hour(3)
one_call("8005557000")
an_hour(4)
