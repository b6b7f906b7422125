-- Seeing and finding out: frames in words by span, number and call; live; a call step by step; the flight recorder.
box{ date = "2026-11-23 09:00 UTC", set = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn",
  "span 2 type t1", "span 2 signalling fxs", "port 2/2 extension 202",
  "agent 101 name Ann", "agent 101 pin 4711", "agent 101 port 2/1",
  "queue sales strategy longest-idle", "queue sales agent 101",
  "trunk pstn span 1", "outside 9 trunk pstn",
  "did 8005551000 queue sales", "did 8005552000 external 92125550199",
} }
local function has(text, ...)
  for _, part in ipairs{...} do
    if not text:find(part, 1, true) then error("expected \"" .. part .. "\" in:\n" .. text, 2) end
  end
end
local function lacks(text, part) assert(not text:find(part, 1, true), part .. " is in:\n" .. text) end
local function again() return (box.console("\5f")) end   -- what the client asks while it follows
local function order(text, ...)                          -- these stand in the text in this order
  local at = 1
  for _, part in ipairs{...} do
    local found, last = text:find(part, at, true)
    if not found then error("expected \"" .. part .. "\" further down in:\n" .. text, 2) end
    at = last
  end
end

local ann = phone("2/1")
ann:lift(); ann:dial("*11101#4711#"); ann:hears("agent-loginok", 10); ann:hang_up()
wait(1)

-- Live by number: nothing before the call, each frame once, nothing of another call.
has(box.console("trace number 2125550123 q931"), "from the line")
local c = call{ span = 1, to = "8005551000", from = "2125550123", name = "ACME Ltd", ton = 2 }
c:expect("answered", 2)
local other = call{ span = 1, to = "8005551000", from = "3035550000" }
other:expect("answered", 2)
local live = again()
has(live, "<- SETUP", "display: ACME Ltd", "calling number: 2125550123, national, E.164, allowed", "-> CONNECT, call ")
lacks(live, "3035550000")
lacks(live, "RR N(R)")
assert(again() == "", "a frame comes twice")
ann:expect("ringing", 3); ann:lift(); wait(1)

-- What is typed on a telephone is nowhere.
local typed = "47110815"
ann:dial(typed); wait(1)

local id
for _, one in ipairs(box.query("show calls --json")) do if one.from == "2125550123" then id = one.id end end
has(box.console("monitor calls"), "talking", "2125550123")
assert(again() == "", "monitor prints what has not changed")
c:hang_up(16); ann:expect("busy-or-reorder", 5); ann:hang_up()
wait(1)
local changes = again()
has(changes, "gone: " .. id)
lacks(changes, "2125550123")

-- The call step by step, in order, with where the cause came from; the same as JSON.
local shown = box.console("show call " .. id)
order(shown, "SETUP from 2125550123 to 8005551000", "CALL PROCEEDING", "goes to queue sales", "waits in queue sales",
  "2/1    rings, agent 101", "lifted", "talk", "DISCONNECT, cause 16 normal call clearing", "RELEASE", "RELEASE COMPLETE")
