-- In and out on every switch type, on the kind of trunk where it lives.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local types = { euroisdn = "e1", qsig = "e1", ni1 = "t1", ni2 = "t1", dms100 = "t1", ["5ess"] = "t1", ["4ess"] = "t1" }
for _, switch in ipairs{ "euroisdn", "qsig", "ni1", "ni2", "dms100", "5ess", "4ess" } do
  box{ set = common.with{ "span 1 type " .. types[switch], "span 1 switch " .. switch } }
  local p = phone("2/4")
  local c = common.caller{ to = "8005552000" }
  p:expect("ringing", 4)
  p:lift()
  c:expect("answered", 2)
  common.talk(c, p)
  p:hang_up()
  c:expect("released", 5)
  assert(c.cause == 16, switch .. ": cause " .. tostring(c.cause))
  wait(2)
  p:lift()
  p:dial("92125550188#")
  c = incoming(1, 10)
  c:alert()
  c:answer()
  common.talk(c, p)
  c:hang_up(16)
  p:expect("busy-or-reorder", 5)
  p:hang_up()
end
