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

-- Ann has been idle longer than Bob; a pause and a call of her own count as idle, unless the settings say otherwise.
box.console("agent 103 logout")
wait(1)
serve(1, "2125550107")
serve(2, "2125550108")
local function pauses()
  box.console("agent 101 pause")
  wait(2)
  box.console("agent 101 ready")
  wait(1)
end
local function telephones()
  phones[1]:lift()
  phones[1]:dial("204")
  phone("2/4"):expect("ringing", 5)
  phones[1]:hang_up()
  wait(2)
end
for i, f in ipairs{ pauses, telephones } do
  f()
  serve(1, "212555020" .. i)
  serve(2, "212555021" .. i)
end
box.set{ "system idle-counts pause off" }
pauses()
serve(2, "2125550301")
serve(1, "2125550302")
box.set{ "system idle-counts own-calls off" }
serve(2, "2125550303")
telephones()
serve(2, "2125550304")
-- Wrap-up: Ann's call ends before Bob's, her wrap-up after his.
local function both(from)
  box.console("agent 102 pause")
  local one = common.caller{ from = from .. "1" }
  phones[1]:expect("ringing", 4)
  phones[1]:lift()
  box.console("agent 102 ready")
  wait(1)
  local two = common.caller{ from = from .. "2" }
  phones[2]:expect("ringing", 4)
  phones[2]:lift()
  wait(1)
  one:hang_up(16)
  phones[1]:hang_up()
  wait(2)
  two:hang_up(16)
  phones[2]:hang_up()
  wait(15)
end
box.set{ "agent 101 wrap-up 10s" }
both("212555031")
serve(1, "2125550320")
wait(12)
both("212555033")
serve(1, "2125550340")
wait(12)
box.set{ "system idle-counts wrap-up off" }
both("212555035")
serve(2, "2125550360")
