-- Progressive ring: one telephone, then one more after each step; those that ring already go on; one winner, and the
-- others hear the bell stop, are ready at once and have missed nothing.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy ring-all", "queue sales progressive 4s", "queue sales ring-time 60s" } }
local ann, bob, cleo = common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103")
local c = common.caller()
ann:expect("ringing", 3)
wait(2)
assert(#box.query("show ports --json") > 0)
local function rung()
  local count = 0
  for _, port in ipairs(box.query("show ports --json")) do count = count + (port.ringing and 1 or 0) end
  return count
end
assert(rung() == 1, "the second telephone rings too early: " .. rung())
bob:expect("ringing", 4)
assert(rung() == 2, "Ann's telephone rings on beside Bob's: " .. rung())
cleo:expect("ringing", 5)
assert(rung() == 3, rung())
bob:lift()
common.talk(c, bob)
ann:expect("silent", 8)
cleo:expect("silent", 8)
assert(rung() == 0, rung())
assert(common.agent("101").state == "ready" and common.agent("103").state == "ready", common.agent("101").state)
c:hang_up(16)
bob:hang_up()
local r = common.last_record()
local results = {}
for _, offer in ipairs(r.offers) do results[offer.agent] = offer.result end
assert(results["101"] == "lost-race" and results["102"] == "answered" and results["103"] == "lost-race", results["101"])

-- Who becomes ready later is rung as soon as the next step is due.
box.console("agent 102 pause")
box.console("agent 103 pause")
c = common.caller{ from = "2125550102" }
ann:expect("ringing", 3)
wait(6)
box.console("agent 102 ready")
bob:expect("ringing", 2)
c:hang_up(16)
ann:expect("silent", 8)
bob:expect("silent", 8)
r = common.last_record()
assert(r.outcome == "abandoned" and #r.offers == 2 and r.offers[1].result == "cancelled", r.outcome)

-- "on" is ten seconds.
box.set{ "queue sales progressive on" }
box.console("agent 103 ready")
c = common.caller{ from = "2125550103" }
ann:expect("ringing", 3)
assert(common.fails(function() bob:expect("ringing", 8) end), "the second telephone rings before ten seconds")
bob:expect("ringing", 4)
c:hang_up(16)
