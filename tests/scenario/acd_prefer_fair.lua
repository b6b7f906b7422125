-- A freed agent takes by its own preference; fair load lets the one who has worked enough rest.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "delete queue sales agent 103", "queue sales service-level 60s",
  "queue support strategy linear", "queue support agent 101", "queue support service-level 20s",
  "did 8005553000 queue support", "agent 101 prefer service-objective", "agent 102 rest 10s",
  "agent 103 max-occupancy 5%", "queue third agent 103", "did 8005554000 queue third",
} }
local ann = common.log_in("2/1", "101")
local function rings_for(phone, number, seconds)
  phone:expect("ringing", seconds or 5)
  assert(phone:caller_id().number == number, phone:caller_id().number)
end
local busy = common.caller{ from = "2125550100" }
rings_for(ann, "2125550100")
ann:lift()
local sales = common.caller{ from = "2125550101" }
wait(10)
local support = common.caller{ from = "2125550102", to = "8005553000" }
wait(10)
-- 20 s of 60 and 10 s of 20: support is nearer to its objective, though sales has waited longer.
busy:hang_up(16)
ann:hang_up()
rings_for(ann, "2125550102")
ann:lift()
common.talk(support, ann)
-- By greatest need it would have been the other way round.
box.set{ "agent 101 prefer greatest-need" }
local later = common.caller{ from = "2125550103", to = "8005553000" }
wait(2)
support:hang_up(16)
ann:hang_up()
rings_for(ann, "2125550101")
ann:lift()
common.talk(sales, ann)
later:hang_up(16)

-- Bob rests for ten seconds after each call.
local bob = common.log_in("2/2", "102")
local one = common.caller{ from = "2125550104" }
rings_for(bob, "2125550104")
bob:lift()
wait(2)
one:hang_up(16)
bob:hang_up()
local two = common.caller{ from = "2125550105" }
wait(5)
local next = box.query("show queue sales next --json")
local verdict
for _, a in ipairs(next.agents) do
  if a.agent == "102" then verdict = a.verdict end
end
assert(verdict == "fair-load", verdict)
rings_for(bob, "2125550105", 10)
bob:lift()
common.talk(two, bob)

-- Cleo has worked two minutes of the last thirty, more than the twentieth part: she rests.
local cleo = common.log_in("2/3", "103")
local long = common.caller{ from = "2125550106", to = "8005554000" }
rings_for(cleo, "2125550106")
cleo:lift()
wait(120)
long:hang_up(16)
cleo:hang_up()
wait(2)
local waits = common.caller{ from = "2125550107", to = "8005554000" }
waits:expect("answered", 3)
assert(common.fails(function() cleo:expect("ringing", 60) end))
next = box.query("show queue third next --json")
assert(next.agents[1].verdict == "fair-load" and next.agents[1]["until"], next.agents[1].verdict)
box.console("agent 103 ready") -- the supervisor, or she herself, says otherwise
rings_for(cleo, "2125550107")
