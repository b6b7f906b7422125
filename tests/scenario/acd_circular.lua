-- Circular: each caller goes to the agent listed after the last one who was rung, whether that one answered or not.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy circular" } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103") }
local function give_up(expected, from)
  local c = common.caller{ from = from }
  phones[expected]:expect("ringing", 4)
  c:hang_up(16)
  c:expect("released", 3)
  wait(3)
end
give_up(1, "2125550101")
give_up(2, "2125550102")
phones[3]:lift() -- busy: passed over
wait(2)
give_up(1, "2125550103")
phones[3]:hang_up()
wait(2)
give_up(2, "2125550104")
give_up(3, "2125550105")
