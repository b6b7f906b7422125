-- Garbage on the D channel is counted and the span goes on.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
for _, hex in ipairs{
  "08", "0802", "080200", "08020001", "0802000105", "080200010504", "08020001050403", "08020001057F",
  "0802000105A1A1A1A1", "080200010570FF80", "08020001056CFF0081", "0801FF4D0802", "0802FFFF7D0802809714",
  "080200010504038090A31803A983811C30919F8B01", "1C80808080808080", "0802000346FF", "FFFFFFFFFFFFFFFF",
} do
  fault{ span = 1, q931 = hex }
  wait(0.1)
end
for _, hex in ipairs{ "02", "0201", "02017F7F", "FEFF03", "000053", "02010103", "00010000", "0001FF", "020187000000" } do
  fault{ span = 1, q921 = hex }
  wait(0.1)
end
wait(15)
assert(common.span(1).dchannel == "up", common.span(1).dchannel)
local c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
assert(common.last_record().outcome == "answered")
