-- Bit errors and lost frames on the trunk: frames are repeated, calls come and go.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
fault{ span = 1, loss = 0.5 }
for i = 1, 5 do
  local c = common.caller{ from = "212555010" .. i }
  c:expect("answered", 10)
  ann:expect("ringing", 5)
  ann:lift()
  wait(2)
  c:hang_up(16)
  ann:expect("busy-or-reorder", 15)
  ann:hang_up()
  wait(3)
end
fault{ span = 1, loss = 0 }
wait(15)
assert(common.span(1).dchannel == "up")
assert(common.span(1).frames_lost > 0, "the losses are counted")
