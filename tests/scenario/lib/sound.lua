-- A sound card of files: what the box plays goes into one, what it hears comes from the other. Real libasound, no card.
local sound = {}

sound.rate = 16000

-- Samples of a tone (0: silence) as bytes.
local function tone(hz, seconds)
  local parts = {}
  for i = 0, seconds * sound.rate - 1 do
    parts[i + 1] = string.pack("<i2", hz == 0 and 0 or math.floor(6000 * math.sin(2 * math.pi * hz * i / sound.rate)))
  end
  return table.concat(parts)
end

-- The configuration file of a card "filecard" that hears these: {{hz, seconds}, ...}.
function sound.card(heard)
  local path = os.tmpname()
  local file = assert(io.open(path .. ".in", "wb"))
  for _, part in ipairs(heard) do
    local second = tone(part[1], 1)
    for _ = 1, part[2] do file:write(second) end
  end
  file:close()
  file = assert(io.open(path, "w"))
  file:write(([[
pcm.filecard {
  type asym
  playback.pcm { type file slave.pcm { type null } file "%s.out" format "raw" truncate 1 }
  capture.pcm { type file slave.pcm { type null } file "/dev/null" infile "%s.in" format "raw" }
}
pcm.silentcard { type null }
]]):format(path, path))
  file:close()
  return path
end

-- What was played, in full: after the box has been stopped.
function sound.played(path)
  local file = assert(io.open(path .. ".out", "rb"))
  local bytes = file:read("a")
  file:close()
  local samples = {}
  for at = 1, #bytes - 1, 2 do samples[#samples + 1] = (string.unpack("<i2", bytes, at)) end
  return samples
end

-- Seconds in which this tone, louder than that, is heard: in tenths, by Goertzel's algorithm.
function sound.seconds_of(samples, hz, amplitude)
  local block, found = sound.rate // 10, 0
  local turn = 2 * math.cos(2 * math.pi * hz / sound.rate)
  for from = 0, #samples - block, block do
    local a, b = 0, 0
    for i = from + 1, from + block do a, b = samples[i] + turn * a - b, a end
    local level = math.sqrt(math.max(a * a + b * b - turn * a * b, 0)) * 2 / block
    if level > amplitude then found = found + 1 end
  end
  return found / 10
end

-- The loudest second: its root mean square.
function sound.loudest(samples)
  local most = 0
  for from = 0, #samples - sound.rate, sound.rate do
    local sum = 0
    for i = from + 1, from + sound.rate do sum = sum + samples[i] * samples[i] end
    most = math.max(most, math.sqrt(sum / sound.rate))
  end
  return most
end

function sound.remove(path)
  for _, ending in ipairs{ "", ".in", ".out" } do os.remove(path .. ending) end
end

return sound
