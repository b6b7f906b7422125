-- A telephone left off hook: dial tone, reorder, howler, then put aside with an alarm; back when hung up.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local p = phone("2/1")
p:lift()
p:expect("dialtone", 2)
p:expect("busy-or-reorder", 25)
p:expect("howler", 90)
wait(60)
local port
for _, each in ipairs(box.query("show ports --json")) do
  if each.port == "2/1" then port = each end
end
assert(port.hook == "off" and port.alarm and port.alarm ~= "", port.alarm)
p:hang_up()
wait(2)
p:lift()
p:expect("dialtone", 2)
