-- A reason can be demanded; a new reason begins a new interval; a pause that lasts too long ends by itself; a wish that
-- comes during a call is kept beside the fact and followed after it.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  'reason 1 "Lunch"', 'reason 2 "Meeting"', "pause reason forced", "pause max 30s ready", "reason 2 max 20s logout",
} }
local ann = common.log_in("2/1", "101")
ann:lift()
ann:dial("*13#")
ann:hears("agent-pause-reason", 8)
assert(common.agent("101").state == "ready", common.agent("101").state)
ann:flash() -- or hung up for a moment only: begun again
ann:expect("dialtone", 3)
ann:dial("*13#")
ann:hears("agent-pause-reason", 8)
ann:dial("1#") -- only what was missing
ann:hears("agent-pause", 8)
ann:hang_up()
local agent = common.agent("101")
assert(agent.state == "paused" and agent.reason == "Lunch", agent.reason)
local text = box.console("agent 101 pause")
assert(text:find("reason"), text)
wait(10)
box.console("agent 101 pause 1")
wait(25) -- the reason was said anew: its time began anew
assert(common.agent("101").state == "paused", common.agent("101").state)
wait(10)
assert(common.agent("101").state == "ready", "longer than a pause may last: " .. common.agent("101").state)

ann:lift()
ann:dial("*132#")
ann:hears("agent-pause", 8)
ann:hang_up()
assert(common.agent("101").reason == "Meeting", common.agent("101").reason)
wait(22)
assert(common.agent("101").state == "logged-out", common.agent("101").state)

common.log_in("2/1", "101")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
box.console("agent 101 pause 1")
agent = common.agent("101")
assert(agent.state == "talking" and agent.wish == "paused", agent.state .. " " .. agent.wish)
c:hang_up(16)
ann:hang_up()
wait(2)
assert(common.agent("101").state == "paused", common.agent("101").state)

-- Each pause by its reason, and together all of the time paused.
box.console("agent 101 pause 2")
wait(3)
box.console("agent 101 pause 1")
wait(2)
box.console("agent 101 ready")
local one = box.query("show agent 101 --json")
local by, sum = {}, 0
for _, pause in ipairs(one.pauses) do
  by[pause.reason], sum = pause, sum + pause.ms
end
assert(by.Lunch.count == 2 and by.Meeting.count == 1 and by.Meeting.ms >= 2900 and by.Meeting.ms < 4000, by.Meeting.ms)
assert(math.abs(sum - one.state_ms.paused) <= #one.pauses, sum .. " " .. one.state_ms.paused)
assert(box.console("show agent 101"):find("Meeting: 1"), box.console("show agent 101"))

-- Logging out for a reason: once there are reasons it may be given, or has to be.
box.set{ 'reason 7 "Shift over"', "reason 7 for logout", "reason 2 for both" }
text = box.console("agent 101 pause 7") -- none for a pause
assert(text:find("no such reason"), text)
ann:lift()
ann:dial("*129#")
ann:hears("invalid", 5)
ann:dial("*127#")
ann:hears("agent-loggedoff", 5)
ann:hang_up()
agent = common.agent("101")
assert(agent.state == "logged-out" and agent.reason == "Shift over", tostring(agent.reason))
common.log_in("2/1", "101")
assert(common.agent("101").reason == nil)
ann:lift()
ann:dial("*12") -- none, after a moment
ann:hears("agent-loggedoff", 8)
ann:hang_up()
assert(common.agent("101").reason == nil)
box.set{ "logout reason forced" }
common.log_in("2/1", "101")
ann:lift()
ann:dial("*12")
ann:hears("enter-reason", 8)
assert(common.agent("101").state == "ready")
ann:dial("2#")
ann:hears("agent-loggedoff", 5)
ann:hang_up()
assert(common.agent("101").reason == "Meeting", tostring(common.agent("101").reason))
common.log_in("2/1", "101")
text = box.console("agent 101 logout")
assert(text:find("reason"), text)
box.console("agent 101 logout 7")
wait(1)
assert(common.agent("101").state == "logged-out" and common.agent("101").reason == "Shift over")

-- A paused agent who logs out hears that, and not that she is paused.
common.log_in("2/1", "101")
box.console("agent 101 pause 2")
ann:lift()
ann:dial("*127#")
ann:hears("agent-loggedoff", 5)
ann:hang_up()
