-- Where all are rung, a telephone that is lifted and put down at once does not take the others' ringing with it, and the
-- caller is not lost: that was no answer. Who is put down later was answered.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales ring-time 10s" } }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
wait(3)
ann:hang_up() -- this was an answer, and its end
c:expect("released", 5)
wait(3)
assert(common.agent("101").state == "ready", common.agent("101").state)
c = common.caller{ from = "2125550102" }
local first = pcall(ann.expect, ann, "ringing", 3) and ann or bob
first:lift()
common.talk(c, first)
c:hang_up(16)
first:hang_up()
wait(2)

box.set{ "queue sales strategy ring-all" }
c = common.caller{ from = "2125550103" }
ann:expect("ringing", 3)
ann:lift()
wait(0.4)
ann:hang_up()
wait(2)
bob:expect("ringing", 2)
assert(c.state == "answered" and common.agent("102").state == "ringing", c.state)
local function queue() return box.query("show queues --json")[1] end
local before = queue()
assert(before.answered == 2 and before.offered == 3 and before.transferred_in == 0, before.answered) -- that was no answer
assert(common.agent("101").calls + common.agent("102").calls == 2, common.agent("101").calls)
bob:lift()
common.talk(c, bob)
c:hang_up(16)
bob:hang_up()
local r = common.last_record()
assert(r.agent == "102" and r.outcome == "answered" and r.offers[#r.offers].result == "answered", r.outcome)
local declined = 0
for _, offer in ipairs(r.offers) do
  if offer.agent == "101" and offer.result == "declined" then declined = declined + 1 end
end
assert(declined == 1 and r.talk_ms < 5000, declined)

-- The only agent does so: the caller waits on, and she is rung again a little later.
box.console("agent 102 logout")
c = common.caller{ from = "2125550104" }
ann:expect("ringing", 3)
ann:lift()
wait(0.4)
ann:hang_up()
ann:expect("ringing", 10)
ann:lift()
common.talk(c, ann)
wait(1)
ann:hang_up()
c:expect("released", 3)
wait(2)
assert(common.last_record().wait_ms > 1000, "the wait goes on until there is an answer")

-- And who gives up then has never been answered: in the record and for the queue.
c = common.caller{ from = "2125550107" }
ann:expect("ringing", 3)
ann:lift()
wait(0.4)
ann:hang_up()
wait(2.5)
c:hang_up(16)
r = common.last_record()
assert(r.outcome == "abandoned" and r.answered == nil and r.agent == nil and r.talk_ms == 0, r.outcome)
assert(r.offers[1].result == "declined", r.offers[1].result)
local q = queue()
assert(q.abandoned == 1 and q.offered == q.answered + q.abandoned, q.abandoned)
q.offered, q.abandoned = q.offered - 1, 0
assert(q.offered == 4 and q.answered == 4 and q.abandoned == 0 and q.waiting == 0, q.answered)
assert(box.query("show sweep --json").mismatches == 0)

-- Ann gave the caller back before that: her answer stays one.
box.set{ "code requeue *30" }
box.console("agent 102 login")
wait(2)
c = common.caller{ from = "2125550108" }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
wait(5)
ann:flash()
wait(1)
ann:dial("*30")
wait(3)
ann:hang_up()
bob:expect("ringing", 5)
bob:lift()
wait(0.4)
bob:hang_up()
wait(2)
ann:expect("ringing", 6)
c:hang_up(16)
r = common.last_record()
assert(r.outcome == "answered" and r.answered and r.agent == "101" and r.port == "2/1", r.outcome)
assert(r.talk_ms > 5000 and r.wait_ms < 4000, r.talk_ms)
box.console("agent 102 logout")
wait(1)

-- timer picked_up 0s: lifting is an answer.
box.set{ "timer picked_up 0s" }
c = common.caller{ from = "2125550105" }
ann:expect("ringing", 3)
ann:lift()
wait(0.4)
ann:hang_up()
c:expect("released", 3)
