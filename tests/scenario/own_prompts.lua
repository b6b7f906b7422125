-- The owner's own announcements: from a WAV file, as a queue's welcome, a menu's prompt, an announcement and a whisper;
-- in the place of the package's; replaced while in use; wrong files refused by name; there after a restart.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

-- a melody of three tones as WAV: coding "pcm" or "mulaw"
local function samples_of(tones, seconds, rate)
  local out, phase = {}, 0
  for i = 0, seconds * rate - 1 do
    local tone = tones[i // (seconds * rate // #tones) + 1] or tones[#tones]
    phase = phase + 2 * math.pi * tone / rate
    out[#out + 1] = math.floor(8000 * math.sin(phase) + 0.5)
  end
  return out
end
local function mulaw(sample)
  local sign = sample < 0 and 0x80 or 0
  local magnitude, segment = math.min(math.abs(sample), 32635) + 132, 7
  while segment > 0 and magnitude < (1 << (segment + 7)) do segment = segment - 1 end
  return ~(sign | segment << 4 | (magnitude >> (segment + 3)) & 15) & 0xff
end
local function write(path, bytes)
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end
local function melody(path, tones, o)
  o = o or {}
  local rate, channels, parts = o.rate or 8000, o.channels or 1, {}
  local bits, format = o.mulaw and 8 or 16, o.mulaw and 7 or 1
  for _, sample in ipairs(samples_of(tones, o.seconds or 3, rate)) do
    for _ = 1, channels do
      parts[#parts + 1] = o.mulaw and string.char(mulaw(sample)) or string.pack("<i2", sample)
    end
  end
  local data = table.concat(parts)
  local head = string.pack("<c4I4c4c4I4I2I2I4I4I2I2c4I4", "RIFF", 36 + #data, "WAVE", "fmt ", 16, format, channels,
    rate, rate * channels * bits // 8, channels * bits // 8, bits, "data", #data)
  return write(path, (head .. data):sub(1, o.cut or -1))
end
local function refused(lines, words)
  local right, why = pcall(box.set, lines)
  assert(not right, "taken: " .. lines[1])
  assert(tostring(why):find(words, 1, true), tostring(why))
end

local folder = os.tmpname()
local first = melody(folder .. "-first.wav", { 523, 659, 784 })
local second = melody(folder .. "-second.wav", { 1175, 880, 698 }, { mulaw = true })
local third = melody(folder .. "-third.wav", { 440, 1480, 620 })

box{ power_cut = true, set = common.with{
  "prompt jingle file " .. first, "queue sales announce welcome jingle",
  "prompt hello-world file " .. third, "did 8005553000 announce hello-world",
  "menu main prompt jingle", "menu main key 1 extension 204", "menu main timeout 30s hangup", "did 8005557000 menu main",
} }
os.remove(first) -- the box has its own copy

local c = common.caller()
c:hears("jingle", 4)
local m = common.caller{ to = "8005557000", from = "2125550124" }
m:hears("jingle", 4)
-- what is playing goes on, who comes next hears the other one
c:hang_up(16)
local before = common.caller{ to = "8005553000", from = "2125550125" }
before:hears("hello-world", 4) -- ours in the place of the package's
wait(2)
m:hang_up(16)
m = common.caller{ to = "8005557000", from = "2125550126" }
m:hears_tone(523, -20, 2)
box.set{ "prompt jingle file " .. second }
m:hears_tone(784, -20, 3)
m:hang_up(16)
c = common.caller()
c:hears("jingle", 4)
c:hang_up(16)
wait(2)

-- refused, and nothing has changed
refused({ "prompt jingle file " .. folder .. "-none.wav" }, "there is no such file")
refused({ "prompt jingle file " .. melody(folder .. "-wrong.wav", { 500 }, { rate = 44100, channels = 2, seconds = 1 }) },
  "PCM, 16 bit, 2 channels, 44100 Hz; expected 16 bit PCM, mu-law or A-law, 1 channel, 8000 Hz")
refused({ "prompt jingle file " .. melody(folder .. "-wrong.wav", { 500 }, { cut = 9000 }) }, "cut off")
refused({ "prompt jingle file " .. write(folder .. "-wrong.wav", "ID3 no WAV at all") }, "an MP3 file")
refused({ "prompt jingle file /dev/zero" }, "not a file")
refused({ "prompt other text hello", "prompt other file " .. second }, "both a text and a file")
-- a name that is neither the owner's nor the package's is still warned of
assert(box.console("set queue sales whisper nowhere") and box.console("commit check"):find("there is no prompt nowhere"))
box.console("discard")
c = common.caller()
c:hears("jingle", 4)
c:hang_up(16)
wait(2)

-- after a restart and a power cut, without the files
os.remove(second)
os.remove(third)
box.stop()
box.start()
c = common.caller()
c:hears("jingle", 4)
c:hang_up(16)
wait(2)
box.power_cut()
box.start()
c = common.caller{ to = "8005553000" }
c:hears("hello-world", 4)
c:hang_up(16)

-- spoken by the box, whispered to the agent
box.set{ "prompt pick-up text \"A call for you\"", "queue sales whisper pick-up", "queue sales announce welcome none" }
local ann = common.log_in("2/1", "101")
c = common.caller()
ann:expect("ringing", 3)
ann:lift()
wait(0.3)
assert(common.fails(function() ann:hears_nothing(1) end), "nothing is spoken")
wait(2)
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(2)

-- back to the revision whose file has gone: from what was kept; the package's own again when the row goes
box.console("delete prompt hello-world")
box.set{ "did 8005553000 announce hello-world" }
box.console("rollback 1")
assert(box.console("commit"):find("commit complete"))
c = common.caller{ to = "8005553000" }
c:hears("hello-world", 4)
c:hang_up(16)
for _, name in ipairs{ "", "-wrong.wav" } do os.remove(folder .. name) end
