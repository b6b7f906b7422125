-- Wrap-up: the agent's own length comes before the queue's; a code begins it anew, another ends it, in all queues.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales wrap-up 3s", "agent 101 wrap-up 12s",
  "queue help strategy linear", "queue help agent 101", "did 8005553000 queue help",
} }
local ann = common.log_in("2/1", "101")
local function answer_one(from)
  common.served(ann, 3, { from = from })
  wait(1)
end
answer_one("2125550101")
wait(4)
assert(common.agent("101").state == "wrap-up", "her own wrap-up is longer than the queue's: " .. common.agent("101").state)
local c = common.caller{ from = "2125550102", to = "8005553000" } -- the other queue waits as well
assert(common.fails(function() ann:expect("ringing", 2) end), "rung during wrap-up by another queue")
ann:lift()
ann:dial("*25") -- as long again
ann:hears("beep", 5)
ann:hang_up()
wait(7)
assert(common.agent("101").state == "wrap-up", "begun anew: " .. common.agent("101").state)
ann:expect("ringing", 8)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(1)
assert(common.agent("101").state == "wrap-up", common.agent("101").state)
ann:lift()
ann:dial("*15")
ann:hears("agent-ready", 5)
ann:dial("*25") -- nothing to extend: it is said
ann:hears("invalid", 5)
ann:hang_up()
wait(1)
assert(common.agent("101").state == "ready", common.agent("101").state)
box.set{ "agent 101 wrap-up 0s" } -- none at all
answer_one("2125550103")
assert(common.agent("101").state == "ready", common.agent("101").state)
