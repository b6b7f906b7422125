-- Night lock: while the hours are closed a telephone may call less; by the clock and by the night switch. Emergency
-- calls go. Many attempts beyond the class, or calls abroad, are an alarm.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ date = "2026-11-23 17:58 UTC", set = common.with{
  "hours office open mon-fri 08:00-18:00", "hours office then queue sales", "hours office else hangup",
  "port 2/1 class international", "port 2/1 night-class internal hours office", "port 2/2 class national",
  "system fraud-alarm after 3 per 1h",
} }
local function goes(place, digits)
  local p = phone(place)
  p:lift()
  p:dial(digits)
  local ok, c = pcall(incoming, 1, 8)
  if ok then c:answer(); wait(0.5) end
  p:hang_up()
  wait(3)
  return ok
end
assert(goes("2/1", "95551234#"))
wait(130)
assert(not goes("2/1", "95551234#"))
assert(goes("2/2", "95551234#"), "it has no night class")
assert(goes("2/1", "112"))
local p = phone("2/1")
p:lift()
p:dial("202")
phone("2/2"):expect("ringing", 5)
p:hang_up()
wait(3)
box.set{ "hours office open mon-fri 08:00-23:00" }
assert(goes("2/1", "95551234#"))
box.set{ "hours office night-switch on" }
assert(not goes("2/1", "95551234#"))
box.set{ "hours office night-switch off" }

local function fraud()
  for _, a in ipairs(box.query("show alarms --json")) do
    if a.text:find("toll fraud suspected: port 2/", 1, true) then return a.text end
  end
end
assert(not fraud())
assert(not goes("2/2", "901144201#"))
assert(not goes("2/2", "901144202#"))
assert(not fraud())
assert(not goes("2/2", "901144203#"))
assert(fraud():find("port 2/2 made 3 international calls or attempts beyond its class within 1h", 1, true))
assert(goes("2/2", "95551234#"), "an alarm, not a lock")
wait(62 * 60)
assert(not fraud())
