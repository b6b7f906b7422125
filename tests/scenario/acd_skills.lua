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

-- What can never work is refused, by the name of its rule.
local _, refusal = pcall(box.set, { "queue sales relax 40s need spanish 8" })
assert(tostring(refusal):find("rule relax-narrower", 1, true), refusal)
_, refusal = pcall(box.set, { "queue sales need french 16" })
assert(tostring(refusal):find("rule no-skilled-agent", 1, true), refusal)
