-- Least talk: who has talked for the shortest time is rung, however the calls were spread.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy least-talk" } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102") }
local function serve(expected, seconds, from)
  local c = common.caller{ from = from }
  phones[expected]:expect("ringing", 4)
  phones[expected]:lift()
  wait(seconds)
  c:hang_up(16)
  c:expect("released", 3)
  phones[expected]:hang_up()
  wait(3)
end
serve(1, 30, "2125550101")
serve(2, 5, "2125550102")
serve(2, 5, "2125550103") -- idle for the shorter time, and with more calls
serve(2, 40, "2125550104")
serve(1, 5, "2125550105")
