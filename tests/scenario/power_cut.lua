-- The power goes at various moments of a call: whoever was answered has a record.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local number = 2125550100
for _, moment in ipairs{ 0.02, 0.05, 0.2, 1, 2.5 } do
  number = number + 1
  local c = common.caller{ from = tostring(number) }
  wait(moment)
  local answered = c.state == "answered"
  box.power_cut()
  wait(3)
  c:hang_up(16)
  wait(15)
  box.start()
  local found = 0
  for _, r in ipairs(box.query("show calls last 20 --json")) do
    if r.from == tostring(number) then
      found = found + 1
      assert(r.outcome == "restarted", r.outcome)
    end
  end
  assert(found == 1 or (found == 0 and not answered), number .. ": " .. found .. " records")
end
common.caller{ from = "2125550109" }:expect("answered", 5)
