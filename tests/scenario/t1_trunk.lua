-- A T1 trunk: 23 channels, µ-law, D channel on 24; every channel carries speech.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "span 1 type t1", "span 1 switch ni2" } }
local p = phone("2/4")
for _, channel in ipairs{ 1, 12, 23 } do
  local c = common.caller{ to = "8005552000", channel = channel }
  p:expect("ringing", 4)
  p:lift()
  c:expect("answered", 2)
  assert(c.channel == channel, c.channel)
  common.talk(c, p)
  c:hang_up(16)
  p:expect("busy-or-reorder", 5)
  p:hang_up()
  wait(2)
end
