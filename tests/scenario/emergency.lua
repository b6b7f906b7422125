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

-- 112 at the end of a number that does not exist is no emergency call; after the refusal, or a flash, it is one
p = phone("2/2")
p:lift()
p:dial("5112")
assert(not pcall(incoming, 1, 4), "a wrong number became an emergency call")
p:flash()
p:expect("dialtone", 3)
p:dial("112")
assert(incoming(1, 5).to == "112")
p:hang_up()
