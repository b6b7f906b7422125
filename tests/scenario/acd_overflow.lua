-- A call that overflows from queue to queue is counted once: where it came in; the other shows it as transferred.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales overflow 5s queue support", "queue support agent 104", "agent 104 pin 4714",
  "queue shut hours never", "queue shut closed queue support", "hours never open mon 00:00-00:01",
  "hours never night-switch on", "did 8005553000 queue support", "did 8005554000 queue shut",
} }
local function queue(name)
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == name then return q end
  end
end
local first = common.caller{ from = "2125550101" }
wait(8)
local sales, support = queue("sales"), queue("support")
assert(sales.offered == 1 and sales.diverted == 1 and sales.waiting == 0 and sales.transferred_in == 0, sales.offered)
assert(support.offered == 0 and support.waiting == 1 and support.transferred_in == 1, support.offered)
first:hang_up(16)
wait(2)
support = queue("support")
assert(support.transferred_abandoned == 1 and support.abandoned == 0 and support.waiting == 0, support.abandoned)

-- Straight to it, and by way of a closed queue, which counts them as refused: its own callers.
local second = common.caller{ from = "2125550102", to = "8005553000" }
local third = common.caller{ from = "2125550103", to = "8005554000" }
wait(3)
support = queue("support")
assert(support.offered == 2 and support.waiting == 2 and support.transferred_in == 1, support.offered)
assert(queue("shut").offered == 0 and queue("shut").refused == 1 and queue("shut").transferred_refused == 0)
second:hang_up(16)
third:hang_up(16)

-- Refused at one queue for its length, taken in by the next: offered there. Over from another queue, it is a transferred one
-- that a closed queue refuses.
wait(2)
box.set{ "queue sales max-length 1", "queue sales full queue support", "delete queue sales overflow" }
local before = queue("support").offered
local waits = common.caller{ from = "2125550104" }
waits:expect("answered", 3)
local diverted = common.caller{ from = "2125550105" }
wait(2)
assert(queue("sales").refused == 1 and queue("support").offered == before + 1, queue("support").offered)
diverted:hang_up(16)
waits:hang_up(16)
wait(2)
box.set{ "queue sales overflow 3s queue shut" }
common.caller{ from = "2125550106" }
wait(6)
assert(queue("shut").transferred_refused == 1 and queue("shut").refused == 1, queue("shut").refused)
