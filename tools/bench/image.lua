-- Four spans on the disk image: first callers that come and go, then 30 that stay, while the bench asks the guest.
local folder = os.getenv("BELFRY_IMAGE_WATCH")
local rounds, each, seconds = 3, 10, tonumber(os.getenv("BENCH_SECONDS") or "60")
box{ realtime = true, set = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 2 type t1", "span 2 signalling fxs", "span 3 type e1",
  "span 3 signalling pri-cpe", "span 4 type t1", "span 4 signalling fxs", "queue sales max-wait 2h", "did 800 queue sales",
} }

local function ask(...)
  local file = assert(io.open(folder .. "/questions.new", "w"))
  for _, line in ipairs{ ... } do file:write(line, "\n") end
  file:close()
  os.rename(folder .. "/questions.new", folder .. "/questions")
  while true do
    local answer = io.open(folder .. "/answers")
    if answer then
      local text = answer:read("a")
      answer:close()
      os.remove(folder .. "/answers")
      return text
    end
    wait(1)
  end
end

local function begin(count)
  local calls = {}
  for i = 1, count do
    calls[i] = call{ span = i % 2 == 0 and 3 or 1, to = "800", from = "2125550" .. 100 + i }
  end
  for _, c in ipairs(calls) do c:expect("answered", 30) end
  return calls
end

wait(5)
local disk = "sync; cat /sys/block/vda/stat"
print("at-rest " .. ask(disk))
for _ = 1, rounds do
  for _, c in ipairs(begin(each)) do c:hang_up(16) end
  wait(3)
end
print("calls " .. rounds * each .. " " .. ask(disk))
begin(30)
local before = box.query("show system --json")
print("tick " .. ask("dd if=/dev/urandom of=/data/load bs=64k count=100000 2>/dev/null & image_tick " .. seconds .. "; kill $!; rm -f /data/load"))
local after = box.query("show system --json")
print("audio " .. after.audio_periods - before.audio_periods .. " " .. after.audio_periods_late - before.audio_periods_late)
