-- A supervisor's headset at a sound card: an extension that rings, answers, calls out, transfers, takes a queue's calls
-- and listens to agents; it answers by itself; its card is pulled out in the middle of all that, and is back.
local here = arg[0]:match("^(.*/)") or ""
local common = dofile(here .. "lib/common.lua")
local sound = dofile(here .. "lib/sound.lua")

local card = sound.card{ { 1500, 900 } } -- who wears it says 1500 Hz all the time
box{ asound = card, set = common.with{
  "sound main device filecard", "sound main rate 16000", "sound main extension 299",
  "did 8005556000 extension 299", "agent 110 name Sue", "agent 110 pin 4720", "agent 110 supervisor on",
  "agent 110 answer headset", "queue sales agent 110", "timer headset_answer 1500ms",
} }
local p1, p4 = phone("2/1"), phone("2/4")
local function says(line, words)
  local text = box.console(line)
  assert(text:find(words, 1, true), line .. ": " .. text)
end
local function main() return box.query("show sound --json").cards[1] end
local function port()
  for _, one in ipairs(box.query("show ports --json")) do
    if one.port == "main" then return one end
  end
end
local function becomes(state)
  for _ = 1, 40 do
    if main().headset == state then return end
    wait(0.25)
  end
  error("the headset is " .. main().headset .. ", not " .. state)
end
local function alarm(words)
  for _, one in ipairs(box.query("show alarms --json")) do
    if one.text:find(words, 1, true) then return one end
  end
end

-- what is wrong is said
assert(main().extension == "299" and main().headset == "on-hook", main().headset)
says("headset answer", "headset main answer: not now (on-hook)")
says("headset hang-up", "not now (on-hook)")
says("headset flash", "not now (on-hook)")
says("headset dial 5", "not now (on-hook)")
says("headset other answer", "there is none of this name")
says("headset call", "expected [its sound card]")
says("headset call 2x", "of the keys 0 to 9")
says("headset main sing", "expected [its sound card]")
says("record prompt x card main", "expected a prompt of a line such as")

-- rung by a telephone, answered at the console, talks, hung up by either side
p4:lift()
p4:dial("299")
becomes("ringing")
assert(main().who == "204" and port().ringing and port().extension == "299")
says("show sound", "headset, extension 299: ringing, 204")
says("headset call 201", "not now (ringing)")
says("headset answer", "Headset main: in call, 204.")
p4:hears_tone(1500, -20, 3)
p4:say(1004, -10)
wait(3)
p4:silence()
p4:hang_up()
becomes("on-hook")
assert(port().hook == "on")
local r = common.last_record()
assert(r.outcome == "answered" and r.port == "main" and r.to == "299", r.port)

p4:lift()
p4:dial("299")
becomes("ringing")
says("headset hang-up", "on-hook") -- declined
p4:expect("busy-or-reorder", 5)
p4:hang_up()
wait(2)

-- from outside; engaged for a second one; then hung up at the console
local c = common.caller{ to = "8005556000" }
becomes("ringing")
says("headset answer", "in call, 2125550123")
c:expect("answered", 2)
c:hears_tone(1500, -20, 3)
p4:lift()
p4:dial("299")
p4:expect("busy-or-reorder", 5)
p4:hang_up()

-- consults and transfers: flash, a number, hang up
says("headset flash", "Headset main: dialling")
assert(common.fails(function() c:hears_nothing(3) end), "no music")
says("headset call 201", "in call, 201")
p1:expect("ringing", 3)
p1:lift()
p1:hears_tone(1500, -20, 3)
says("headset hang-up", "on-hook")
common.talk(c, p1)
p1:hang_up()
c:expect("released", 3)
wait(2)

-- calls out: a telephone, outside, a wrong number; digits go to the far end
says("headset call 204", "in call, 204")
p4:expect("ringing", 3)
p4:lift()
p4:hears_tone(1500, -20, 3)
says("headset call 201", "not now (in call)")
says("headset hang-up", "on-hook")
p4:expect("busy-or-reorder", 5)
p4:hang_up()
says("headset call 92125559999", "in call, 92125559999")
local out = incoming(1, 5)
out:answer()
out:hears_tone(1500, -20, 3)
says("headset dial 42", "in call")
wait(1)
out:hang_up(16)
becomes("on-hook")
says("headset call 777", "prompt")
becomes("on-hook")

