-- Opening hours: a queue outside its hours gives its own treatment, and a number can branch on the hours.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{
  date = "2026-03-01 11:59:00 UTC", -- a Sunday
  set = common.with{
    "hours office open mon-fri 08:00-18:00", "hours office open sun 12:00-13:00",
    "hours office then queue sales", "hours office else announce vm-goodbye",
    "queue sales hours office", "queue sales closed announce tt-weasels",
    "did 8005554000 hours office",
  },
}
local ann = common.log_in("2/1", "101")
local c = common.caller()
c:hears("tt-weasels", 5)
c:expect("released", 30)
assert(c.cause == 16, c.cause)
local r = common.last_record()
assert(r.outcome == "diverted" and r.queue == "sales", r.outcome)
local function counted(refused, offered)
  local q = box.query("show queues --json")[1]
  assert(q.queue == "sales" and q.refused == refused and q.offered == offered, q.refused .. " " .. q.offered)
end
counted(1, 0) -- whom a closed queue has not let in was refused, and not offered to it
c = common.caller{ to = "8005554000" }
c:hears("vm-goodbye", 5)
c:hang_up(16)
assert(ann:ring_cadence() == nil or #ann:ring_cadence() == 0, "the agent was rung while closed")

wait(60 - now() % 60 + 1) -- noon has passed: open
c = common.caller{ to = "8005554000" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
assert(common.last_record().outcome == "answered")
box.set{ "hours office night-switch on" } -- closed by hand
c = common.caller()
c:hears("tt-weasels", 5)
c:hang_up(16)
wait(1)
counted(2, 1)
assert(box.query("show sweep --json").mismatches == 0)
