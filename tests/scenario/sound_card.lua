-- The loudspeaker and the line input: pages from a telephone, announcements from the console, announcements recorded from
-- a telephone and from the card, music on hold from the card; the card falls silent, is pulled out, is back.
local here = arg[0]:match("^(.*/)") or ""
local common = dofile(here .. "lib/common.lua")
local sound = dofile(here .. "lib/sound.lua")

local card = sound.card{ { 700, 115 }, { 0, 30 }, { 700, 120 } }
box{ asound = card, set = common.with{
  "agent 103 answer headset",
  "sound main device filecard", "sound main rate 16000", "sound main silence 5s",
  "page zone 5 speaker main", "page zone 5 port 2/3", "page zone 6 port 2/3", "page limit 20s",
  "port 2/2 supervisor on", "port 2/4 supervisor on", "music radio line-in", "queue sales music radio",
  "prompt office/hello record 31", "did 8005553000 announce office/hello",
} }
local p1, p2, p4 = phone("2/1"), phone("2/2"), phone("2/4")
local function alarm(words)
  for _, one in ipairs(box.query("show alarms --json")) do
    if one.text:find(words, 1, true) then return one end
  end
end
local function card_state() return box.query("show sound --json").cards[1] end
local function says(line, words)
  local text = box.console(line)
  assert(text:find(words, 1, true), line .. ": " .. text)
end

-- the default music goes on from wherever it is: neither the card's tone nor silence
local function default_music(c)
  assert(common.fails(function() c:hears_tone(700, -20, 2) end), "still the card")
  assert(common.fails(function() c:hears_nothing(3) end), "silence")
end

-- both directions are there
assert(card_state().state == "working" and card_state().plays and card_state().captures, card_state().text)
says("show sound", "filecard: 16000 Hz, loudspeaker and input")

-- (c) music on hold from the line input: everybody who waits hears it
local one, two = common.caller(), common.caller{ from = "2125550124" }
one:hears_tone(700, -20, 5)
two:hears_tone(700, -20, 5)
two:hang_up(16)

-- (a) a page: heard in the loudspeaker and in a headset that waits, not by the caller
local cleo = phone("2/3")
cleo:lift()
cleo:dial("*11103#4713#")
cleo:hears("agent-loginok", 10)
one:hang_up(16)
wait(4)
if common.agent("103").state ~= "ready" then wait(5) end
p1:lift()
p1:dial("*275#")
p1:hears("beep", 5)
wait(0.5)
p1:say(1300, -10)
cleo:hears_tone(1300, -16, 3)
-- the zone is taken, another zone with the same headset is not
p2:lift()
p2:dial("*275#")
p2:hears("page-busy", 5)
p2:hang_up()
p2:lift()
p2:dial("*2799#")
p2:hears("page-unknown", 5)
p2:hang_up()
assert(card_state().paged)
says("announce zone 5 agent-loginok", "there is a page in it")
wait(2)
-- a call for the headset takes it out of the page
local c = common.caller{ from = "2125550125" }
cleo:hears("beep", 4)
wait(1)
common.talk(c, cleo)
p1:hang_up()
wait(1)
assert(not card_state().paged)
common.talk(c, cleo) -- the end of the page has not cut the call
c:hang_up(16)
cleo:hang_up()
wait(2)
-- nobody in the zone could hear it
p1:lift()
p1:dial("*276#")
p1:hears("page-nobody", 5)
p1:hang_up()

-- longest page: cut, and the telephone is told
p1:lift()
p1:dial("*275#")
p1:hears("beep", 5)
p1:say(1700, -10)
wait(5)
p1:hears("beep", 25)
p1:silence()
p1:hang_up()

-- an announcement from the console
says("announce zone 5 agent-loginok", "is heard in 1 place")
says("announce zone 5 queue-thankyou", "there is a page in it")
wait(6)
says("announce zone 5 no-such-prompt", "there is no prompt no-such-prompt")
says("announce zone 7 agent-loginok", "there is no such zone")
says("announce zone 5 queue-thankyou", "is heard in 1 place")
box.console("announce stop 5")
says("announce stop 5", "there is no page in zone 5")
says("announce zone 0 agent-loginok", "expected zone, its number and a prompt")

