-- A busy hour at random, four agents, two queues: every call's record agrees with the wire.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "agent 104 name Dan", "agent 104 pin 4714", "agent 104 port 2/4",
  "queue sales strategy longest-idle", "queue sales wrap-up 3s",
  "queue support agent 103", "queue support agent 104", "did 8005553000 queue support",
} }
common.log_in("2/1", "101")
common.log_in("2/2", "102")
common.log_in("2/3", "103")
local dan = phone("2/4")
dan:lift(); dan:dial("*11104#4714#"); dan:hears("agent-loginok", 10); dan:hang_up()
local t = traffic{ calls_per_hour = 150, dids = { "8005551000", "8005553000" }, talk = 60, patience = 90,
                   agents = { "2/1", "2/2", "2/3", "2/4" }, seed = 7 }
t:run(3600)
t:check()
assert(t.offered == t.answered + t.abandoned + t.blocked, "every call has one end")
assert(t.answered > t.offered * 0.7, t.answered)
assert(t.blocked == 0 and t.one_way == 0)
local offered, answered, abandoned = 0, 0, 0
for _, queue in ipairs(box.query("show queues --json")) do
  offered, answered, abandoned = offered + queue.offered, answered + queue.answered, abandoned + queue.abandoned
  assert(queue.offered == queue.answered + queue.abandoned + queue.diverted + queue.waiting, queue.queue)
end
assert(offered == t.offered and answered == t.answered and abandoned == t.abandoned,
  ("the box counts %d/%d/%d, the wire %d/%d/%d"):format(offered, answered, abandoned, t.offered, t.answered, t.abandoned))
