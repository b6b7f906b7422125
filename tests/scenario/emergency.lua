-- Emergency numbers go out at once, without a prefix, from any telephone, whatever its class.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "port 2/1 class internal" } }
local p = phone("2/1")
p:lift()
p:dial("92125550188#") -- its class does not allow this
assert(common.fails(incoming, 1, 5))
p:hang_up()
wait(2)
for _, digits in ipairs{ "911", "112", "9911" } do
  p:lift()
  p:dial(digits)
  local c = incoming(1, 3)
  assert(c.to == digits:match("[19]1[12]$"), c.to)
  c:answer()
  common.talk(p, c)
  p:hang_up()
  c:expect("released", 5)
  wait(2)
end