-- (b) an announcement recorded from a telephone: played back, recorded again, kept
p4:lift()
p4:dial("*2699#")
p4:hears("record-unknown", 5)
p4:hang_up()
wait(1)
p4:lift()
p4:dial("*2631#")
p4:hears("record-after-tone", 6)
p2:lift()
p2:dial("*2631#")
p2:hears("record-busy", 6)
p2:hang_up()
p4:hears("beep", 8)
wait(0.5)
p4:say(1900, -10)
wait(2)
p4:silence()
p4:dial("#")
p4:hears("vm-review", 5)
p4:dial("2")
p4:hears_tone(1900, -16, 4)
wait(3)
p4:dial("3")
p4:hears("beep", 10)
wait(0.5)
p4:dial("#") -- nothing said
p4:hears("vm-tooshort", 6)
p4:hears("beep", 10)
wait(0.5)
p4:say(1100, -10)
wait(3)
p4:silence()
p4:dial("#")
p4:hears("vm-review", 5)
p4:dial("1")
p4:hears("record-saved", 6)
p4:hang_up()
c = common.caller{ to = "8005553000" }
c:hears_tone(1100, -16, 5)
assert(common.fails(function() c:hears_tone(1900, -30, 1) end))
c:hang_up(16)

-- hung up before it was kept: the old one stays
p4:lift()
p4:dial("*2631#")
p4:hears("beep", 12)
wait(0.3)
p4:say(2100, -10)
wait(1)
p4:hang_up()
wait(1)
p4:silence()
c = common.caller{ to = "8005553000" }
c:hears_tone(1100, -16, 5)
c:hang_up(16)

-- from the card's input
says("record prompt no-such card main", "expected a prompt of a line such as")
says("record prompt office/hello card other", "there is no sound card other")
says("record prompt office/hello for 3s", "is recorded from card main for 3 s")
says("record prompt office/hello", "is being recorded")
says("show sound", "recorder: office/hello: recording")
wait(5)
c = common.caller{ to = "8005553000" }
c:hears_tone(700, -20, 5)
c:hang_up(16)
says("record prompt office/hello card main", "record stop ends and keeps it")
box.console("record stop discard")
wait(1)
says("record stop", "nothing is being recorded")

-- what the loudspeaker has played: the page before its start tone was over is not heard, behind it is; each once
box.stop()
local played = sound.played(card)
local page, long = sound.seconds_of(played, 1300, 1500), sound.seconds_of(played, 1700, 1500)
assert(page > 8 and page < 14, "page heard for " .. page .. " s")
assert(long > 17 and long < 21, "the longest page is 20 s, heard were " .. long)
assert(sound.seconds_of(played, 700, 3000) < 3, -- the start tone has some of it
  "the line input is heard in the loudspeaker: " .. sound.seconds_of(played, 700, 3000))
assert(sound.loudest(played) < 12000, "too loud")

-- the same announcement and the music after a restart
box.start()
c = common.caller{ to = "8005553000" }
c:hears_tone(700, -20, 5)
c:hang_up(16)

-- silence on the line input: the default music and an alarm
one = common.caller()
one:hears_tone(700, -20, 5)
while not alarm("nothing has come in") do
  assert(now() < 900)
  wait(5)
end
default_music(one)
assert(card_state().silent)
says("record prompt office/hello for 2s", "is recorded")
wait(4)
assert(alarm("nothing was heard on the sound card"))
while alarm("nothing has come in") do
  assert(now() < 1200)
  wait(5)
end
one:hears_tone(700, -20, 5)

-- pulled out: an alarm, the default music, calls go on; and back
box.console("debug sound lost")
wait(1)
assert(alarm("Sound card main (filecard: the card is gone)"), "no alarm")
default_music(one)
p1:lift()
p1:dial("*275#")
p1:hears("page-nobody", 5)
p1:hang_up()
says("record prompt office/hello", "does not work")
wait(30)
box.console("debug sound ok")
wait(40)
assert(not alarm("Sound card main"))
assert(card_state().losses == 1)
one:hears_tone(700, -20, 5)
one:hang_up(16)

-- two cards in a zone, another zone with one of them; both pulled out in the middle of a page: it is over, and said
box.set{ "sound second device silentcard", "page zone 8 speaker main", "page zone 8 speaker second", "page zone 9 speaker second" }
wait(2)
says("announce zone 8 queue-thankyou", "is heard in 2 places")
says("announce zone 9 agent-loginok", "there is a page in it")
box.console("announce stop 8")
p1:lift()
p1:dial("*279#")
p1:hears("beep", 5)
p2:lift()
p2:dial("*275#")
p2:hears("beep", 5) -- two pages at once, in two zones
p1:hang_up()
p2:hang_up()
wait(1)
p1:lift()
p1:dial("*278#")
p1:hears("beep", 5)
wait(1)
box.console("debug sound lost")
p1:hears("beep", 5)
assert(not card_state().paged)
p1:hang_up()
box.console("debug sound ok")
wait(5)
box.set{ "delete sound second", "delete page zone 8", "delete page zone 9" }

-- a card that does not exist
box.set{ "sound main device hw:7" }
wait(1)
assert(alarm("Sound card main (hw:7: there is no such card)"))
box.set{ "delete sound main", "delete page", "delete music", "delete queue sales music" }
wait(1)
assert(not alarm("Sound card"))
says("show sound", "no sound cards")
box.stop()
sound.remove(card)
