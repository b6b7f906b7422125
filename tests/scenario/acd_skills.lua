-- Skills: the best of those free; nobody who is not good enough, until the caller has waited; then who else will do.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales strategy skills", "queue sales need spanish 4", "queue sales relax 20s need spanish 10",
  "agent 101 skill spanish 9", "agent 102 skill spanish 4", "agent 103 skill spanish 1",
} }
local ann, bob, cleo = common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103")

-- The best first, though listed last; then the next good enough.
local first = common.caller{ from = "2125550101" }
cleo:expect("ringing", 3)
cleo:lift()
common.talk(first, cleo)
local second = common.caller{ from = "2125550102" }
bob:expect("ringing", 3)
bob:lift()
common.talk(second, bob)

-- Ann is free all the time, and may have the caller only after 20 seconds.
local third = common.caller{ from = "2125550103" }
third:expect("answered", 3)
local began = now()
local next = box.query("show queue sales next --json")
assert(next.strategy == "skills" and next.agents[1].agent and not next.agent and next.relaxed == 0, next.agent)
local verdict = {}
for _, agent in ipairs(next.agents) do verdict[agent.agent] = agent.verdict end
assert(verdict["101"] == "skill-level" and verdict["103"] == "on-a-call", verdict["101"])
ann:expect("ringing", 30)
assert(math.abs(now() - began - 20) < 2, now() - began)
ann:lift()
common.talk(third, ann)
third:hang_up(16)
local record = common.last_record()
assert(record.agent == "101")
local why = box.query("why " .. record.id .. " --json")
assert(#why == 1 and why[1].agent == "101" and why[1].relaxed == 1 and why[1].waited_ms // 1000 == 20, #why)
assert(why[1].agents[1].agent == "101" and why[1].agents[1].rank == 1 and why[1].agents[1].measure == 9)
assert(box.console("why " .. record.id):find("to agent 101", 1, true))

-- Three steps, of which the first two let in nobody who is logged in: they are not waited for. Bob and Cleo are there, and
-- pause.
first:hang_up(16)
second:hang_up(16)
bob:hang_up()
cleo:hang_up()
ann:hang_up()
box.set{ "delete queue sales relax 20s need spanish 10", "queue sales relax 10s need spanish 6",
  "queue sales relax 20s need spanish 8", "queue sales relax 40s need spanish 10" }
box.console("agent 102 pause")
box.console("agent 103 pause")
wait(2)
local function rings_after(seconds, steps, meanwhile)
  local c = common.caller{ from = "2125550104" }
  local began = now()
  if meanwhile then wait(3); assert(not box.console("show ports"):find("ringing")); meanwhile() end
  ann:expect("ringing", seconds + 5)
  assert(math.abs(now() - began - seconds) < 2, now() - began)
  for _, call in ipairs(box.query("show calls --json")) do
    local said = box.query("why " .. call.id .. " --json")
    assert(said[1].relaxed == steps, said[1].relaxed)
  end
  c:hang_up(16)
  ann:expect("silent", 5)
  wait(2)
end
rings_after(10, 3)
box.set{ "queue sales skip-empty off" }
rings_after(40, 3)
-- Not waited for before the first step either, from the moment at which the last one with the level needed logs out.
box.set{ "queue sales skip-empty on" }
rings_after(3, 3, function() box.console("agent 102 logout"); box.console("agent 103 logout") end)
rings_after(0, 3)
box.set{ "queue sales skip-empty steps" }
rings_after(10, 3)

-- What can never work is refused, by the name of its rule.
local _, refusal = pcall(box.set, { "queue sales relax 50s need spanish 8" })
assert(tostring(refusal):find("rule relax-narrower", 1, true), refusal)
_, refusal = pcall(box.set, { "queue sales need french 16" })
assert(tostring(refusal):find("rule no-skilled-agent", 1, true), refusal)
