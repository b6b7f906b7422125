-- Closing time with callers in the queue: served on, or sent to the closed treatment; the next day it is open again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ date = "2026-03-04 17:59:30 UTC", set = common.with{
  "hours office open daily 08:00-18:00", "queue sales hours office", "queue sales closed announce vm-goodbye",
  "queue sales closing send",
  "queue support agent 101", "queue support hours office", "queue support closed announce vm-goodbye",
  "did 8005553000 queue support",
} }
local sent, served = common.caller{ from = "2125550101" }, common.caller{ from = "2125550102", to = "8005553000" }
sent:expect("answered", 3)
served:expect("answered", 3)
sent:hears("vm-goodbye", 40)
assert(served.state == "answered")
local ann = common.log_in("2/1", "101")
ann:expect("ringing", 5)
ann:lift()
common.talk(served, ann)
local r = common.last_record()
assert(r.from == "2125550101" and r.outcome == "diverted" and r.reason:find("closed"), r.reason)
for _, q in ipairs(box.query("show queues --json")) do
  if q.queue == "sales" then assert(q.exits.CLOSED == 1 and q.diverted == 1, q.exits.CLOSED) end
end

-- Closed by hand shortly before midnight: the next day begins open.
box.stop()
box{ date = "2026-03-04 23:59:30 UTC", set = common.with{ "queue sales closed announce vm-goodbye" } }
box.console("queue sales drain on")
common.caller{ from = "2125550103" }:hears("vm-goodbye", 5)
-- A power cut and a kill open nothing.
wait(1)
box.power_cut()
box.start()
wait(2)
common.caller{ from = "2125550105" }:hears("vm-goodbye", 5)
box.kill()
box.start()
wait(2)
common.caller{ from = "2125550106" }:hears("vm-goodbye", 5)
wait(30)
local today = common.caller{ from = "2125550104" }
today:expect("answered", 3)
wait(5)
assert(box.query("show queues --json")[1].waiting == 1)
today:hang_up(16)
-- Opened again by hand: that outlives a restart too.
box.console("queue sales drain on")
wait(1)
box.console("queue sales drain off")
wait(1)
box.kill()
box.start()
wait(2)
today = common.caller{ from = "2125550107" }
today:expect("answered", 3)
wait(5)
assert(box.query("show queues --json")[1].waiting == 1)
