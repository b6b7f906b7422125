-- The caller after the last place is sent away busy; the others keep theirs.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales max-length 2" } }
local one, two, three = common.caller{ from = "2125550101" }, common.caller{ from = "2125550102" }, nil
one:expect("answered", 2)
two:expect("answered", 2)
three = common.caller{ from = "2125550103" }
three:expect("rejected", 3)
assert(three.cause == 17, three.cause)
local r = common.last_record()
assert(r.outcome == "refused" and r.reason:find("FULL") and r.cause == 17, r.outcome)
local now = box.query("show calls --json")[1].segments[1] -- an open one ends now
assert(now.kind == "queue" and now.end_ms > now.start_ms + 3000, now.end_ms)
assert(one.state == "answered" and two.state == "answered")
local queue = box.query("show queues --json")[1]
assert(queue.queue == "sales" and queue.waiting == 2 and queue.refused == 1, queue.refused)
one:hang_up(16)
wait(1)
common.caller{ from = "2125550104" }:expect("answered", 3)
