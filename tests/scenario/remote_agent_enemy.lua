-- What can go wrong with agents outside: no channel, limits, an emergency call that takes the line, a D channel that goes,
-- supervisors and settings in the middle of it, a restart. The caller is never lost, and nothing stays behind.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local lines = common.with{
  "agent 201 name Dora", "agent 201 number 5557001", "agent 202 name Emil", "agent 202 number 5557002",
  "agent 201 ack off", "agent 202 ack off", "queue sales agent 201", "queue sales agent 202",
  "timer remote_retry 1s", "system agents-after-restart as-before",
}
for channel = 5, 31 do
  if channel ~= 16 then lines[#lines + 1] = "span 1 channel " .. channel .. " service off" end
end
box{ set = lines }

local function in_record(from)
  wait(3)
  for _, r in ipairs(box.query("show calls last 12 --json")) do
    if r.from == from and r.direction == "in" then return r end
  end
end
local function state(agent) return common.agent(agent).state end
local function idle()
  wait(2)
  assert(common.span(1).in_use == 0, common.span(1).in_use)
  assert(#box.query("show calls --json") == 0)
  assert(state("201") == "ready" and (state("202") == "ready" or state("202") == "logged-out"), state("201"))
end

box.console("agent 201 login")
wait(1)

-- two calls out, a caller and the agent take all four channels; an emergency call takes the agent's line, not the caller's
local phones, outs = { phone("2/3"), phone("2/4") }, {}
for i, p in ipairs(phones) do
  p:lift()
  p:dial("95550000" .. i .. "#")
  outs[i] = incoming(1, 12)
  outs[i]:answer()
end
local c = common.caller{ from = "2125550101" }
local out = incoming(1, 3)
out:answer()
common.talk(c, out)
assert(common.span(1).in_use == 4, common.span(1).in_use)
local ann = phone("2/1")
ann:lift()
ann:dial("911")
local help = incoming(1, 4)
assert(help.to == "911", help.to)
help:answer()
out:expect("released", 2)
assert(c.state == "answered", c.state)
wait(3)
assert(#box.query("show queues --json") > 0 and box.query("show queues --json")[1].waiting == 1)
help:hang_up(16)
ann:hang_up()
out = incoming(1, 6)
assert(out.to == "5557001", out.to)
out:answer()
common.talk(c, out)
c:hang_up(16)
for i, p in ipairs(phones) do
  p:hang_up()
  outs[i]:expect("released", 3)
end
local r = in_record("2125550101")
assert(r.outcome == "answered" and r.agent == "201", r.outcome)
idle()

-- the supervisor clears the agent's call, not the caller's: the caller waits again
c = common.caller{ from = "2125550102" }
out = incoming(1, 3)
out:answer()
common.talk(c, out)
for _, one in ipairs(box.query("show calls --json")) do
  if one.direction == "out" then box.console("clear call " .. one.id) end
end
out:expect("released", 3)
out = incoming(1, 10)
out:answer()
common.talk(c, out)
-- logged out in the middle of a call: after it
box.console("agent 201 logout")
common.talk(c, out)
c:hang_up(16)
out:expect("released", 3)
wait(2)
assert(state("201") == "logged-out", state("201"))
box.console("agent 201 login")
wait(1)

-- logged out while it rings: the call out ends, the caller waits for the next
c = common.caller{ from = "2125550103" }
out = incoming(1, 3)
out:alert()
box.console("agent 201 logout")
out:expect("rejected", 3)
box.console("agent 202 login")
out = incoming(1, 3)
assert(out.to == "5557002", out.to)
-- the number changes while it rings: the next call goes there
box.set{ "agent 202 number 5557003" }
out:reject(17)
out = incoming(1, 8)
assert(out.to == "5557003", out.to)
out:answer()
common.talk(c, out)
-- the rule that leads outside is taken away: who talks goes on, the next caller waits
box.set{ "delete outside 9" }
common.talk(c, out)
c:hang_up(16)
out:expect("released", 3)
c = common.caller{ from = "2125550104" }
assert(common.fails(incoming, 1, 4), "called without a rule")
assert(c.state == "answered", c.state)
box.set{ "outside 9 trunk main" }
out = incoming(1, 8)
out:answer()
common.talk(c, out)
c:hang_up(16)
out:expect("released", 3)

-- ring-all: two outside and a telephone; one winner, and the other line is given back
box.console("agent 201 login")
box.set{ "queue sales strategy ring-all" }
common.log_in("2/1", "101")
c = common.caller{ from = "2125550105" }
local one, two = incoming(1, 3), incoming(1, 3)
ann:expect("ringing", 3)
one:answer()
two:answer() -- in the same instant
wait(1)
local won, lost = one, two
if one.state ~= "answered" then won, lost = two, one end
lost:expect("released", 3)
ann:expect("silent", 3)
common.talk(c, won)
-- and a telephone is quicker than a line outside
won:hang_up(16)
c:expect("released", 3)
idle()
c = common.caller{ from = "2125550106" }
ann:expect("ringing", 3)
one, two = incoming(1, 3), incoming(1, 3)
ann:lift()
common.talk(c, ann)
one:expect("rejected", 3)
two:expect("rejected", 3)
c:hang_up(16)
ann:hang_up()
idle()
ann:lift()
ann:dial("*12")
ann:hears("agent-loggedoff", 8)
ann:hang_up()
box.console("agent 202 logout")

-- a limit of calls out holds for agents too: the caller waits, and no limit is passed
box.set{ "trunk main limit 1 per 1m", "queue sales strategy linear" }
wait(61)
c = common.caller{ from = "2125550107" }
incoming(1, 3):reject(17)
assert(common.fails(incoming, 1, 10), "beyond the limit")
assert(c.state == "answered", c.state)
box.set{ "delete trunk main limit" }
out = incoming(1, 8)
out:answer()
common.talk(c, out)

-- the D channel drops for a moment: the talk goes on; for long: both are ended, and nothing stays behind
fault{ span = 1, dchannel = "dead", for_s = 5 }
wait(15)
common.talk(c, out)
fault{ span = 1, dchannel = "dead", for_s = 120 }
wait(125)
wait(20)
assert(#box.query("show calls --json") == 0)
idle()

-- killed while an agent outside talks: the agent is back where it was, the records are whole, the next call is taken
c = common.caller{ from = "2125550108" }
out = incoming(1, 8)
out:answer()
common.talk(c, out)
wait(3)
box.kill()
wait(3)
box.start()
wait(3)
assert(state("201") == "ready" and common.agent("201").port == "5557001", state("201"))
r = in_record("2125550108")
assert(r.outcome == "restarted", r.outcome)
c = common.caller{ from = "2125550109" }
out = incoming(1, 8)
assert(out.to == "5557001")
out:answer()
common.talk(c, out)
-- an orderly stop ends both
box.stop()
wait(3)
box.start()
wait(3)
r = in_record("2125550109")
assert(r.outcome == "answered", r.outcome)
assert(box.query("show sweep --json").mismatches == 0)
