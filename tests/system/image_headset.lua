-- A supervisor's headset on the disk image's sound cards, with telephones and the network at its spans; asked for by
-- image_sound.py, which listens to what the HDA card has played.
local here = arg[0]:match("^(.*/)") or ""
local ask = dofile(here .. "image_ask.lua")
local common = dofile(here .. "../scenario/lib/common.lua")

local function ok(name) print("ok " .. name) end
local function card(name)
  for _, one in ipairs(box.query("show sound --json").cards) do
    if one.sound == name then return one end
  end
end
local function becomes(name, state)
  for _ = 1, 60 do
    local one = card(name)
    if one and one.headset == state then return end
    wait(0.5)
  end
  error("the headset " .. name .. " does not become " .. state .. ": " .. box.console("show sound"))
end
local function says(line, words)
  local text = box.console(line)
  assert(text:find(words, 1, true), line .. ": " .. text)
end

box{ set = common.with{ "sound main rate 16000", "sound main extension 299", "did 8005556000 extension 299" } }
local desk = phone("2/4")
becomes("main", "on-hook")

-- A telephone calls it; it is answered at the console, and hangs up there.
desk:lift()
desk:dial("299")
becomes("main", "ringing")
says("headset answer", "Headset main: in call, 204.")
wait(1)
desk:say(1004, -10)
wait(4)
desk:silence()
says("headset hang-up", "on-hook")
desk:expect("busy-or-reorder", 5)
desk:hang_up()
ok("rung by a telephone, answered and hung up at the console")

-- A caller from outside, who hangs up.
local caller = common.caller{ to = "8005556000" }
becomes("main", "ringing")
says("headset answer", "in call, 2125550123")
caller:expect("answered", 3)
wait(1)
caller:say(1900, -10)
wait(4)
caller:silence()
caller:hang_up(16)
becomes("main", "on-hook")
local record = common.last_record()
assert(record.outcome == "answered" and record.port == "main" and record.to == "8005556000", record.port)
ok("called from outside, with a record")

-- It calls a telephone.
says("headset call 204", "in call, 204")
desk:expect("ringing", 5)
desk:lift()
wait(2)
desk:hang_up()
becomes("main", "on-hook")
ok("calls a telephone")

-- Who wears a headset is heard: the other end of the loopback card is a loudspeaker, on which an announcement plays.
ask("modprobe snd_aloop")
box.set{ "delete did 8005556000", "delete sound main", "set sound head device plughw:Loopback,0", "set sound head rate 16000", "set sound head extension 298",
  "set sound head answer auto", "set sound room device plughw:Loopback,1", "set sound room rate 16000", "set page zone 2 speaker room" }
becomes("head", "on-hook")
desk:lift()
desk:dial("298")
becomes("head", "in call")
says("announce zone 2 agent-loginok", "is heard in 1 place")
desk:hears("agent-loginok", 15)
desk:hang_up()
becomes("head", "on-hook")
ok("it answers by itself, and who wears it is heard at the telephone")
