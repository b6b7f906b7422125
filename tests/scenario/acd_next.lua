-- show queue NAME next, at several moments, under every strategy: the call that is said goes to the agent that is said.
-- Where lots are drawn, that is said. why tells of the same agent afterwards.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local function rung()
  local agents = {}
  for _, a in ipairs(box.query("show agents --json")) do
    if a.state == "ringing" then agents[#agents + 1] = a.agent end
  end
  return agents
end
local function id(number)
  for _, c in ipairs(box.query("show calls --json")) do
    if c.from == number then return c.id end
  end
end

box{ set = common.with{
  "queue sales wrap-up 3s", "queue sales need x 3", "agent 101 skill x 1", "agent 102 skill x 2", "agent 103 skill x 2",
  "queue sales agent 101 share 20", "queue sales agent 102 share 30", "queue sales agent 103 share 50",
} }
local phones = {
  ["101"] = common.log_in("2/1", "101"), ["102"] = common.log_in("2/2", "102"), ["103"] = common.log_in("2/3", "103"),
}
local calls = 0
for _, strategy in ipairs{ "linear", "circular", "longest-idle", "least-occupied", "fewest-calls", "least-talk",
                           "round-robin", "skills", "percent-allocation", "random", "weighted-random", "ring-all" } do
  box.set{ "queue sales strategy " .. strategy }
  for i = 1, 3 do
    local said, text = box.query("show queue sales next --json"), box.console("show queue sales next")
    if strategy == "longest-idle" or strategy == "round-robin" then
      local first, second = said.agents[1].ago_ms, said.agents[2].ago_ms
      assert(first >= second and second >= 5000, strategy .. ": " .. first .. " before " .. second)
      assert(text:find(strategy == "round-robin" and "Last rung" or "Idle for") and
             text:find(first // 1000 < 60 and first // 1000 .. " s" or first // 60000 .. ":%d%d min"), text)
    end
    calls = calls + 1
    local from = string.format("21255501%02d", calls)
    local c = common.caller{ from = from }
    wait(1.5)
    local now = rung()
    local why = box.query("why " .. id(from) .. " --json")
    if strategy == "ring-all" then
      assert(#now == 3 and #why == 3, #now)
    elseif strategy:find("random") then
      assert(#now == 1 and said.agent == nil and text:find("drawn by lot"), text)
    else
      assert(#now == 1 and said.agent == now[1], strategy .. ": " .. tostring(said.agent) .. ", rung " .. now[1])
    end
    assert(#now == 3 or why[1].agent == now[1], why[1].agent)
    assert(not box.console("why " .. id(from)):find("unknown"), box.console("why " .. id(from)))
    local p = phones[now[#now]]
    p:lift()
    wait(i)
    c:hang_up(16)
    p:hang_up()
    wait(5)
  end
end

-- Somebody waits, nobody is free: who is next is said, and what keeps each agent out; then it is so.
box.set{ "queue sales strategy longest-idle", "queue sales wrap-up 10s" }
box.console("agent 102 logout")
box.console("agent 103 pause")
wait(12)
local one = common.caller{ from = "2125550201" }
wait(1.5)
assert(rung()[1] == "101", rung()[1])
phones["101"]:lift()
local two = common.caller{ from = "2125550202" }
wait(2)
local function verdicts()
  local of = {}
  local said = box.query("show queue sales next --json")
  for _, a in ipairs(said.agents) do of[a.agent] = a.verdict end
  return said, of
end
local said, of = verdicts()
assert(said.call == id("2125550202") and said.agent == nil, said.call)
assert(of["101"] == "on-a-call" and of["102"] == "logged-out" and of["103"] == "paused", of["101"])
-- The same of the queue as a whole, and of the caller, to whom nobody was offered yet; the wait goes on between events.
local whole, waits = box.query("show queue sales --json"), box.query("why " .. said.call .. " --json")
assert(whole.queue == "sales" and whole.waiting == 1 and whole.next.call == said.call, whole.waiting)
assert(#waits == 1 and waits[1].offer == nil and waits[1].waited_ms >= 1900 and #waits[1].agents == 3, #waits)
local text = box.console("show queue sales") .. box.console("why " .. said.call)
assert(text:find("\nsales  ") and text:find("waits, no agent is free for it"), text)
assert(box.console("show queue sales n"):find("^next is call"), box.console("show queue sales n"))
one:hang_up(16)
phones["101"]:hang_up()
wait(2)
said, of = verdicts()
assert(of["101"] == "wrap-up", of["101"])
wait(9.5)
assert(rung()[1] == "101", rung()[1])
assert(phones["101"]:caller_id().number == "2125550202")
said = box.query("show queue sales next --json")
assert(said.call == nil, said.call)
two:hang_up(16)
