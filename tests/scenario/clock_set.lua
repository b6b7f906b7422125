-- The wall clock is set in the middle of calls, an hour on and a day back: waits, wrap-up and durations do not notice,
-- no record ends before it began; opening hours and time stamps follow at once. show time says zone and summer time.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ disk_faults = true, date = "2026-03-29 01:50 Europe/Berlin", set = common.with{
  "timezone Europe/Berlin", "queue sales max-wait 4m", "queue sales wrap-up 30s", "ntp server 192.0.2.1",
  "hours office open mon-sun 04:00-18:00", "hours office then queue sales", "hours office else hangup 21",
  "did 8005554000 hours office",
} }
local t = box.query("show time --json")
assert(t.zone == "Europe/Berlin" and t.dst == false and t.offset_s == 3600 and t.servers[1] == "192.0.2.1")
assert(t.next_change:find("2026-03-29T01:00:00", 1, true), t.next_change)
assert(box.console("show time"):find("standard time", 1, true))

local function record(from)
  wait(3)
  for _, r in ipairs(box.query("show calls last 10 --json")) do
    if r.from == from then return r end
  end
end

-- A wait, with the clock set on over the change to summer time.
local early = common.caller{ to = "8005554000", from = "2125550101" }
early:expect("rejected", 3)
local c = common.caller{ from = "2125550102" }
c:expect("answered", 2)
local began = now()
wait(60)
box.console("debug clock 7200") -- 04:51 in summer
t = box.query("show time --json")
assert(t.dst == true and t.offset_s == 7200, t.time)
local open = common.caller{ to = "8005554000", from = "2125550103" }
open:expect("answered", 3)
open:hang_up(16)
c:expect("released", 240)
assert(math.abs(now() - began - 240) < 3, now() - began)
local r = record("2125550102")
assert(r.outcome == "timeout" and math.abs(r.wait_ms - 240000) < 1000, r.wait_ms)
assert(r.ended > r.arrived)

-- A talk and its wrap-up, with the clock set a day back.
local ann = common.log_in("2/1", "101")
c = common.caller{ from = "2125550104" }
ann:expect("ringing", 5)
ann:lift()
c:expect("answered", 5)
wait(10)
box.console("debug clock -86400")
wait(20)
c:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
wait(2)
assert(common.agent("101").state == "wrap-up")
wait(31)
assert(common.agent("101").state == "ready", common.agent("101").state)
r = record("2125550104")
assert(r.outcome == "answered" and math.abs(r.talk_ms - 30000) < 3000, r.talk_ms)
assert(r.ended > r.answered and r.answered >= r.arrived, r.ended)
-- The last call is the one that ended last, whatever the clock says.
assert(box.query("show calls last 1 --json")[1].from == "2125550104")
c = common.caller{ from = "2125550105" }
ann:expect("ringing", 5)
assert(box.console("set timezone Europe/Berlni"):find("did you mean \"Europe/Berlin\"?", 1, true))
assert(box.console("set timezone vienna"):find("did you mean \"Europe/Vienna\"?", 1, true))

-- A clock chip without its battery: the date cannot be, and the box says so until it is right again.
assert(not box.console("show alarms"):find("date is wrong", 1, true))
box.console("debug clock -315360000")
wait(3)
assert(box.console("show alarms"):find("The box's date is wrong (before 2026)", 1, true), box.console("show alarms"))
assert(box.console("show alarms"):find("battery; no time server has set it.", 1, true), box.console("show alarms"))
box.set{ "delete ntp" }
wait(3)
assert(box.console("show alarms"):find("battery; set ntp server, or \"request time\".", 1, true), box.console("show alarms"))
local s, e = box.console("request time 2026-03-29 02:30")
assert((s or e):find("there is no such time in Europe/Berlin", 1, true), s or e)
assert(box.console("request time 2026-03-30 09:15:30"):find("set to 2026-03-30 09:15:30 CEST (2026-03-30T07:15:30Z)", 1, true))
wait(3)
assert(box.console("show time"):find("Time      2026-03-30 09:15:3", 1, true), box.console("show time"))
assert(not box.console("show alarms"):find("date is wrong", 1, true))
