-- Autopause: in one queue or altogether, for telephones in use or for those that nobody lifts, and not so soon after a
-- call.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue help strategy linear", "queue help agent 101", "did 8005553000 queue help",
  "queue sales ring-time 3s", "queue sales autopause after 1 misses", "queue sales autopause-in queue",
  "queue sales autopause-on no-answer",
} }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")

-- Not answered: Ann is paused in sales alone, and still answers for help.
local c = common.caller()
ann:expect("ringing", 3)
bob:expect("ringing", 6)
bob:lift()
common.talk(c, bob)
ann:expect("silent", 8)
local agent = common.agent("101")
assert(agent.state == "ready" and agent.paused_queues == 1, agent.state .. " " .. tostring(agent.paused_queues))
c:hang_up(16)
bob:hang_up()
wait(2)
c = common.caller{ from = "2125550102" }
bob:expect("ringing", 3)
assert(common.fails(function() ann:expect("ringing", 1) end), "rung in the queue where she is paused")
bob:lift()
common.talk(c, bob)
c:hang_up(16)
bob:hang_up()
c = common.caller{ from = "2125550103", to = "8005553000" }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(2)
-- She says ready: back in sales.
ann:lift()
ann:dial("*14")
ann:hears("agent-ready", 8)
ann:hang_up()
wait(2)
assert(common.agent("101").paused_queues == 0)
c = common.caller{ from = "2125550104" }
ann:expect("ringing", 3)
-- Lifted and dropped does not count, since only what nobody answered does.
box.set{ "queue sales whisper pls-hold-while-try" }
ann:lift()
wait(0.5)
ann:hang_up()
box.set{ "queue sales whisper none" }
bob:expect("ringing", 5)
bob:lift()
common.talk(c, bob)
c:hang_up(16)
bob:hang_up()
wait(2)
assert(common.agent("101").paused_queues == 0)

-- Not so soon after a call: a miss 10 s after one pauses nobody; later it does, and altogether.
box.set{ "queue sales autopause-delay 60s", "queue sales autopause-in all" }
c = common.caller{ from = "2125550105", to = "8005553000" }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(2)
c = common.caller{ from = "2125550106" }
ann:expect("ringing", 3)
bob:expect("ringing", 6)
c:hang_up(16)
wait(2)
assert(common.agent("101").state == "ready", common.agent("101").state)
wait(70)
c = common.caller{ from = "2125550107" }
bob:expect("ringing", 3) -- Ann has missed one: she is tried after him
ann:expect("ringing", 6)
wait(5)
c:hang_up(16)
wait(2)
assert(common.agent("101").state == "paused" and common.agent("101").reason == "missed", common.agent("101").state)
