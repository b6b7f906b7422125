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
