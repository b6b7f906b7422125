-- An agent with a headset talks, a second call waits at the extension, the first ends: no queue call is offered while
-- one waits or is held there, hanging up rings for it, and no call outlives its caller.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "port 2/1 call-waiting on", "agent 101 answer headset", "queue sales wrap-up 0s",
  "queue sales ack 5", "did 8005552001 extension 201" } }
local ann = phone("2/1")

local function offered(c)
  c:expect("answered", 3)
  ann:hears("agent-ack", 6)
  ann:dial("5")
  wait(1)
  common.talk(c, ann)
end
local function second()
  local c = common.caller{ to = "8005552001", from = "2125550102" }
  c:expect("alerting", 3)
  wait(2)
  return c
end
local function not_offered()
  local c = common.caller{ from = "2125550103" }
  c:expect("answered", 3)
  assert(common.fails(ann.hears, ann, "agent-ack", 5), "a call was offered while another waits or is held")
  return c
end
local function nobody_left()
  wait(5)
  local calls = box.query("show calls --json")
  assert(#calls == 0, "calls left: " .. #calls)
end

ann:lift()
ann:dial("*11101#4711#")
ann:hears("agent-loginok", 10)
wait(4)

-- Hung up while it waits: the telephone rings for it.
local one = common.caller()
offered(one)
local two = second()
one:hang_up(16)
wait(2)
local three = not_offered()
ann:hang_up()
ann:expect("ringing", 3)
ann:lift()
two:expect("answered", 3)
common.talk(two, ann)
-- It ends: the caller in the queue is next.
two:hang_up(16)
ann:hears("agent-ack", 8)
ann:dial("5")
wait(1)
common.talk(three, ann)

-- The waiting one gives up: the agent is offered calls again.
two = second()
three:hang_up(16)
wait(2)
three = not_offered()
two:hang_up(16)
ann:hears("agent-ack", 8)
ann:dial("5")
wait(1)
common.talk(three, ann)

-- Taken by a flash, the first held; the second ends: nothing is offered before the held one has gone, too.
two = second()
ann:flash()
two:expect("answered", 3)
common.talk(two, ann)
two:hang_up(16)
wait(3)
local four = not_offered()
ann:flash()
wait(1)
common.talk(three, ann)
three:hang_up(16)
ann:hears("agent-ack", 8)
four:hang_up(16)
wait(2)
ann:hang_up()
nobody_left()
assert(common.agent("101").state == "ready", common.agent("101").state)
