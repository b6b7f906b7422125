-- Four spans on the disk image, one measurement a run (BENCH_PHASE):
--   busy   BENCH_CALLS calls at the pace of a busy hour of 1,000: what the block device writes, by its own counters
--   idle   BENCH_CALLS calls half a minute apart
--   audio  30 calls stay for BENCH_SECONDS while disk and network are busy: the audio's periods, and a bare timer thread's
local ask = dofile((arg[0]:match("^(.*/)") or "") .. "../../tests/system/image_ask.lua")
local phase, count = os.getenv("BENCH_PHASE"), tonumber(os.getenv("BENCH_CALLS") or "0")
local gap_s = { busy = 3.6, idle = 30 }
box{ realtime = true, set = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 2 type t1", "span 2 signalling fxs", "span 3 type e1",
  "span 3 signalling pri-cpe", "span 4 type t1", "span 4 signalling fxs", "queue sales max-wait 2h", "did 800 queue sales",
  "agent 101 pin 1", "agent 101 port 2/1", "queue sales agent 101",
} }

local function begin(i)
  return call{ span = i % 2 == 0 and 3 or 1, to = "800", from = "2125550" .. 100 + i }
end

local function written() return ask("sync; cat /sys/block/vda/stat") end

-- Each call is answered, waits, is put through to the agent, talks, ends.
local function routed_calls()
  local p = phone("2/1")
  p:lift()
  p:dial("*11101#1#")
  p:hears("agent-loginok", 10)
  p:hang_up()
  wait(20) -- what the log-in writes is written
  local rest = written()
  wait(60)
  local before = written()
  for i = 1, count do
    local due = now() + gap_s[phase]
    local c = begin(i)
    p:expect("ringing", 10)
    p:lift()
    wait(2.4) -- a call of less than two seconds is trouble, and the flight recorder keeps it
    c:hang_up(16)
    wait(0.2)
    p:hang_up()
    wait(math.max(0, due - now()))
  end
  wait(5)
  print("rest " .. rest)
  print("before " .. before)
  print("after " .. written())
end

local function audio()
  for i = 1, 30 do
    begin(i):expect("answered", 30)
  end
  local before = box.query("show system --json")
  print("tick " .. ask("while :; do dd if=/dev/urandom of=/data/load bs=64k count=1000 conv=fsync 2>/dev/null; done & image_tick " ..
    os.getenv("BENCH_SECONDS") .. "; kill $!; rm -f /data/load"))
  local after = box.query("show system --json")
  print("audio " .. after.audio_periods - before.audio_periods .. " " .. after.audio_periods_late - before.audio_periods_late)
end

if phase == "audio" then audio() else routed_calls() end
