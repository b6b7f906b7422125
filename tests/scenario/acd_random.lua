-- Weighted random: an agent of weight 255 gets nearly all calls, and nobody outside the best penalty any.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy weighted-random", "queue sales agent 101 penalty 0 weight 1",
  "queue sales agent 102 penalty 0 weight 255", "queue sales agent 103 penalty 1 weight 255" } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103") }
for i = 1, 6 do
  local c = common.caller{ from = "212555010" .. i }
  phones[2]:expect("ringing", 4)
  c:hang_up(16)
  c:expect("released", 3)
  wait(3)
end
