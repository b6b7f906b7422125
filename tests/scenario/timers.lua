-- Supervision times are settings: each one that is changed here is seen to act, on a trunk whose far end says nothing.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local lines = common.with{ "span 1 overlap both", "did 80055540XX queue sales" }
-- What the box does at `place` in the course of f: seconds until it is over.
local function lasts(f)
  local began = now()
  f()
  return now() - began
end
local function about(seconds, expected, what)
  assert(math.abs(seconds - expected) < 1.2, what .. ": " .. seconds .. " s, expected " .. expected)
end
local function dial_out(number)
  local p = phone("2/4")
  p:lift()
  p:expect("dialtone", 3)
  p:dial("9" .. number)
  return p
end

-- T302: overlap receiving, the next digit does not come
for _, seconds in ipairs{ 3, 9 } do
  box{ set = lines }
  box.set{ "timer T302 " .. seconds .. "s" }
  local c = common.caller{ to = "800555", overlap = true }
  about(lasts(function() c:expect("rejected", 15) end), seconds, "T302")
  assert(c.cause == 28 or c.cause == 1, c.cause)
end

-- T303: no answer to SETUP, twice; D channel up, the far end deaf to calls
for _, seconds in ipairs{ 2, 5 } do
  box{ set = lines, spans = { [1] = { missing = false } } }
  box.set{ "timer T303 " .. seconds .. "s", "timer T200 10s", "timer matched_digit 500ms" }
  fault{ span = 1, dchannel = "dead" }
  local p = dial_out("2125557777")
  about(lasts(function() p:expect("busy-or-reorder", 20) end), 2 * seconds + 1.5, "T303")
  p:hang_up()
end

-- T310: CALL PROCEEDING, then nothing
for _, seconds in ipairs{ 5, 9 } do
  box{ set = common.with{ "timer T310 " .. seconds .. "s", "timer matched_digit 500ms" } }
  local p = dial_out("2125557777")
  local c = incoming(1, 8)
  about(lasts(function() c:expect("rejected", 20) end), seconds, "T310")
  p:expect("busy-or-reorder", 5)
  p:hang_up()
end

-- T301: ALERTING, nobody answers
box{ set = common.with{ "timer T301 30s", "timer matched_digit 500ms" } }
local p = dial_out("2125557777")
local c = incoming(1, 8)
c:alert()
about(lasts(function() c:expect("rejected", 60) end), 30, "T301")
p:hang_up()

-- T305, T308: a far end that does not answer DISCONNECT and RELEASE: the channel is free again afterwards
box{ set = common.with{ "timer T305 3s", "timer T308 2s", "timer T309 60s", "timer T200 10s" } }
local ann = common.log_in("2/1", "101")
c = common.caller{}
ann:expect("ringing", 3)
ann:lift()
c:expect("answered", 2)
fault{ span = 1, dchannel = "dead" }
wait(0.2)
local began = now()
ann:hang_up()
local freed
for _ = 1, 200 do
  wait(0.1)
  if #box.query("show calls --json") == 0 then freed = now() - began break end
end
about(freed, 1 + 3 + 2 * 2, "T305 and T308") -- on-hook is seen after 1 s; RELEASE is sent twice

-- T309: how long calls outlive their D channel
for _, seconds in ipairs{ 4, 12 } do
  box{ set = common.with{ "timer T309 " .. seconds .. "s", "timer T200 500ms", "timer T203 1s" } }
  ann = common.log_in("2/1", "101")
  c = common.caller{}
  ann:expect("ringing", 3)
  ann:lift()
  common.talk(c, ann)
  fault{ span = 1, dchannel = "dead" }
  local lost
  while true do
    wait(0.1)
    if not lost and common.span(1).dchannel == "down" then lost = now() end
    if #box.query("show calls --json") == 0 then break end
    assert(not lost or now() - lost < 30)
  end
  about(now() - lost, seconds + 4 * 0.5, "T309") -- Q.921 tries to set the link up again before it gives up
end

-- a telephone's own: first digit, between digits, no answer
box{ set = common.with{ "timer first_digit 4s", "timer inter_digit 2s", "timer no_answer 7s" } }
p = phone("2/4")
p:lift()
p:expect("dialtone", 3)
about(lasts(function() p:expect("busy-or-reorder", 12) end), 4 + 1, "first_digit")
p:hang_up()
wait(2)
p:lift()
p:dial("20")
about(lasts(function() p:hears("pbx-invalid", 8) end), 2 + 1.5, "inter_digit")
p:hang_up()
wait(2)
p:lift()
p:dial("203")
phone("2/3"):expect("ringing", 3)
about(lasts(function() p:expect("busy-or-reorder", 15) end), 7 + 1, "no_answer")
assert(box.console("set timer T303 1h"):find("expected a duration from 1s to 20s"), "range")