lacks(shown, typed)
for line in shown:gmatch("[^\n]+") do assert(utf8.len(line) <= 80, line) end
local record = box.query("show call " .. id .. " --json")
assert(record.id == id and record.outcome == "answered" and #record.events > 10)
local messages = {}
for _, event in ipairs(record.events) do
  if event.event == "message" then table.insert(messages, event.message .. " " .. event.way) end
  assert(event.side == "a" or event.side == "b" or event.side == "box")
end
assert(messages[1] == "SETUP in" and messages[#messages] == "RELEASE COMPLETE in", table.concat(messages, ", "))

-- Frames of the call, of the span, as text and as JSON; each says what it was.
local frames = box.query("show trace call " .. id .. " --json")
assert(frames[1].message == "SETUP" and frames[1].direction == "received" and frames[1].call == id)
assert(frames[#frames].message == "RELEASE COMPLETE" and frames[#frames].cause == 16)
for _, frame in ipairs(frames) do assert(frame.call == id and frame.fault == nil) end
local number
for _, element in ipairs(frames[1].elements) do
  if element.element == "calling number" then number = element end
end
assert(number.number == "2125550123" and number.ton == "national" and number.presentation == "allowed")
assert(#box.query("show trace span 1 last 5 --json") == 5)
has(box.console("show trace span 1 last 1000"), "SABME poll", "UA final", "RR N(R)=")
has(box.console("show trace number 5550000 q931"), "calling number: 3035550000")
local whole = box.console("show trace span 1 last 1000 q931")
has(box.console("show trace span 1 last 1000 q931 | count"), select(2, whole:gsub("\n", "\n")) .. " lines")

-- Wrong words are answered in words.
for _, line in ipairs{ "trace span 99", "trace number abc", "show trace call x", "show trace span 1 last", "show call 99999",
  "flight-recorder export 77 /tmp/x", "flight-recorder export", "show trace span 1 first 3" } do
  local said = box.console(line)
  assert(said:find("expected") or said:find("there is no"), line .. ": " .. said)
end

-- A call through to the trunk has both its legs in it: who was called, who cleared and why.
local through = call{ span = 1, to = "8005552000", from = "2125550111" }
local out = incoming(1, 5); out:alert(); out:answer(); through:expect("answered", 3); wait(3)
out:hang_up(41); through:expect("released", 3); wait(3)
local both = box.query("show calls last 1 --json")[1].id
local sides = { a = 0, b = 0 }
for _, event in ipairs(box.query("show call " .. both .. " --json").events) do
  if event.event == "message" then sides[event.side] = sides[event.side] + 1 end
end
assert(sides.a >= 6 and sides.b >= 6, "a " .. sides.a .. ", b " .. sides.b)

-- That cause was unusual: frozen, with the call that it is about; the next one in the same minute is only counted.
local function records() return box.query("show flight-recorder --json") end
local list = records()
assert(#list == 1 and list[1].trigger == "cause" and list[1].call == both and list[1].span == 1, box.console("show flight-recorder"))
assert(list[1].text:find("cause 41") and list[1].frames > 20)
local soon = call{ span = 1, to = "8005551000" }; soon:expect("answered", 2); soon:hang_up(16); wait(2)
assert(#records() == 1)
has(box.console("show flight-recorder"), "came too soon", "span 1: the last ")
box.set{ "flight-recorder pause 0s" }
wait(61)
soon = call{ span = 1, to = "8005551000" }; soon:expect("answered", 2); soon:hang_up(16); wait(2)
assert(records()[1].trigger == "short-call", box.console("show flight-recorder"))
-- Switched off by a setting.
box.set{ "flight-recorder trigger short-call off" }
soon = call{ span = 1, to = "8005551000" }; soon:expect("answered", 2); soon:hang_up(16); wait(2)
assert(#records() == 2)
-- A cause that is usual here.
box.set{ "flight-recorder expected-cause 41" }
soon = call{ span = 1, to = "8005551000" }; soon:expect("answered", 2); wait(3); soon:hang_up(41); wait(2)
assert(#records() == 2)
-- A frame that breaks the protocol.
fault{ span = 1, q931 = "0802000105" .. "6c20008331" }; wait(2)
assert(records()[1].trigger == "protocol", box.console("show flight-recorder"))
-- The D channel goes down.
fault{ span = 1, dchannel = "dead" }; wait(60)
assert(records()[1].trigger == "dchannel", box.console("show flight-recorder"))
fault{ span = 1, dchannel = "ok" }; wait(5)

-- By hand; kept over a restart; as many as were asked for; given away as a file, once.
has(box.console("flight-recorder freeze before the technician leaves"), "frozen as ")
list = records()
assert(list[1].trigger == "by-hand" and list[1].text == "before the technician leaves" and list[1].span == nil)
local count = #list
box.set{ "flight-recorder keep 3" }
box.stop(); box.start()
assert(#records() == count)
has(box.console("flight-recorder freeze"), "frozen as ")
assert(#records() == 3)
local path = os.tmpname(); os.remove(path)
local newest = records()[2].id
has(box.console("flight-recorder export " .. newest .. " " .. path), "written")
has(box.console("flight-recorder export " .. newest .. " " .. path), "exists")
local file = assert(io.open(path, "rb")); local bytes = file:read("a"); file:close(); os.remove(path)
assert(#bytes > 24 and string.unpack("<I4", bytes) == 0xa1b2c3d4 and string.unpack("<I4", bytes, 21) == 177)
has(box.console("show flight-recorder " .. newest), "SETUP", "DISCONNECT", "calling number: 2125550123")
