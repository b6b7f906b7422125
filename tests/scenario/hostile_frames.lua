-- Frames that no exchange would send: the box stays up, and calls go on.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
local frames = {
  "08", "0802", "080200", "08020001", "0802000105", "080200010504", "08020001050403", "080200010504038090",
  "08020001056c00", "08020001056cff2181", "0802000105701fa1", "08ff00010504038090a3", "00", "ff", "0802000105047f",
  "080200017d", "08020001a1", "0802000105969696961c", "08020001051c7f919fa1", "08020001057e7f04",
}
for _, frame in ipairs(frames) do
  fault{ span = 1, q931 = frame }
  wait(0.1)
end
for _, frame in ipairs{ "", "00", "0201", "02017f", "020101", "fefefefefefe", "0201ff", "00017f" } do
  if frame ~= "" then fault{ span = 1, q921 = frame } end
  wait(0.1)
end
for _ = 1, 300 do
  local bytes = {}
  for i = 1, random(1, 60) do bytes[i] = string.format("%02x", random(0, 255)) end
  fault{ span = 1, q931 = "0802" .. table.concat(bytes) }
  wait(0.02)
end
wait(20)
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(2)
common.caller{ from = "2125550102" }:expect("answered", 5)
