-- Round robin: each in turn, whoever was rung longest ago. The position outlives other settings, a change of the
-- members and a restart of the box.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy round-robin", "agent 104 name Dan", "agent 104 pin 4714",
  "agent 104 port 2/4" } }
local places = { ["101"] = "2/1", ["102"] = "2/2", ["103"] = "2/3" }
local phones = {}
local function log_in_all()
  for _, agent in ipairs{ "101", "102", "103" } do
    if common.agent(agent).state ~= "ready" then phones[agent] = common.log_in(places[agent], agent) end
  end
end
local calls = 0
local function give_up(expected)
  calls = calls + 1
  local c = common.caller{ from = string.format("21255501%02d", calls) }
  phones[expected]:expect("ringing", 4)
  c:hang_up(16)
  c:expect("released", 3)
  wait(3)
end
log_in_all()
give_up("101")
give_up("102")
-- Who is passed over does not lose the turn: first as soon as it is free.
phones["103"]:lift()
wait(2)
give_up("101")
phones["103"]:hang_up()
wait(2)
give_up("103")
give_up("102")

-- A restart: 101 is next, as before, not the first to log in.
box.stop()
wait(5)
box.start()
wait(2)
for _, agent in ipairs{ "103", "102", "101" } do
  if common.agent(agent).state ~= "ready" then phones[agent] = common.log_in(places[agent], agent) end
end
give_up("101")
give_up("103")

-- Other members: who stays keeps the place; who is new has not been rung yet.
box.set{ "delete queue sales agent 102" }
give_up("101")
box.set{ "queue sales agent 102" }
give_up("102")
give_up("103")
phones["104"] = phone("2/4")
phones["104"]:lift()
phones["104"]:dial("*11104#4714#")
phones["104"]:hears("agent-loginok", 10)
phones["104"]:hang_up()
wait(2)
box.set{ "queue sales agent 104" }
give_up("104")
give_up("101")
give_up("102")
give_up("103")
give_up("104")
