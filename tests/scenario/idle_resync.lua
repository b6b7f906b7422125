-- span N idle-resync: the idle B channels are restarted every so often; calls in progress are left alone. An exchange
-- that does not answer costs one channel, with a line in the log, and it is back as soon as it answers.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local function restarts()
  local text = box.console("show trace span 1 last 500 q931")
  local _, sent = text:gsub("RESTART,", "")
  local _, answered = text:gsub("RESTART ACK,", "")
  return sent, answered
end
local function log_says(text)
  return box.console("show log 100"):gsub("%s+", " "):find(text, 1, true) -- its lines are folded
end
local function channels(state)
  local count = 0
  for _, channel in ipairs(box.query("show channels 1 --json")) do
    if channel.state == state then count = count + 1 end
  end
  return count
end

box{ set = common.with{ "timer T316 10s", "timer T200 10s" } }
wait(70)
assert(restarts() == 0, "it is off unless it is set")
box.set{ "span 1 idle-resync 1m" }

local ann = common.log_in("2/1", "101")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
wait(63)
local sent, answered = restarts()
assert(sent == 29 and answered == 29, sent .. " sent, " .. answered .. " answered")
common.talk(c, ann)
assert(channels("idle") == 29 and channels("in-use") == 1)

-- Nobody answers: one channel, not the trunk.
wait(50)
fault{ span = 1, dchannel = "dead" }
wait(33)
assert(channels("out-of-service") == 1, channels("out-of-service") .. " channels out of service")
assert(log_says("no answer to RESTART of channel 2, out of service"))
fault{ span = 1, dchannel = "ok" }
wait(65)
assert(channels("out-of-service") == 0)
assert(log_says("channel 2 answers RESTART again"))
common.talk(c, ann)
c:hang_up()
ann:expect("busy-or-reorder", 5)
ann:hang_up()
assert(box.query("show spans --json")[1].dchannel == "up")
local another = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(another, ann)

-- What makes no sense is refused, and said.
for line, expected in pairs{ ["set span 1 idle-resync 59s"] = "1m", ["set span 1 idle-resync 25h"] = "24h",
                             ["set span 1 idle-resync on"] = "off" } do
  local answer = box.console(line)
  assert(answer:find(expected, 1, true), answer)
end
