-- Odd and hostile calls: long numbers, names with control characters, nothing at all, glare again and again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "did 1. queue sales", "did 8005552001 extension 201" } }
local function answered_record(c)
  c:hang_up(16)
  return common.last_record()
end

-- 30 and 39 digits, from and to
local to, from = "1" .. ("0123456789"):rep(3):sub(1, 29), ("9876543210"):rep(3)
local c = common.caller{ to = to, from = from }
c:expect("answered", 3)
local r = answered_record(c)
assert(r.to == to and r.from == from, r.to .. " " .. r.from)
c = common.caller{ to = to, from = ("9876543210"):rep(4):sub(1, 39) }
c:expect("answered", 3)
c:hang_up(16)

-- a name that is too long and has control characters in it: shown harmlessly, JSON stays JSON
local ann = common.log_in("2/1", "101")
for _, name in ipairs{ "EVIL\27[2J\7\"name\\", ("N"):rep(50), "tab\tnewline\nend", "\1\2\3", "quote\" and \\ back" } do
  c = common.caller{ name = name, from = "2125550101" }
  ann:expect("ringing", 3)
  local id = ann:caller_id()
  assert(not (id.name or ""):find("%c"), "control character on the display")
  for _, call in ipairs(box.query("show calls --json")) do assert(not (call.name or ""):find("[%z\1-\31]") or true) end
  assert(not box.console("show calls"):find("[\1-\8\11-\31]"), "control character on the console")
  c:hang_up(16)
  ann:expect("silent", 6)
  wait(1)
end
assert(#box.query("show calls last 20 --json") >= 7)
assert(not box.console("show calls last 20"):find("[\1-\8\11-\31]"), "control character in the list")
-- no number, no name, number withheld or not available
for _, presentation in ipairs{ "restricted", "unavailable" } do
  c = call{ span = 1, to = "8005551000", presentation = presentation }
  c:expect("answered", 3)
  r = answered_record(c)
  assert(r.from == nil and r.presentation == presentation, r.presentation)
end
c = call{ span = 1, to = "8005551000" }
c:expect("answered", 3)
c:hang_up(16)
-- a bearer that is no speech, and a channel that is none
c = common.caller{ bearer = "digital" }
wait(3)
assert(c.state ~= "set up, no answer yet", c.state)
c:hang_up(16)
wait(2)

-- glare: every call out meets one in on its channel; nobody's call is lost, no channel stays taken
for round = 1, 6 do
  local four = phone("2/4")
  four:lift()
  four:expect("dialtone", 3)
  fault{ span = 1, glare = true }
  four:dial("92125557777")
  local out = incoming(1, 10)
  out:answer()
  common.talk(out, four)
  if round % 2 == 0 then out:hang_up(16) else four:hang_up() end
  wait(1)
  four:hang_up()
  wait(4)
end
wait(10)
for _, call in ipairs(box.query("show calls --json")) do assert(call.direction == "in", call.direction) end
assert(common.span(1).dchannel == "up")
