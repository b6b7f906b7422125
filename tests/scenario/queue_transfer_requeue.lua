-- An agent sends a caller on to another queue, or back to the head of the own one: arrival and history stay.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "delete queue sales agent 103", "queue support agent 103", "queue support extension 300",
  "queue sales strategy longest-idle", "queue support key 0 hangup 16",
} }
local ann, cleo = common.log_in("2/1", "101"), common.log_in("2/3", "103")
local c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
wait(10)
box.console("agent 103 pause")
ann:flash()
ann:dial("300")
ann:hears("transferring", 5)
ann:hang_up()
wait(5)
for _, q in ipairs(box.query("show queues --json")) do
  if q.queue == "support" then
    -- Since it came in, not since it was sent on.
    assert(q.waiting == 1 and q.transferred_in == 1 and q.offered == 0 and q.oldest_wait_ms > 14000, q.oldest_wait_ms)
  end
end
assert(common.agent("101").state == "ready", common.agent("101").state)
assert(common.agent("101").talk_ms < 17000, common.agent("101").talk_ms)
wait(20)
box.console("agent 103 ready")
cleo:expect("ringing", 5)
cleo:lift()
common.talk(c, cleo)
wait(5)
c:hang_up(16)
cleo:hang_up()
local r = common.last_record()
assert(r.outcome == "answered" and r.agent == "103" and r.queue == "support" and #r.offers == 2, r.agent)
assert(r.talk_ms < 30000, r.talk_ms) -- the second wait is no talk
local waits = {}
for _, s in ipairs(r.segments) do
  if s.kind == "queue" then waits[#waits + 1] = s.queue .. (s.end_ms - s.start_ms > 15000 and " long" or " short") end
end
assert(table.concat(waits, ", ") == "sales short, support long", table.concat(waits, ", "))

-- Given back: Bob gets the caller before one who has waited since, and Ann not at once again.
local bob = common.log_in("2/2", "102")
c = common.caller{ from = "2125550101" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
local busy = common.caller{ from = "2125550102" }
bob:expect("ringing", 5)
bob:lift()
wait(1)
local other = common.caller{ from = "2125550103" }
wait(3)
ann:flash()
ann:dial("*30")
ann:hears("transferring", 5)
ann:hang_up()
wait(1)
busy:hang_up(16)
bob:hang_up()
bob:expect("ringing", 5)
assert(bob:caller_id().number == "2125550101", bob:caller_id().number)
bob:lift()
common.talk(c, bob)
ann:expect("ringing", 10)
assert(ann:caller_id().number == "2125550103")
ann:lift()
common.talk(other, ann)

-- A telephone may call the queue itself, and a key takes it out again.
local desk = phone("2/4")
desk:lift()
desk:dial("300")
cleo:expect("ringing", 8)
cleo:lift()
desk:say(1004, -10)
cleo:hears_tone(1004, -14, 3)
desk:hang_up()
cleo:hang_up()
