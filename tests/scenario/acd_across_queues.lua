-- One agent, two queues: whom a freed agent takes. By priority, then the longest wait over both queues, by weight, by the
-- service objective, or as the agent prefers. What is shown as next comes true.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local base = {
  "delete queue sales agent 102", "delete queue sales agent 103", "queue support agent 101", "did 8005553000 queue support",
}
local numbers = { sales = "8005551000", support = "8005553000" }

-- Settings; who comes first, and how long before the second; how long the second waits; whom the agent is to take.
local function case(set, first, seconds, second, more, expected, before)
  box{ set = common.with(table.move(set, 1, #set, #base + 1, table.move(base, 1, #base, 1, {}))) }
  local ann = common.log_in("2/1", "101")
  if before then before(ann) end
  local busy = common.caller{ from = "2125550100" }
  ann:expect("ringing", 5)
  ann:lift()
  wait(1)
  local callers = {}
  callers[first] = common.caller{ from = "2125550101", to = numbers[first] }
  wait(seconds)
  callers[second] = common.caller{ from = "2125550102", to = numbers[second] }
  wait(more)
  busy:hang_up(16)
  ann:hang_up()
  ann:expect("ringing", 5)
  local number = expected == first and "2125550101" or "2125550102"
  assert(ann:caller_id().number == number, table.concat(set, ", ") .. ": " .. ann:caller_id().number)
  ann:lift()
  common.talk(callers[expected], ann)
  box.stop()
end

-- The longest wait, however the queues are listed.
case({}, "support", 3, "sales", 3, "support")
case({}, "sales", 3, "support", 3, "sales")
case({ "queue sales priority 6" }, "sales", 30, "support", 2, "support")
-- 5 s ten times are more than 25 s; 5 s three times are not.
case({ "queue sales weight 10" }, "support", 20, "sales", 5, "sales")
case({ "queue sales weight 3" }, "support", 20, "sales", 5, "support")
-- 26 s of 60 and 6 s of 10
case({ "system call-choice service-objective", "queue sales service-level 60s", "queue support service-level 10s" },
  "sales", 20, "support", 6, "support")
-- The agent is better at support.
local skills = {
  "queue sales strategy skills", "queue support strategy skills", "agent 101 skill english 4", "agent 101 skill dutch 1",
  "queue sales need english 5", "queue support need dutch 5",
}
case(skills, "sales", 10, "support", 2, "sales")
skills[#skills + 1] = "agent 101 prefer skill"
case(skills, "sales", 10, "support", 2, "support")
-- All talk was for sales, which is to have a fifth of it.
case({ "queue sales agent 101 share 20", "queue support agent 101 share 80", "agent 101 prefer percent-allocation" },
  "sales", 10, "support", 2, "support")
-- At support one caller is taken every half minute: who waits there will have waited for longer.
case({ "agent 101 prefer predicted-wait" }, "sales", 3, "support", 2, "support", function(ann)
  local busy, callers = common.caller{ from = "2125550200" }, {}
  ann:expect("ringing", 5)
  ann:lift()
  for i = 1, 4 do
    callers[i] = common.caller{ from = "212555020" .. i, to = numbers.support }
    wait(0.2)
  end
  busy:hang_up(16)
  ann:hang_up()
  for i = 1, 4 do
    ann:expect("ringing", 5)
    ann:lift()
    wait(30)
    callers[i]:hang_up(16)
    ann:hang_up()
  end
  wait(2)
end)
