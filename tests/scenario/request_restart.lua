-- Restarting the box from the console: it tells how many calls are up, with "drain" it takes no new ones but emergencies
-- until those have ended, a wish can be taken back.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "emergency 112", "user tess role technician", "user sue role supervisor" } }
local function says(line, text)
  local said = box.console(line)
  assert(said:find(text, 1, true), line .. ": " .. said)
end
says("request cancel", "nothing was asked for")
says("request restart", 'no call is up; type "request restart confirm" to have it')
says("request restart soon", "expected [drain [D]] confirm")
says("request restart drain 0s confirm", "expected a duration from 1s to 24h")
says("request restart drain 25h confirm", "expected a duration")
says("request power-off drain 5m", "no call is up")

local ann = phone("2/4")
local c = common.caller{ to = "8005552000" }
ann:expect("ringing", 5)
ann:lift()
c:expect("answered", 5)
says("request power-off", '1 call would be cut; type "request power-off drain confirm" to let them end first')
says("request restart drain 10m confirm", "no new calls are taken")
assert(box.query("show alarms --json")[1].text:find("No new calls are taken: the box is to be restarted", 1, true))
says("request restart confirm", "restart is under way already")
local late = common.caller{ to = "8005552000" }
late:expect("rejected", 5)
assert(late.cause == 41, late.cause)
local turned_away = common.last_record()
assert(turned_away.cause == 41 and turned_away.reason == "no new calls now", turned_away.reason)
local p = phone("2/1")
p:lift()
p:dial("112")
local help = incoming(1, 5)
help:answer()
p:hang_up()
help:expect("released", 5)
wait(2)
says("request cancel", "calls are taken")
wait(1)
assert(#box.query("show alarms --json") == 0)
late = common.caller{ to = "8005552000" }
late:expect("rejected", 5)
assert(late.cause == 17, late.cause) -- busy: the box takes calls again
-- What is waited for is waited for no longer than was said.
says("request restart drain 1m confirm", "in 1m at the latest")
says("request cancel", "calls are taken")
wait(70)
assert(c.state == "answered")
-- The end itself is seen in tests/system/console.py, and on the image.
says("request restart drain confirm", "when 1 call has ended, in 30m at the latest")
says("request cancel", "calls are taken")
c:hang_up(16)
