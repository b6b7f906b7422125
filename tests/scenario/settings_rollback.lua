-- Revisions come back by number, after a restart too, and calls follow the numbers in force.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local function reached(number)
  local c = call{ span = 1, to = number, from = "2125550123" }
  local ok = pcall(c.expect, c, "answered", 3)
  if ok then c:hang_up(16) end
  return ok
end

assert(not reached("8005559999"))
box.console('set did 8005559999 queue sales')
box.console('commit comment "a second number"')
assert(reached("8005559999"))
box.power_cut()
box.start()
assert(reached("8005559999"))
assert(box.console("show | compare rollback 1"):find("+ did 8005559999 queue sales", 1, true))
box.console("rollback 1")
box.console("commit")
assert(not reached("8005559999"))
box.console("rollback 1")
box.console("commit")
assert(reached("8005559999"))
local list = box.query("show revisions --json")
assert(list[1].rollback == 0 and list[3].comment == "a second number", list[3].comment)