-- an agent logs in at it and takes a call of the queue without a bell: standing by, a beep, the caller
says("headset call *11110#4720#", "dialling")
becomes("standby")
assert(common.agent("110").port == "main" and common.agent("110").state == "ready", common.agent("110").state)
c = common.caller()
c:hears_tone(1500, -20, 6)
assert(main().who == "2125550123")
c:hang_up(16)
becomes("standby")
r = common.last_record()
assert(r.agent == "110" and r.port == "main", r.port)
says("headset call *12", "dialling")
becomes("on-hook")

-- listens to an agent: heard by nobody; whispers: by the agent alone; barges: by both; the next call too
local ann = common.log_in("2/1", "101")
says("headset call *21102#", "prompt") -- nobody is logged in as 102
becomes("on-hook")
says("headset call *21101#", "listening, agent 101")
c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:say(1900, -10)
wait(3)
c:silence()
assert(common.fails(function() c:hears_tone(1500, -30, 1) end) and common.fails(function() ann:hears_tone(1500, -30, 1) end))
box.console("headset dial 5")
ann:hears_tone(1500, -20, 3)
assert(common.fails(function() c:hears_tone(1500, -30, 2) end), "the caller hears the whisper")
common.talk(c, ann)
box.console("headset dial 6")
c:hears_tone(1500, -22, 3)
ann:hears_tone(1500, -22, 3)
box.console("headset dial 4")
wait(0.5)
assert(common.fails(function() c:hears_tone(1500, -30, 1) end) and common.fails(function() ann:hears_tone(1500, -30, 1) end))
c:hang_up(16)
ann:hang_up()
wait(2)
c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:say(2300, -10)
wait(3)
c:silence()
says("headset hang-up", "on-hook")
common.talk(c, ann) -- goes on without it

-- what was heard in it: the telephone, and both callers of the agent (the file begins anew with each opening)
local played = sound.played(card)
local phone_s, first_s, second_s = sound.seconds_of(played, 1004, 1500), sound.seconds_of(played, 1900, 1500),
  sound.seconds_of(played, 2300, 1500)
assert(phone_s > 2.5, "the telephone was heard for " .. phone_s .. " s")
assert(first_s > 2 and second_s > 2, "callers were heard for " .. first_s .. " and " .. second_s .. " s")
assert(sound.seconds_of(played, 1500, 1500) < 1, "it hears itself")

-- the card is pulled out while it talks, rings and listens: calls end or go on as they should, the number is out of service
says("headset call *21101#", "listening")
wait(2)
box.console("debug sound lost")
wait(1)
assert(alarm("Sound card main") and main().headset == "no sound card")
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
says("headset answer", "its sound card does not work")
c = common.caller{ to = "8005556000" }
c:expect("rejected", 3)
assert(c.cause == 27, c.cause)
assert(port().alarm == "no sound card")
box.console("debug sound ok")
becomes("on-hook")
assert(not alarm("Sound card main"))
c = common.caller{ to = "8005556000" }
becomes("ringing")
box.console("debug sound lost")
c:expect("rejected", 3)
box.console("debug sound ok")
becomes("on-hook")

-- answers by itself, and is lost in the talk
box.set{ "sound main answer auto" }
c = common.caller{ to = "8005556000" }
c:expect("answered", 4)
c:hears_tone(1500, -20, 3)
box.console("debug sound lost")
c:expect("released", 3)
box.console("debug sound ok")
becomes("on-hook")

-- other settings in the middle: the number goes, whoever talks there is let go
c = common.caller{ to = "8005556000" }
c:expect("answered", 4)
says("set page zone 5 speaker main", "")
says("commit", "the card is a headset")
box.console("discard")
box.set{ "delete did 8005556000", "delete sound main extension" }
c:expect("released", 3)
says("headset answer", "there is none; expected a setting")
box.set{ "sound main extension 298" }
says("set port 2/3 extension 298", "")
says("commit", "(rule same-number)")
box.console("discard")
becomes("on-hook")

box.stop()
sound.remove(card)
