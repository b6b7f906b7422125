-- Lines that come and go while people talk: D channel flapping in traffic, the bank's span in alarm, a full T1.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

-- a full T1: 23 callers in the queue, nobody else gets in or out, and all of it is free again afterwards
box{ set = common.with{ "span 1 type t1", "span 1 switch ni2" } }
local ann = common.log_in("2/1", "101")
local calls = {}
for i = 1, 23 do calls[i] = common.caller{ from = tostring(2125550100 + i) } end
for i = 1, 23 do calls[i]:expect("answered", 5) end
assert(common.span(1).in_use == 23, common.span(1).in_use)
local full = pcall(common.caller, { from = "2125550199", channel = 3 })
local four = phone("2/4")
four:lift()
four:dial("92125557777")
four:expect("busy-or-reorder", 8) -- all channels are taken
four:hang_up()
wait(2)
four:lift()
four:dial("911") -- but an emergency call gets one
local rescue = incoming(1, 8)
assert(rescue.to == "911")
rescue:answer()
common.talk(rescue, four)
rescue:hang_up(16)
four:hang_up()
ann:expect("ringing", 5)
ann:lift()
wait(2)
for _, c in ipairs(calls) do c:hang_up(16) end
ann:hang_up()
wait(8)
assert(common.span(1).in_use == 0 and #box.query("show calls --json") == 0, common.span(1).in_use)
common.caller{ from = "2125550150" }:expect("answered", 3)

-- the D channel flaps in traffic, shorter and longer than Q.921 and T309 wait: what the wire saw and the records agree,
-- call by call, and no call stays behind
box{ set = common.with{} }
ann = common.log_in("2/1", "101")
common.log_in("2/2", "102")
local t = traffic{ calls_per_hour = 900, dids = { "8005551000" }, talk = 15, patience = 20, agents = { "2/1", "2/2" }, seed = 3 }
for i, length in ipairs{ 2.5, 1, 5, 16, 9 } do
  at(now() + 30 * i - 10, function() fault{ span = 1, dchannel = "dead", for_s = length } end)
end
t:run(180)
t:check()
assert(common.span(1).dchannel == "up")
assert(t.offered > 20 and t.answered > 3, t.answered)
assert(#box.query("show calls --json") == 0)
for _, agent in ipairs(box.query("show agents --json")) do
  assert(agent.state == "ready" or agent.state == "logged-out", agent.agent .. " " .. agent.state)
end

-- the bank's span in alarm with a call up: the caller is not left in silence for ever, and it works again afterwards
box{ set = common.with{} }
ann = common.log_in("2/1", "101")
local c = common.caller{}
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
fault{ span = 2, alarm = "red" }
wait(3)
local seen
for _, alarm in ipairs(box.query("show alarms --json")) do seen = seen or alarm.text:find("Span 2", 1, true) end
assert(seen, "no alarm for span 2")
c:hang_up(16)
wait(2)
ann:hang_up()
fault{ span = 2, alarm = "none" }
wait(6)
assert(#box.query("show calls --json") == 0)
c = common.caller{ from = "2125550111" }
ann:expect("ringing", 8)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
-- the agent's telephone is unplugged in mid-talk (its loop opens): the call ends, the caller is released
wait(3)
c = common.caller{ from = "2125550112" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
ann:hang_up()
c:expect("released", 4)
