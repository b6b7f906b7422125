-- Fewest calls: who has answered the fewest of this queue is rung, however long ago; who comes late starts level, who
-- comes back after a restart of the box does not.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy fewest-calls" } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102") }
local calls = 0
local function rings(expected)
  calls = calls + 1
  local c = common.caller{ from = string.format("21255501%02d", calls) }
  phones[expected]:expect("ringing", 4)
  return c, phones[expected]
end
local function serve(expected)
  local c, p = rings(expected)
  p:lift()
  wait(3)
  c:hang_up(16)
  c:expect("released", 3)
  p:hang_up()
  wait(3)
end
local function give_up(expected)
  local c = rings(expected)
  c:hang_up(16)
  c:expect("released", 3)
  wait(3)
end
serve(1) -- equal: as listed
give_up(2) -- not answered: not a call
serve(2)
serve(1)
phones[1]:lift() -- busy: the other gets one more than a turn
wait(2)
serve(2)
serve(2) -- again, though idle for no time
phones[1]:hang_up()
wait(2)
serve(1) -- 2 calls to 3
-- Cleo comes when both have 3: she starts there and does not get every call until she is level.
phones[3] = common.log_in("2/3", "103")
serve(1)
serve(2)
serve(3)
serve(1)
phones[1]:lift()
phones[2]:lift()
wait(2)
serve(3)
serve(3) -- now 5, 4, 6
phones[1]:hang_up()
phones[2]:hang_up()
wait(2)
serve(2) -- 4
serve(1) -- 5, 5, 6: as listed
serve(2)
serve(1) -- 7, 6, 6
-- Dan is here already and gets the queue now: he starts level too.
box.set{ "agent 104 name Dan", "agent 104 pin 4714", "agent 104 port 2/4" }
phones[4] = phone("2/4")
phones[4]:lift()
phones[4]:dial("*11104#4714#")
phones[4]:hears("agent-loginok", 10)
phones[4]:hang_up()
wait(2)
box.set{ "queue sales agent 104" }
for _, agent in ipairs{ 2, 3, 4, 1, 2, 3, 4 } do serve(agent) end
-- A restart: all had 8, then Ann and Bob one more. Whoever logs in first again, Cleo and Dan are still behind them.
serve(1)
serve(2)
box.stop()
box.start()
wait(2)
phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103"), phones[4] }
serve(3)
-- Dan comes back when Cleo has had a call more: he is behind Ann and Bob, who have had none, by one as before.
phones[4]:lift()
phones[4]:dial("*11104#4714#")
phones[4]:hears("agent-loginok", 10)
phones[4]:hang_up()
wait(2)
serve(4)
serve(1)
