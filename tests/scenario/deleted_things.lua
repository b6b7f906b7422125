-- What is deleted takes its alarms and tests along: spans (their lines and D channels), telephones, agents, limits,
-- queues; made anew it works as before. Names may be as long as names can be.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local long = "a-queue-with-a-name-that-is-so-l" -- as long as names can be, but for the last letter
local queue, other = long:sub(1, 31), long:sub(1, 30) .. "z"
box{ set = common.with{
  "span 3 type t1", "span 3 signalling pri-cpe", "span 3 switch ni2", "span 3 clock 2",
  "queue " .. queue .. " agent 103", "queue " .. queue .. " alarm 1 oldest 5s", "did 8005554000 queue " .. queue,
  "queue " .. other .. " agent 103", "queue " .. other .. " alarm 1 oldest 5s",
  "trunk second span 3", "outside 8 trunk second", "trunk second limit 1 per 1h",
} }
wait(4)
local alarm = common.alarm
local function newest_test() return box.query("show tests --json")[1] end

-- a D channel that works, one that is dead, a line that is cut: deleted, each of them
assert(common.span(1).dchannel == "up" and common.span(3).dchannel == "up")
box.console("test span 3 channel 5 tone for 600s")
wait(1)
assert(newest_test().running)
box.set{ "delete trunk", "delete outside", "delete span 3" }
wait(40)
assert(not newest_test().running, "the test of its channel is over")
assert(#box.query("show alarms --json") == 0, "span 3 was deleted, it has not failed")
fault{ span = 1, dchannel = "dead" }
wait(60)
assert(alarm("Span 1: the D channel is down"))
box.set{ "delete span 1" }
wait(1)
assert(not alarm("Span 1"), "no span, no D channel")
fault{ span = 1, dchannel = "ok" }
box.set{ "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn" }
wait(10)
assert(common.span(1).dchannel == "up" and not alarm("Span 1"))
fault{ span = 1, l1 = "down" }
wait(4)
assert(alarm("Span 1: red alarm"))
box.set{ "delete span 1" }
wait(3)
assert(not alarm("Span 1"))
fault{ span = 1, l1 = "up" }
box.set{ "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn", "trunk second span 1",
  "trunk second limit 1 per 1h", "outside 8 trunk second" }
wait(20)

-- a limit that is reached, and its trunk gone
common.dials("2/2", "85550001#")
common.dials_in_vain("2/2", "85550002#")
assert(alarm("trunk second: the limit of calls out is reached"))
box.set{ "delete outside", "delete trunk" }
wait(1)
assert(not alarm("trunk second"))

-- a queue's oldest caller: one alarm for as long as it lasts, whatever the name; gone with the queue
local ann = common.log_in("2/1", "101")
local c = common.caller{ to = "8005554000" }
c:expect("answered", 5)
wait(8)
local first = assert(alarm("Queue " .. queue .. ": the oldest caller")).id
wait(5)
assert(alarm("oldest caller").id == first, "raised once")
box.set{ "delete did 8005554000", "delete queue " .. queue, "delete queue " .. other }
wait(2)
assert(not alarm("oldest caller"))
c:hang_up(16)

-- an agent whose log-in is locked, and whoever comes after her with this number
for _ = 1, 3 do assert(common.try_log_in("2/4", "103", "0000") == "agent-incorrect") end
assert(alarm("Agent 103: wrong PIN 3 times"))
box.set{ "delete queue sales agent 103", "delete agent 103" }
wait(1)
assert(not alarm("Agent 103"))
box.set{ "agent 103 name Dora", "agent 103 pin 4799" }
assert(common.try_log_in("2/4", "103", "4799") == "agent-loginok")

-- a telephone's span is deleted in mid-talk: the caller is told that it was no normal clearing, and so is the record
do
  local c, four = common.caller{ to = "8005552000" }, phone("2/4")
  four:expect("ringing", 5)
  four:lift()
  common.talk(c, four)
  box.set{ "delete span 2", "delete port", "delete agent 101 port", "delete agent 102 port", "delete did 8005552000" }
  c:expect("released", 4)
  local r = common.last_record()
  assert(c.cause == 41 and r.cause == 41 and r.outcome == "answered" and r.reason == "telephone removed", c.cause)
  four:hang_up()
  box.console("rollback 1")
  box.console("commit")
  wait(5)
end

-- a telephone left off the hook, and its span with it
local p = phone("2/3")
p:lift()
p:expect("howler", 120)
wait(2)
assert(alarm("Port 2/3: the telephone is left off the hook"))
box.set{ "delete port", "delete agent 101 port", "delete agent 102 port", "delete did 8005552000", "delete span 2" }
wait(2)
assert(#box.query("show alarms --json") == 0, box.console("show alarms"))

-- all of it once more, and calls go as before
p:hang_up()
box.set(common.with())
wait(5)
ann = common.log_in("2/1", "101")
c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()

-- An agent is deleted while rung: the next in the list has the call, and everybody else is still where they were: their
-- keypad codes work, the record knows them. One who is deleted while talking talks on, and then the place is free.
box{ set = common.with{ "system agents-after-restart as-before" } }
local function port_agent(place)
  for _, p in ipairs(box.query("show ports --json")) do
    if p.port == place then return p.agent end
  end
end
local ann, bob, cleo = common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103")
local c = common.caller{}
ann:expect("ringing", 3)
box.set{ "delete agent 101", "delete queue sales agent 101" }
ann:expect("silent", 6)
bob:expect("ringing", 3)
assert(port_agent("2/1") == nil and port_agent("2/2") == "102" and port_agent("2/3") == "103", port_agent("2/2"))
bob:lift()
common.talk(c, bob)
box.set{ "delete agent 102", "delete queue sales agent 102" }
common.talk(c, bob)
c:hang_up(16)
bob:expect("busy-or-reorder", 4)
bob:hang_up()
local r = common.last_record()
assert(r.agent == "102" and r.offers[1].agent == "101" and r.offers[2].agent == "102", r.agent)
assert(r.segments[2].agent == "102" and port_agent("2/2") == nil, port_agent("2/2"))
cleo:lift()
cleo:dial("*13#")
cleo:hears("agent-pause", 5)
cleo:hang_up()
box.stop()
box.start()
wait(3)
assert(common.agent("103").state == "paused" and common.agent("103").port == "2/3", common.agent("103").state)
