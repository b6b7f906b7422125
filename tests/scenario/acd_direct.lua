-- Calls for one agent wait for that agent, before those of the queue or in turn with them, and are counted apart.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "did 8005559101 agent 101", "did 8005559102 agent 102", "agent 102 direct in-turn" } }
local ann = common.log_in("2/1", "101")
local busy = common.caller{ from = "2125550101" }
ann:expect("ringing", 5)
ann:lift()
wait(1)
local queued = common.caller{ from = "2125550102" }
wait(3)
local direct = common.caller{ from = "2125550103", to = "8005559101" }
direct:expect("alerting", 3)
wait(3)
busy:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
-- Who asked for her comes first, though the other has waited for longer.
ann:expect("ringing", 5)
assert(ann:caller_id().number == "2125550103", ann:caller_id().number)
ann:lift()
direct:expect("answered", 2)
common.talk(direct, ann)
local why = box.query("why " .. box.query("show calls --json")[2].id .. " --json")
direct:hang_up(16)
ann:hang_up()
ann:expect("ringing", 5)
assert(ann:caller_id().number == "2125550102")
ann:lift()
common.talk(queued, ann)
queued:hang_up(16)
ann:hang_up()
wait(2)
local agent = common.agent("101")
assert(agent.calls == 2 and agent.direct_calls == 1, agent.direct_calls)
assert(box.query("show queues --json")[1].offered == 2)
local r
for _, record in ipairs(box.query("show calls last 3 --json")) do
  if record.to == "8005559101" then r = record end
end
assert(r.outcome == "answered" and r.agent == "101" and r.queue == nil and #r.offers == 1, r.queue)
assert(r.reason == nil, r.reason) -- the agent who was asked for, not kept for one of last time
-- Bob's direct callers wait their turn.
box.console("agent 101 logout")
wait(1)
local bob = common.log_in("2/2", "102")
busy = common.caller{ from = "2125550104" }
bob:expect("ringing", 5)
bob:lift()
wait(1)
queued = common.caller{ from = "2125550105" }
wait(2)
direct = common.caller{ from = "2125550106", to = "8005559102" }
wait(2)
busy:hang_up(16)
bob:hang_up()
bob:expect("ringing", 5)
assert(bob:caller_id().number == "2125550105", bob:caller_id().number)
bob:lift()
wait(1)
-- The agent goes: nobody else may take the direct caller.
box.console("agent 102 logout")
queued:hang_up(16)
bob:hang_up()
direct:expect("rejected", 5)
assert(direct.cause == 20, direct.cause)
