-- Who is cut off and calls again has the place back; a queue has a limit of calls at one time; longest wait, treated.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales regain 60s", "queue small agent 102", "queue small max-calls 1", "queue small full announce vm-goodbye",
  "did 8005553000 queue small", "queue slow agent 102", "queue slow max-wait 5s", "queue slow timeout announce tt-weasels",
  "queue slow overflow 60s hangup", "did 8005554000 queue slow",
} }
local first, second = common.caller{ from = "2125550101" }, nil
first:expect("answered", 3)
wait(5)
second = common.caller{ from = "2125550102" }
second:expect("answered", 3)
wait(3)
first:hang_up(16)
wait(20)
first = common.caller{ from = "2125550101" }
first:expect("answered", 3)
wait(1)
local ann = common.log_in("2/1", "101")
ann:expect("ringing", 5)
assert(ann:caller_id().number == "2125550101", ann:caller_id().number)
ann:lift()
common.talk(first, ann)
first:hang_up(16)
ann:hang_up()
ann:expect("ringing", 5)
ann:lift()
common.talk(second, ann)
-- Too late is too late.
local third = common.caller{ from = "2125550103" }
third:expect("answered", 3)
wait(2)
third:hang_up(16)
wait(50)
local fourth = common.caller{ from = "2125550104" }
wait(20)
third = common.caller{ from = "2125550103" }
wait(1)
second:hang_up(16)
ann:hang_up()
ann:expect("ringing", 5)
assert(ann:caller_id().number == "2125550104", ann:caller_id().number)
ann:lift()
wait(1)

local bob = common.log_in("2/2", "102")
bob:expect("ringing", 5) -- he takes the third, who still waits for sales
bob:lift()
common.talk(third, bob)
third:hang_up(16)
bob:hang_up()
wait(1)
local one = common.caller{ from = "2125550105", to = "8005553000" }
bob:expect("ringing", 5)
bob:lift()
common.talk(one, bob)
local two = common.caller{ from = "2125550106", to = "8005553000" }
two:hears("vm-goodbye", 5) -- one talks: that counts
two:expect("released", 10)
local r = common.last_record()
assert(r.outcome == "diverted" and r.reason:find("FULL"), r.reason)
box.set{ "delete queue small full" } -- whom nothing but a busy tone awaits was refused, as the queue has counted
two = common.caller{ from = "2125550106", to = "8005553000" }
two:expect("rejected", 5)
r = common.last_record()
assert(r.outcome == "refused" and r.cause_sent == 17 and r.reason:find("FULL"), r.outcome)
for _, q in ipairs(box.query("show queues --json")) do
  assert(q.queue ~= "small" or (q.refused == 2 and q.offered == 1), q.refused)
end
local slow = common.caller{ from = "2125550107", to = "8005554000" }
slow:hears("tt-weasels", 10)
slow:expect("released", 20)
r = common.last_record()
assert(r.outcome == "timeout" and r.reason:find("TIMEOUT"), r.reason)

-- Who leaves soon is counted apart, and neither offered nor abandoned.
box.set{ "queue slow short-abandon 3s" }
local function slow_queue()
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == "slow" then return q end
  end
end
local before = slow_queue()
for i, seconds in ipairs{ 2, 4 } do
  local c = common.caller{ from = "212555011" .. i, to = "8005554000" }
  c:expect("answered", 2)
  wait(seconds)
  c:hang_up(16)
  r = common.last_record()
  assert(r.outcome == (i == 1 and "short-abandon" or "abandoned"), r.outcome)
end
local q = slow_queue()
assert(q.short_abandoned == before.short_abandoned + 1 and q.abandoned == before.abandoned + 1, q.abandoned)
assert(q.offered == before.offered + 1, q.offered)

-- Who left the queue by its key and talks elsewhere is of it no more.
one:hang_up(16)
bob:hang_up()
box.set{ "queue small key 1 extension 203" }
box.console("agent 102 logout")
wait(2)
local cleo = phone("2/3")
local left = common.caller{ from = "2125550107", to = "8005553000" }
left:expect("answered", 3)
wait(1)
left:dial("1")
cleo:expect("ringing", 5)
cleo:lift()
common.talk(left, cleo)
two = common.caller{ from = "2125550106", to = "8005553000" }
two:expect("answered", 3)
