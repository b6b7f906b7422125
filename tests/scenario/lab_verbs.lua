-- Every name of the lab's interface is there and does what its page says: one short use of each.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

-- A fax page of stripes, as an uncompressed TIFF.
local function page(path)
  local width, rows = 1728, 200
  local line = { ("\xff"):rep(width // 8), ("\x3c" .. ("\0"):rep(39)):rep(6):sub(1, width // 8) }
  local body = {}
  for row = 0, rows - 1 do body[#body + 1] = row % 20 < 3 and line[1] or line[2] end
  local tags = { { 256, 4, width }, { 257, 4, rows }, { 258, 3, 1 }, { 259, 3, 1 }, { 262, 3, 0 }, { 273, 4, 174 },
    { 277, 3, 1 }, { 278, 4, rows }, { 279, 4, width // 8 * rows }, { 282, 5, 158 }, { 283, 5, 166 }, { 296, 3, 2 } }
  local file = io.open(path, "wb")
  file:write(("<I2I2I4I2"):pack(0x4949, 42, 8, #tags))
  for _, tag in ipairs(tags) do file:write(("<I2I2I4I4"):pack(tag[1], tag[2], 1, tag[3])) end
  file:write(("<I4I4I4I4I4"):pack(0, 204, 1, 196, 1), table.concat(body))
  file:close()
end

-- A greeting: two seconds of 440 Hz as a WAV file.
local function greeting(path)
  local samples = {}
  for i = 0, 15999 do samples[#samples + 1] = ("<i2"):pack(math.floor(8000 * math.sin(2 * math.pi * 440 * i / 8000))) end
  local data = table.concat(samples)
  local file = io.open(path, "wb")
  file:write("RIFF", ("<I4"):pack(36 + #data), "WAVEfmt ", ("<I4I2I2I4I4I2I2"):pack(16, 1, 1, 8000, 16000, 2, 16), "data",
    ("<I4"):pack(#data), data)
  file:close()
end

box{ date = "2026-03-29 01:55 Europe/Berlin", delay = { crm = 0.3 }, spans = { [1] = { switch = "euroisdn", law = "alaw" } },
  set = common.with{ "timezone Europe/Berlin", "span 1 overlap in" } }
local ann, four = common.log_in("2/1", "101"), phone("2/4")
assert(box.time() > 0 and now() > 0)
assert(box.console("show calls"):find("Call") or true)
assert(random(3, 3) == 3)

-- call: every field and verb
local c = call{ span = 1, to = "8005552000", from = "2125550123", name = "ACME Ltd", channel = 5, exclusive = true,
  bearer = "speech", ton = "national", npi = "isdn", presentation = "allowed", redirecting = "2125550999", uui = "hello" }
c:expect("proceeding", 2)
c:expect("alerting", 2)
assert(c.channel == 5, c.channel)
four:expect("ringing", 3)
assert(#four:ring_cadence() >= 0 and four:message_waiting() == nil)
assert(four:caller_id().number == "2125550123")
four:lift()
c:expect("answered", 2)
c:hold()
c:hears_nothing(1)
c:retrieve()
common.talk(c, four)
c:facility{ name = "ACME" }
c:dial("12", { on = 60, off = 60, level = -8, twist = 2 })
assert(four:digits_heard() == "12", four:digits_heard())
c:silence()
c:hang_up(16)
four:expect("busy-or-reorder", 5)
c:expect("released", 3)
four:hang_up()
wait(2)
c = call{ span = 1, to = "80055", from = "2125550123", overlap = true }
c:more_digits("52000")
four:expect("ringing", 3)
c:hang_up(16)
four:expect("silent", 6)
wait(1.5)

-- incoming: an outside call by the box; an answering machine
local folder = os.tmpname()
os.remove(folder)
local wav, tiff = folder .. ".wav", folder .. ".tiff"
greeting(wav)
page(tiff)
four:lift()
four:expect("dialtone", 3)
four:dial("92125557777")
local out = incoming(1, 8)
assert(out.to == "2125557777" and out.channel and out.from == nil, out.to)
out:alert()
out:machine(wav)
four:hears_tone(440, -20, 3)
four:hears_tone(1000, -14, 4)
four:record(folder .. "-heard.wav")
four:say_file(wav)
out:hears_tone(440, -20, 3)
four:flash()
four:expect("dialtone", 4)
four:hang_up()
four:expect("ringing", 4) -- the held call rings back
four:lift()
wait(1)
four:hang_up()
wait(2)
four:lift()
four:dial("92125557778")
out = incoming(1, 8)
out:progress()
out:reject(17)
four:expect("busy-or-reorder", 5)
four:hang_up()
wait(2)

-- a fax from a telephone to a call, through the box
c = call{ span = 1, to = "8005552000", from = "2125550123" }
four:expect("ringing", 3)
four:lift()
c:expect("answered", 2)
local got
spawn(function() got = four:fax_receive() end)
local sent = c:fax_send(tiff)
wait(1)
assert(sent.pages == 1 and got and got.pages == 1 and got.file, sent.result)
local file = assert(io.open(got.file, "rb"))
assert(#file:read("a") > 100)
file:close()
c:hang_up(16)
four:hang_up()
wait(2)

-- faults, one of each kind; steps and time
fault{ span = 1, dchannel = "dead", for_s = 0.5 }
fault{ span = 1, loss = 1, late_ms = 1, dup = 1, truncate = 0, ber = 0, ppm = 5, for_s = 1 }
fault{ span = 2, channel = 4, echo = { ms = 10, db = 20 }, noise_dbm0 = -60, for_s = 1 }
fault{ span = 1, q931 = "0802000100", q921 = "02017f" }
local ticks = 0
at(now() + 1, function() ticks = ticks + 1 end)
spawn(function() wait(0.5) ticks = ticks + 1 end)
wait(12)
assert(ticks == 2)

-- traffic, and its comparison with the records
local t = traffic{ calls_per_hour = 600, dids = { "8005551000" }, talk = 20, patience = 30, agents = { "2/1" }, seed = 7 }
t:run(120)
assert(t.offered > 5 and t.answered >= 1 and t.abandoned >= 0 and t.blocked == 0 and t.asa >= 0, t.offered)
t:check()

-- the box off and on
box.stop()
box.start()
box.kill()
box.start()
assert(#box.query("show calls last 3 --json") == 3)
for _, ending in ipairs{ ".wav", ".tiff", "-heard.wav" } do os.remove(folder .. ending) end
