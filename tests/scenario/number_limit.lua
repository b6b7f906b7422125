-- At most so many calls at once to a number, in whatever state they are; further ones go elsewhere or hear busy.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "limit did 8005551000 2 extension 203", "did 800555XXXX extension 202", "limit did 800555XXXX 3",
} }
local ann = common.log_in("2/1", "101")
local cleo = phone("2/3")

-- One talks, one waits: the number has its two.
local talks = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(talks, ann)
local waits = common.caller{ from = "2125550102" }
waits:expect("answered", 3)
-- The third rings elsewhere; it is none of the two.
local third = common.caller{ from = "2125550103" }
cleo:expect("ringing", 3)
cleo:lift()
common.talk(third, cleo)

-- A limit for several numbers counts the calls of all of them that are within their own: talking, waiting, ringing.
local rings = common.caller{ to = "8005551234", from = "2125550104" }
phone("2/2"):expect("ringing", 3)
local rest = common.caller{ to = "8005552000", from = "2125550105" }
rest:expect("rejected", 3)
assert(rest.cause == 17, rest.cause)
rings:hang_up(16)
wait(2)
rest = common.caller{ to = "8005552000", from = "2125550106" }
phone("2/4"):expect("ringing", 3)
rest:hang_up(16)

-- A call less: the next one is let in again, though the one sent elsewhere still talks.
waits:hang_up(16)
wait(2)
local next_one = common.caller{ from = "2125550107" }
next_one:expect("answered", 3)
wait(1)
assert(box.query("show queues --json")[1].waiting == 1)
next_one:hang_up(16)
wait(2)

-- Without a destination: busy, with the reason in the record.
box.set{ "limit did 8005551000 1" }
local busy = common.caller{ from = "2125550108" }
busy:expect("rejected", 3)
assert(busy.cause == 17, busy.cause)
local record = common.last_record()
assert(record.from == "2125550108" and record.cause == 17 and record.outcome == "refused", record.outcome)
box.set{ "delete limit did 8005551000" }
local free = common.caller{ from = "2125550109" }
free:expect("answered", 3)
free:hang_up(16)
third:hang_up(16)
talks:hang_up(16)

-- Only those who wait: who talks does not count.
box.set{ "limit did 8005551000 1 waiting extension 203" }
ann:hang_up()
cleo:hang_up()
wait(2)
talks = common.caller{ from = "2125550110" }
ann:expect("ringing", 3)
ann:lift()
common.talk(talks, ann)
waits = common.caller{ from = "2125550111" }
waits:expect("answered", 3)
wait(1)
assert(box.query("show queues --json")[1].waiting == 1)
third = common.caller{ from = "2125550112" }
cleo:expect("ringing", 3)
third:hang_up(16)
waits:hang_up(16)
wait(2)
waits = common.caller{ from = "2125550113" }
waits:expect("answered", 3)
wait(1)
assert(box.query("show queues --json")[1].waiting == 1)
