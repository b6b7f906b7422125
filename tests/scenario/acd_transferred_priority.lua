-- A call that comes from another queue gets the priority of its new queue, or keeps the one it has.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales priority 2", "queue sales overflow 5s queue support",
  "queue support priority 6", "queue support transferred-priority kept", "queue support agent 104",
  "agent 104 pin 4714", "did 8005553000 queue support",
} }
-- The first to wait in support is its own caller; the one from sales comes later.
local function both(own, from_sales)
  local a = common.caller{ from = own, to = "8005553000" }
  a:expect("answered", 2)
  wait(3)
  local b = common.caller{ from = from_sales }
  b:expect("answered", 2)
  wait(8)
  return a, b
end
local own, kept = both("2125550101", "2125550102")
local next = box.query("show queue support next --json")
assert(next.priority == 2 and next.others_waiting == 1, next.priority)
local dan = phone("2/4")
dan:lift()
dan:dial("*11104#4714#")
dan:hears("agent-loginok", 10)
dan:hang_up()
dan:expect("ringing", 5)
assert(dan:caller_id().number == "2125550102", dan:caller_id().number)
dan:lift()
common.talk(kept, dan)
kept:hang_up(16)
dan:hang_up()
dan:expect("ringing", 5)
assert(dan:caller_id().number == "2125550101", dan:caller_id().number)
own:hang_up(16)
wait(3)

-- Its own priority: in the order of arrival.
box.console("agent 104 pause")
box.set{ "queue support transferred-priority own" }
local first, later = both("2125550103", "2125550104")
next = box.query("show queue support next --json")
assert(next.priority == 6 and next.others_waiting == 1, next.priority)
box.console("agent 104 ready")
dan:expect("ringing", 5)
assert(dan:caller_id().number == "2125550103", dan:caller_id().number)
first:hang_up(16)
later:hang_up(16)
