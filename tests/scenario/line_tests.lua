-- A technician's tests: bell, hook and digits, tone, echo and level of a telephone; tone, echo and bit errors of a B
-- channel. They refuse what is in use, end by themselves, and an emergency call gets out of them.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
wait(3)
local p = phone("2/4")

local function newest()
  return box.query("show tests --json")[1]
end
local function shows(words)
  local test = newest()
  assert(test.text:find(words, 1, true), test.text)
  return test
end
local function refused(line, words)
  local ok, text = pcall(box.console, line)
  text = tostring(text)
  assert(text:find(words, 1, true), line .. ": " .. text)
end

-- bell and hook
box.console("test port 2/4 ring for 20s")
p:expect("ringing", 2)
p:lift()
p:expect("silent", 2)
wait(1)
shows("bell and hook work")
p:hears_tone(350, -20, 3) -- dial tone: the telephone is the user's again
p:hang_up()
wait(1)
box.console("test port 2/4 ring for 3s")
p:expect("ringing", 2)
p:expect("silent", 8)
assert(shows("rang, was not lifted").running == false)

-- hook, flash and digits
box.console("test port 2/4 hook")
p:lift(); wait(1); p:flash(); wait(2); p:dial("159#"); p:hang_up()
wait(2)
shows("lifted 1, hung up 1, flashed 1 times; digits: 159#")
p:lift(); p:dial("2", { pulse = true }); wait(2); p:hang_up(); wait(2)
shows("digits: 159#2")
refused("test port 2/4 ring", "is being tested already")
box.console("test stop all")
assert(not newest().running)

-- tone, echo, level
box.console("test port 2/4 tone for 20s")
p:lift()
p:hears_tone(1004, -11, 3)
p:hang_up()
wait(1)
assert(not newest().running)
box.console("test port 2/4 echo for 20s")
p:lift(); wait(1); p:say(697, -10); p:hears_tone(697, -12, 3); p:silence(); p:hang_up()
wait(1)
box.console("test port 2/4 level for 6s")
p:lift(); p:say(1004, -10)
wait(5)
shows("loudest second received: -10")
p:silence(); p:hang_up()
wait(2)

-- who dials on it gets out of it
box.console("test port 2/4 tone for 60s")
p:lift()
p:hears_tone(1004, -11, 3)
p:dial("201")
phone("2/1"):expect("ringing", 10)
p:hang_up()
wait(2)
assert(not newest().running)

-- an emergency number gets out of every test, whole, whatever was dialled before
for _, kind in ipairs{ "tone", "hook" } do
  if kind == "tone" then
    p:lift(); wait(1); p:dial("2")
    box.console("test port 2/4 tone for 60s")
  else
    box.console("test port 2/4 hook for 60s")
    p:lift()
  end
  wait(1)
  p:dial("112")
  local out = incoming(1, 20)
  assert(out.to == "112", kind .. ": " .. out.to)
  out:answer(); wait(1); out:hang_up(16)
  p:expect("busy-or-reorder", 5)
  p:hang_up()
  wait(2)
  assert(not newest().running)
end

-- a telephone left off the hook, tested, hung up: its alarm is over
p:lift()
wait(16 + 15 + 30 + 5)
assert(#box.query("show alarms --json") == 1)
box.console("test port 2/4 tone for 20s")
wait(1)
p:hang_up()
wait(3)
assert(#box.query("show alarms --json") == 0)

-- a B channel: bit errors, with a loop at the far end, without, and with errors on the line
box.console("test span 1 channel 5 bit-errors for 10s")
wait(5)
shows("does not come back")
assert(common.span(1).in_use == 0)
fault{ span = 1, channel = 5, loop = true }
wait(7)
box.console("test span 1 channel 5 bit-errors for 10s")
wait(12)
local test = shows(" 0 errors, pattern lost 0 times")
assert(not test.running and tonumber(test.text:match("^(%d+) bits")) > 550000, test.text)
box.console("test span 1 channel 5 bit-errors for 20s")
wait(2)
fault{ span = 1, ber = 0.0001 }
wait(16)
local bits, errors = newest().text:match("^(%d+) bits, (%d+) errors")
-- 64,000 bits a second in which one of ten thousand is wrong
assert(tonumber(errors) > 50 and tonumber(errors) < 160, newest().text)
fault{ span = 1, ber = 0 }
fault{ span = 1, channel = 5, loop = false }
wait(5)

-- a channel under test takes no call, one with a call is not tested
box.console("test span 1 channel 7 tone for 30s")
local c = call{ span = 1, to = "8005551000", from = "2125550123", channel = 7, exclusive = true }
c:expect("rejected", 5)
assert(c.cause == 44, c.cause)
box.console("test stop " .. newest().id)
c = call{ span = 1, to = "8005551000", from = "2125550123", channel = 7, exclusive = true }
c:expect("answered", 5)
refused("test span 1 channel 7 echo", "has a call")
c:hang_up(16)
wait(2)

refused("test port 9/1 ring", "there is no telephone port 9/1")
refused("test port 2/4 sing", "expected ring, hook")
refused("test port 2/4 ring for ever", "1s to 1h")
refused("test span 1 channel 16 echo", "has no B channel 16")
refused("test span 1 channel 3 ring", "only a telephone port")
refused("test port 2/4 bit-errors", "cannot send bits back")
