-- Opening hours: days and times, holidays, the night switch by setting and by telephone.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local lines = common.with{
  "timezone America/New_York",
  "hours shop open mon-fri 08:00-18:00", "hours shop open sat 09:00-12:00", "hours shop holiday 2026-12-25 Christmas",
  "hours shop then extension 201", "hours shop else announce queue-closed then hangup 16",
  "hours 7 open daily 22:00-06:00", "hours 7 then extension 202", "hours 7 else hangup 21",
  "did 8005558000 hours shop", "did 8005558007 hours 7",
}
box{ date = "2026-12-23 17:59 America/New_York", set = lines }
local function open(to, p)
  local c = common.caller{ to = to }
  p:expect("ringing", 3)
  c:hang_up(16)
  p:expect("silent", 6)
  wait(1)
end
local function closed()
  local c = common.caller{ to = "8005558000" }
  c:expect("answered", 2)
  c:hears("queue-closed", 3)
  c:expect("released", 15)
end
local function switch(code, answer)
  local p = phone("2/4")
  p:lift()
  p:dial(code)
  p:hears(answer, 4)
  p:hang_up()
  wait(1)
end
open("8005558000", phone("2/1"))
wait(60)
closed() -- 18:00
local c = common.caller{ to = "8005558007" }
c:expect("rejected", 2)
assert(c.cause == 21, c.cause)
box{ date = "2026-12-23 22:00 America/New_York", set = lines }
open("8005558007", phone("2/2")) -- 22:00
box{ date = "2026-12-24 08:01 America/New_York", set = lines }
open("8005558000", phone("2/1")) -- the 24th, 08:0x
-- the night switch by telephone: shop is the second by name, 7 has a number for its name
switch("*287#", "night-on")
switch("*282#", "night-on")
closed()
local seen = box.query("show hours --json")
assert(seen[2].hours == "shop" and seen[2].night_switch == true and seen[2].open == false, seen[2].hours)
switch("*282#", "night-off")
open("8005558000", phone("2/1"))
switch("*289#", "invalid")
-- by setting
box.set{ "hours shop night-switch on" }
closed()
box.set{ "hours shop night-switch off" }
open("8005558000", phone("2/1"))
-- the 25th is a holiday
box{ date = "2026-12-25 10:00 America/New_York", set = lines }
closed()
