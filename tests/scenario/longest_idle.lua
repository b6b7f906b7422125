-- The agent who has been idle longest is rung.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy longest-idle" } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103") }
local function serve(expected, from)
  local c = common.caller{ from = from }
  phones[expected]:expect("ringing", 4)
  phones[expected]:lift()
  wait(2)
  c:hang_up(16)
  c:expect("released", 3)
  phones[expected]:hang_up()
  wait(3)
end
for i, expected in ipairs{ 1, 2, 3, 1, 2, 3 } do
  serve(expected, "212555010" .. i)
end
