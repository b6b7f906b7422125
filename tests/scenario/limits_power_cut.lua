-- What limits of calls out and wrong PINs have counted outlives a power cut and a restart, the minutes of a call that
-- was cut among it; what is over is over there, too.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "port 2/1 limit 2 per 4m", "outside 9 limit 100 per 1h minutes 2 per 12m" } }

local dials, refused = common.dial_out, common.dials_in_vain
local function try(agent, pin) return common.try_log_in("2/3", agent, pin) end
local function cut(how)
  wait(2)
  box[how]()
  wait(3)
  box.start()
  wait(5)
end

for i = 1, 2 do
  local p, c = dials("2/1", "9555000" .. i .. "#", 1)
  p:hang_up()
  c:expect("released", 5)
  wait(1)
  cut(i == 1 and "kill" or "power_cut")
end
refused("2/1", "95550003#")

assert(try("101", "1111") == "agent-incorrect")
assert(try("101", "1111") == "agent-incorrect")
cut("power_cut")
assert(try("101", "1111") == "agent-incorrect")
cut("power_cut")
assert(try("101", "4711") == "agent-incorrect", "still locked")
assert(box.query("show alarms --json")[1].text:find("Agent 101: wrong PIN 3 times", 1, true), "and the alarm says so")
assert(try("102", "4712") == "agent-loginok")

local p, c = dials("2/2", "95550004#", 125)
cut("power_cut")
p:hang_up()
c:hang_up(16)
wait(3)
refused("2/2", "95550005#") -- the two minutes are spent
wait(5 * 60)
assert(try("101", "4711") == "agent-loginok", "five minutes have passed")
local q = dials("2/1", "112", 1) -- emergency calls as ever
q:hang_up()
wait(9 * 60)
cut("stop")
dials("2/1", "95550006#", 1):hang_up()
