-- Who lifts must press a key before the call is theirs: an answering machine, or a receiver lifted by mistake, swallows
-- nobody. Without the key the call goes on to the next agent; one agent may have a key of her own, or none.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ 'queue sales ack "#"', "agent 103 ack off" } }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
ann:hears({ "agent-ack", "digits/pound" }, 4)
c:say(1004, -10)
assert(common.fails(function() ann:hears_tone(1004, -14, 1) end), "connected before the key")
ann:dial("5")
wait(0.5)
assert(common.agent("101").state == "ringing", common.agent("101").state)
ann:dial("#")
ann:hears_tone(1004, -14, 3)
c:silence()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
local r = common.last_record()
assert(r.outcome == "answered" and r.agent == "101" and #r.offers == 1, r.outcome)

-- lifted, no key: the next agent
c = common.caller{ from = "2125550102" }
ann:expect("ringing", 3)
ann:lift()
bob:expect("ringing", 12)
ann:expect("busy-or-reorder", 5)
bob:lift()
bob:dial("#")
common.talk(c, bob)
ann:hang_up()
c:hang_up(16)
bob:hang_up()
r = common.last_record()
assert(r.agent == "102" and r.offers[1].result == "no-answer" and r.offers[2].result == "answered", r.offers[1].result)

-- lifted and hung up again: declined (Ann has missed one, so Bob is tried first)
c = common.caller{ from = "2125550103" }
bob:expect("ringing", 8)
bob:lift()
wait(1)
bob:hang_up()
ann:expect("ringing", 5)
ann:lift()
ann:dial("#")
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
r = common.last_record()
assert(r.offers[1].result == "declined" and r.agent == "101", r.offers[1].result)

-- declined by its key: the next agent at once, and nothing is missed, though one miss would pause her
box.set{ "queue sales decline 3", "queue sales autopause after 1 misses" }
local function rung()
  if pcall(ann.expect, ann, "ringing", 2) then return ann, bob end
  return bob, ann
end
c = common.caller{ from = "2125550106" }
local first, second = rung()
first:lift()
first:hears("agent-ack", 4)
first:dial("3")
second:expect("ringing", 1)
first:expect("busy-or-reorder", 3)
assert(common.agent("101").state ~= "paused" and common.agent("102").state ~= "paused")
second:lift()
second:dial("#")
common.talk(c, second)
first:hang_up()
c:hang_up(16)
second:hang_up()
r = common.last_record()
assert(#r.offers == 2 and r.offers[1].result == "declined" and r.offers[2].result == "answered", r.offers[1].result)

-- unless that is set; a call that is not taken in time logs its agent out, and it is said why
box.set{ "queue sales decline-counts on", "timer acknowledge 6s", "queue sales not-taken logout" }
c = common.caller{ from = "2125550107" }
first, second = rung()
first:lift()
first:hears("agent-ack", 4)
first:dial("3")
second:expect("ringing", 1)
second:lift() -- and presses nothing
wait(8)
local who = { [ann] = "101", [bob] = "102" }
local agent = common.agent(who[first])
assert(agent.state == "paused" and agent.reason == "missed", agent.state)
agent = common.agent(who[second])
assert(agent.state == "logged-out" and agent.reason == "not taken", agent.state)
c:hang_up(16)
first:hang_up()
second:hang_up()
local text = box.console('set queue sales decline "#"') .. box.console("commit")
assert(text:find("same key"), text)
box.console("rollback 0")
box.set{ "queue sales decline off", "queue sales autopause off", "timer acknowledge 10s", "queue sales not-taken next" }
box.console("agent " .. who[first] .. " ready")
common.log_in(second == ann and "2/1" or "2/2", who[second])

-- the caller leaves while the key is awaited
c = common.caller{ from = "2125550104" }
first = rung()
first:lift()
wait(1)
c:hang_up(16)
first:expect("busy-or-reorder", 5)
first:hang_up()
r = common.last_record()
assert(r.outcome == "abandoned" and r.offers[1].result == "cancelled", r.outcome)

-- an agent without a key
ann:lift()
ann:dial("*12")
ann:hears("agent-loggedoff", 8)
ann:hang_up()
bob:lift()
bob:dial("*12")
bob:hears("agent-loggedoff", 8)
bob:hang_up()
local cleo = common.log_in("2/3", "103")
c = common.caller{ from = "2125550105" }
cleo:expect("ringing", 3)
cleo:lift()
common.talk(c, cleo)
c:hang_up(16)
cleo:hang_up()

-- the caller leaves in the very instant in which the time for the key is over: her receiver is lifted, and she is offered
-- nobody before it is put down
box.set{ "agent 103 ack \"#\"", "timer acknowledge 2s" }
for early = -6, 8 do
  c = common.caller{ from = "2125550110" }
  cleo:expect("ringing", 8)
  cleo:lift()
  wait(2 - early / 100)
  c:hang_up(16)
  wait(0.3)
  c = common.caller{ from = "2125550111" }
  wait(1)
  c:hang_up(16)
  wait(1)
  r = common.last_record()
  assert(r.from == "2125550111" and #r.offers == 0, early .. ": offered to a lifted telephone")
  cleo:hang_up()
  wait(1)
end
