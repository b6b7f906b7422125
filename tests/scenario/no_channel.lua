-- SETUP for a channel in use: 44 when it must be that one; 34 when no other is free.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local calls = {}
for channel = 1, 29 do
  if channel ~= 16 then
    calls[channel] = common.caller{ channel = channel, from = "21255501" .. channel }
    calls[channel]:expect("answered", 3)
  end
end
local c = common.caller{ channel = 5, exclusive = true }
c:expect("rejected", 3)
assert(c.cause == 44, c.cause)
for _, channel in ipairs{ 30, 31 } do
  calls[channel] = common.caller{ channel = channel }
  calls[channel]:expect("answered", 3)
end
c = common.caller{ channel = 5 }
c:expect("rejected", 3)
assert(c.cause == 34, c.cause)
assert(calls[5].state == "answered", "the call in progress was not touched")
calls[7]:hang_up(16)
wait(1)
c = common.caller{ channel = 7 }
c:expect("answered", 3)
