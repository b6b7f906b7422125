-- A headset at a sound card when things go wrong: declined, recalled, hunted with others, pulled out while it rings, pages or
-- hunts; whom it listened to transfers, or is deleted; its card gets another name in a call; the box is killed.
local here = arg[0]:match("^(.*/)") or ""
local common = dofile(here .. "lib/common.lua")
local sound = dofile(here .. "lib/sound.lua")
local card = sound.card{ { 1500, 900 } }
box{ asound = card, set = common.with{
  "sound main device filecard", "sound main rate 16000", "sound main extension 299",
  "did 8005556000 extension 299", "did 8005557000 huntgroup all", "huntgroup all order all", "huntgroup all member extension 299",
  "huntgroup all member extension 204", "huntgroup all final hangup 17",
  "did 8005558000 huntgroup lin", "huntgroup lin order linear", "huntgroup lin member extension 299 time 5s",
  "huntgroup lin member extension 204", "huntgroup lin final hangup 17",
  "agent 110 name Sue", "agent 110 pin 4720", "agent 110 supervisor on",
  "queue sales agent 110", "prompt office/hello record 31", "did 8005553000 announce office/hello",
  "page zone 6 port 2/3", "agent 103 answer headset", "port 2/2 supervisor on",
} }
local p1, p2, p4 = phone("2/1"), phone("2/2"), phone("2/4")
local function says(line, words)
  local text = box.console(line)
  assert(text:find(words, 1, true), line .. ": " .. text)
end
local function main() return box.query("show sound --json").cards[1] end
local function becomes(state)
  for _ = 1, 60 do
    if main().headset == state then return end
    wait(0.25)
  end
  error("the headset is " .. tostring(main().headset) .. ", not " .. state)
end
-- flash, nobody called, hung up: rings again
local c = common.caller{ to = "8005556000" }
becomes("ringing")
says("headset answer", "in call")
says("headset answer", "not now (in call)")
says("headset flash", "dialling")
says("headset hang-up", "ringing")
says("headset answer", "in call")
c:hears_tone(1500, -20, 3)
-- flash and back
says("headset flash", "dialling")
says("headset flash", "in call")
c:hears_tone(1500, -20, 3)
c:hang_up(16)
becomes("on-hook")
-- hunt groups
c = common.caller{ to = "8005557000" }
becomes("ringing")
p4:expect("ringing", 3)
says("headset hang-up", "not now")
box.console("debug sound lost")
wait(1)
p4:lift()
common.talk(c, p4)
c:hang_up(16)
p4:hang_up()
box.console("debug sound ok")
becomes("on-hook")
c = common.caller{ to = "8005558000" }
becomes("ringing")
says("headset hang-up", "on-hook")
p4:expect("ringing", 3)
p4:lift()
common.talk(c, p4)
p4:hang_up()
c:expect("released", 4)
c = common.caller{ to = "8005558000" }
becomes("ringing")
box.console("debug sound lost")
p4:expect("ringing", 3)
c:hang_up(16)
box.console("debug sound ok")
becomes("on-hook")
-- agent at the headset that rings; declined goes to the next
says("headset call *11110#4720#", "dialling")
becomes("on-hook")
local ann = common.log_in("2/1", "101")
c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
local c2 = common.caller{ from = "2125550199" }
becomes("ringing")
says("headset hang-up", "on-hook")
wait(3)
says("agent 110 ready", "")
wait(1)
-- monitored agent transfers
p2:lift()
p2:dial("*21101#")
p2:hears("listening", 5)
wait(1)
c:say(1900, -10)
p2:hears_tone(1900, -16, 3)
c:silence()
ann:flash()
wait(1)
ann:dial("204")
p4:expect("ringing", 4)
p4:lift()
wait(1)
ann:say(2300, -10)
p2:hears_tone(2300, -16, 3) -- the consultation too
ann:silence()
ann:hang_up()
common.talk(c, p4)
c:say(1900, -10)
wait(1)
assert(common.fails(function() p2:hears_tone(1900, -30, 2) end), "hears a call that is the agent's no more")
c:silence()
c:hang_up(16)
p4:hang_up()
c2:hang_up(16)
-- the agent is deleted
wait(3)
box.set{ "delete queue sales agent 101", "delete agent 101" }
p2:hears("agent-loggedoff", 6)
p2:hang_up()
wait(1)
becomes("on-hook")
says("headset call *12", "dialling")
becomes("on-hook")
-- records with it
says("headset call *2631#", "recording")
wait(6)
says('headset dial "#"', "recording")
wait(2)
says("headset dial 1", "recording")
becomes("on-hook")
c = common.caller{ to = "8005553000" }
c:hears_tone(1500, -20, 6)
c:hang_up(16)
says("record prompt office/hello card main", "record with it by: headset main call *2631#")
-- pages with it
local cleo = phone("2/3")
cleo:lift()
cleo:dial("*11103#4713#")
cleo:hears("agent-loginok", 10)
wait(4)
says("headset call *276#", "paging")
cleo:hears_tone(1500, -20, 5)
box.console("debug sound lost")
wait(1)
assert(common.fails(function() cleo:hears_tone(1500, -30, 2) end))
box.console("debug sound ok")
becomes("on-hook")
cleo:hang_up()
-- an emergency call
says("headset call 911", "in call")
local out = incoming(1, 5)
out:answer()
out:hears_tone(1500, -20, 3)
-- another card's name in the middle of it
box.set{ "delete sound main", "sound other device filecard", "sound other rate 16000", "sound other extension 299",
  }
out:expect("released", 5)
becomes("on-hook")
says("headset main answer", "there is none of this name")
says("headset call 204", "in call")
p4:expect("ringing", 3)
box.kill()
box.start()
wait(3)
becomes("on-hook")
box.stop()
sound.remove(card)
