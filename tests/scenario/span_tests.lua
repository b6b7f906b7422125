-- Tests of a whole span: loops, bit errors on all channels, a simulated alarm, errors put in, counters. They refuse what
-- is in use, keep calls away, end by themselves and never outlive the box.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "span 3 type t1", "span 3 signalling pri-cpe", "span 3 switch ni2", "span 3 clock 2",
  "trunk main span 3" } }
wait(4)

local function newest()
  return box.query("show tests --json")[1]
end
local function refused(line, words)
  local ok, text = pcall(box.console, line)
  text = tostring(text)
  assert(text:find(words, 1, true), line .. ": " .. text)
end
local function alarms()
  local texts = {}
  for _, alarm in ipairs(box.query("show alarms --json")) do texts[#texts + 1] = alarm.text end
  return table.concat(texts, "\n")
end
local function looped(n)
  for _, alarm in ipairs(common.span(n).alarms) do
    if alarm == "loopback" then return true end
  end
  return false
end

-- a payload loop: a call that is there hears itself, new ones are kept away, and it ends by itself
local c = common.caller{ channel = 3, exclusive = true }
c:expect("answered", 5)
wait(6)
refused("test span 1 loopback payload for 10s", "calls in progress: 1")
box.console("test span 1 loopback payload for 10s force")
wait(1)
c:say(1004, -10)
c:hears_tone(1004, -11, 3)
assert(looped(1) and common.span(1).service == "test", common.span(1).service)
assert(alarms():find("payload loop for 10 s (test 1)", 1, true), alarms())
assert(not alarms():find("the line is looped", 1, true), alarms())
local r = common.caller{ channel = 4, exclusive = true }
r:expect("rejected", 5)
assert(r.cause == 44, r.cause)
local p = phone("2/4")
p:lift(); p:dial("95550000")
local out = incoming(3, 15) -- the other trunk
out:answer(); wait(1); out:hang_up(16); p:hang_up()
wait(8)
assert(newest().running == false and newest().text == "taken off", newest().text)
assert(not looped(1) and common.span(1).service == "on" and alarms() == "", alarms())
c:hang_up(16)
wait(1)
c = common.caller()
c:expect("answered", 5)
c:hang_up(16)
wait(1)

-- bit errors on all channels: nothing comes back, the far end loops, errors, a wrong bit of ours
box.console("test span 1 bert for 60s")
wait(3)
assert(newest().text:find("comes back on none of 30 channels", 1, true), newest().text)
assert(newest().span == "1" and newest().channel == nil)
refused("test span 1 bert", "bit-error test runs already")
for slot = 1, 31 do
  if slot ~= 16 then fault{ span = 1, channel = slot, loop = true } end
end
wait(10)
local channels, bits, errors = newest().text:match("^(%d+) channels: (%d+) bits, (%d+) errors, pattern lost 0 times")
assert(channels == "30" and tonumber(bits) > 10000000 and errors == "0", newest().text)
box.console("test span 1 insert prbs 3")
wait(2)
assert(newest().text:find(" 3 errors", 1, true), newest().text)
for slot = 1, 31 do
  if slot ~= 16 then fault{ span = 1, channel = slot, loop = false } end
end
-- the same over a loop of our own, which ends with the test of it and not with the other
box.console("test span 1 stop")
box.console("test span 1 loopback local for 30s")
wait(1)
box.console("test span 1 bert for 10s")
wait(12)
assert(newest().running == false and newest().text:find(" 0 errors, pattern lost 0 times; not there now on 0", 1, true),
  newest().text)
assert(looped(1))
box.console("test span 1 stop")
refused("test span 1 stop", "no test runs on span 1")
wait(15)
assert(not looped(1) and common.span(1).dchannel == "up")

-- gains, the port's beside the span's, heard at both ends; and bit errors are looked for without them
box.set{ "span 1 receive-gain -6", "port 2/4 send-gain -3.5", "port 2/4 receive-gain 2", "span 1 send-gain -4.0" }
wait(1)
p:lift(); p:dial("95550000")
out = incoming(1, 15)
out:answer(); wait(1)
out:say(1004, 0)
p:hears_tone(1004, -10, 3) -- -9.5
assert(not pcall(p.hears_tone, p, 1004, -8.5, 2))
out:silence()
p:say(1004, -5)
out:hears_tone(1004, -7.5, 3) -- -7.0
assert(not pcall(out.hears_tone, out, 1004, -6, 2))
out:hang_up(16); p:hang_up()
wait(1)
box.console("test span 1 loopback local for 30s")
box.console("test span 1 bert for 5s")
wait(7)
assert(newest().text:find(" 0 errors, pattern lost 0 times; not there now on 0", 1, true), newest().text)
box.console("test span 1 stop")
box.set{ "delete span 1 receive-gain", "delete port 2/4 send-gain", "delete port 2/4 receive-gain",
  "delete span 1 send-gain" }
wait(15)

-- a simulated alarm: the far end sees yellow, what stands in the settings stays
box.console("test span 1 alarm for 5s")
wait(2)
assert(alarms():find("red alarm", 1, true) and alarms():find("simulated alarm", 1, true), alarms())
wait(6)
assert(alarms() == "", alarms())

-- an emergency call gets through whatever is tested
box.console("test span 1 bert for 60s")
box.console("test span 3 bert for 60s")
wait(1)
p:lift(); p:dial("112")
out = incoming(1, 20)
out:answer(); wait(1); out:hang_up(16); p:hang_up()
wait(2)
assert(newest().running == false)

-- settings, a kill and a start take it off
box.console("test span 3 loopback payload for 1h")
wait(1)
box.set{ "span 3 hunt ascending" }
wait(1)
assert(newest().running == false and not looped(3))
box.console("test span 1 loopback local for 1h")
wait(2)
box.kill()
box.start()
wait(12)
assert(not looped(1) and common.span(1).dchannel == "up" and alarms() == "", alarms())

-- counters begin anew
fault{ span = 1, loss = 5, for_s = 2 }
wait(4)
assert(common.span(1).frames_lost > 0)
box.console("test span 1 reset-counters")
wait(1)
assert(common.span(1).frames_lost == 0)
assert(box.console("show spans 1"):find("Bipolar violations (BPV)", 1, true))

refused("test span 1 loopback line", "is emulated: its frames carry no line loopback")
refused("test span 1 loopback remote-up for 10s", "carry no loop-up code")
refused("test span 1 insert crc 2", "no CRC-4")
refused("test span 1 insert bipolar 0", "1 to 100")
refused("test span 1 insert fas 2 3", "too much")
refused("test span 1 loopback sideways", "expected local, line")
refused("test span 1 loopback local for 2h", "1s to 1h")
refused("test span 9 bert", "there is no span 9")
refused("test span 2 bert", "carries telephones")
refused("test span 1 dance", "loopback, bert")
refused("show spans 9", "there is no span 9")
assert(newest() == nil, newest() and newest().text)
