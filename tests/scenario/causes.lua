-- The cause of the network's clearing is what the record says.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
for _, cause in ipairs{ 16, 31, 41 } do
  local c = common.caller()
  c:expect("answered", 2)
  c:hang_up(cause)
  local r = common.last_record()
  assert(r.cause == cause, "in: " .. tostring(r.cause) .. " for " .. cause)
end
local p = phone("2/1")
for _, cause in ipairs{ 1, 17, 19, 21, 27, 34, 102 } do
  p:lift()
  p:dial("92125550188#")
  incoming(1, 10):reject(cause)
  p:expect("busy-or-reorder", 8)
  p:hang_up()
  local r = common.last_record()
  assert(r.direction == "out" and r.cause == cause, "out: " .. tostring(r.cause) .. " for " .. cause)
end
