-- Best service: a call for one number goes, once, to the queue in which it is expected to wait least.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue either best-of sales", "queue either best-of support", "queue support agent 103",
  "delete queue sales agent 103", "did 8005553000 queue either",
} }
local function queue(name)
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == name then return q end
  end
end
local cleo = common.log_in("2/3", "103")
-- Sales has nobody free, support has: that is where it goes.
local c = common.caller{ to = "8005553000", from = "2125550101" }
cleo:expect("ringing", 5)
cleo:lift()
common.talk(c, cleo)
local ann = common.log_in("2/1", "101")
local second = common.caller{ to = "8005553000", from = "2125550102" }
ann:expect("ringing", 5)
ann:lift()
common.talk(second, ann)
assert(queue("sales").offered == 1 and queue("support").offered == 1 and queue("either").offered == 0)
-- Nobody is free: one each, then where fewer wait; who is in a queue stays there.
local callers = {}
for i = 3, 6 do
  callers[i] = common.caller{ to = "8005553000", from = "212555010" .. i }
  callers[i]:expect("answered", 3)
end
wait(5)
assert(queue("sales").waiting == 2 and queue("support").waiting == 2, queue("sales").waiting)
c:hang_up(16)
cleo:hang_up()
cleo:expect("ringing", 5)
cleo:lift()
wait(1)
assert(queue("sales").waiting == 2 and queue("support").waiting == 1)
local r = common.last_record()
assert(r.queue == "support" and r.outcome == "answered" and r.segments[1].queue == "support", r.queue)
assert(common.fails(function() box.set{ "queue sales best-of either" } end))
