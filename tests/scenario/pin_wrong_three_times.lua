-- Three wrong PINs lock the agent number; another agent is not touched by it.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local p = phone("2/1")
local function try(agent, pin)
  p:lift()
  p:dial("*11" .. agent .. "#" .. pin .. "#")
  local heard = p:hears({ "agent-loginok", "agent-incorrect" }, 10)
  p:hang_up()
  wait(2)
  return heard
end
for _ = 1, 3 do
  assert(try("101", "1234") == "agent-incorrect")
end
assert(try("101", "4711") ~= "agent-loginok", "locked")
assert(common.agent("101").state == "logged-out")
assert(try("102", "4712") == "agent-loginok")
