-- Three wrong PINs lock the agent number; another agent is not touched by it.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local function try(agent, pin) return common.try_log_in("2/1", agent, pin) end
for _ = 1, 3 do
  assert(try("101", "1234") == "agent-incorrect")
end
assert(try("101", "4711") ~= "agent-loginok", "locked")
assert(common.agent("101").state == "logged-out")
assert(try("102", "4712") == "agent-loginok")
