-- Who may listen to agents and record announcements by telephone: a supervisor's telephone, an agent with the right where
-- logged in, anybody else with such an agent's number and PIN. Wrong PINs lock, and nobody else is let in.
local here = arg[0]:match("^(.*/)") or ""
local common = dofile(here .. "lib/common.lua")

box{ set = common.with{
  "agent 110 name Sue", "agent 110 pin 4720", "agent 110 supervisor on", "port 2/4 supervisor on",
  "port 2/5 extension 205", "prompt office/hello record 31",
} }
local ann = common.log_in("2/1", "101")
local p3, p4, p5 = phone("2/3"), phone("2/4"), phone("2/5")

local function talking()
  local c = common.caller()
  ann:expect("ringing", 5)
  ann:lift()
  common.talk(c, ann)
  return c
end

-- at a supervisor's telephone, before the call: heard as soon as there is one
p4:lift()
p4:dial("*21101#")
p4:hears("listening", 5)
wait(1)
local c = talking()
c:say(1900, -10)
p4:hears_tone(1900, -16, 3)
p4:say(1500, -10)
assert(common.fails(function() c:hears_tone(1500, -30, 1) end) and common.fails(function() ann:hears_tone(1500, -30, 1) end))
c:silence()
-- the agent holds the call and takes it back: the supervisor is there again
ann:flash()
assert(common.fails(function() c:hears_nothing(3) end), "no music")
wait(1)
ann:flash()
wait(1)
c:say(1900, -10)
p4:hears_tone(1900, -16, 3)
c:silence()
-- a second one whispers, then the first: the last is heard
p5:lift()
p5:dial("*22101#110#4720#")
p5:hears("whispering", 6)
wait(1)
p5:say(1300, -10)
ann:hears_tone(1300, -16, 3)
assert(common.fails(function() c:hears_tone(1300, -30, 1) end))
p4:silence()
p4:dial("5")
p4:say(1500, -10)
ann:hears_tone(1500, -16, 3)
assert(common.fails(function() ann:hears_tone(1300, -30, 1) end), "both whisper")
p5:silence()
p5:dial("6")
wait(1)
p5:say(1300, -10)
c:hears_tone(1300, -16, 3)
p5:hang_up()
p4:silence()
p4:dial("#")
p4:hears("beep", 4)
common.talk(c, ann)
-- whoever whispers hangs up: the agent hears nothing of it any more
p4:dial("*22101#")
p4:hears("whispering", 5)
wait(1)
p4:say(1500, -10)
ann:hears_tone(1500, -16, 3)
p4:hang_up()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(2)

-- nobody there, oneself, an agent's number that does not exist; the agent logs out while somebody listens
p4:lift()
p4:dial("*21102#")
p4:hears("no-call-to-hear", 5)
p4:dial("*21999#")
p4:hears("no-call-to-hear", 5)
p4:dial("*23101#")
p4:hears("barging", 5)
box.console("agent 101 logout")
p4:hears("agent-loggedoff", 5)
p4:hang_up()
common.log_in("2/1", "101")

-- any telephone: asked for number and PIN, one after the other; refused without the right, or with a wrong PIN
p3:lift()
p3:dial("*2631#")
p3:hears("agent-user", 5)
p3:dial("110#")
p3:hears("agent-pass", 5)
p3:dial("4720#")
p3:hears("record-after-tone", 6)
p3:hang_up()
wait(1)
p3:lift()
p3:dial("*2631#102#4712#")
p3:hears("not-permitted", 6)
p3:hang_up()
p3:lift()
p3:dial("*21101#")
p3:hears("agent-user", 5)
p3:hears("invalid", 20) -- nothing was dialled
p3:hang_up()
for try = 1, 4 do
  p3:lift()
  p3:dial("*2631#110#1111#")
  p3:hears("agent-incorrect", 6)
  if try == 4 then p3:hears("locked-out", 6) end
  p3:hang_up()
  wait(1)
end
-- a wrong PIN locks the number, not the right of who is logged in
p3:lift()
p3:dial("*2631#110#4720#")
p3:hears("locked-out", 8)
p3:hang_up()
box.console("agent 110 login 2/3")
wait(2)
p3:lift()
p3:dial("*2631#")
p3:hears("record-after-tone", 6)
p3:hang_up()
-- and not at another telephone
p5:lift()
p5:dial("*2631#")
p5:hears("agent-user", 5)
p5:hang_up()
-- the right is taken away while in force
box.set{ "delete agent 110 supervisor" }
wait(1)
p3:lift()
p3:dial("*2631#")
p3:hears("agent-user", 5)
p3:hang_up()
box.stop()
