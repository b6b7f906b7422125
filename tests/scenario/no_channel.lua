-- SETUP for a channel in use: 44 when it must be that one; 34 when no other is free. Each has its record.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local calls = {}
local function recorded(cause, channel, from)
  local r = common.last_record()
  assert(r.outcome == "refused" and r.cause == cause and r.cause_sent == cause and r.from == from, r.cause)
  assert(r.span == 1 and r.channel == channel and r.reason == "no B channel for it" and r.to == "8005551000", r.reason)
end
for channel = 1, 29 do
  if channel ~= 16 then
    calls[channel] = common.caller{ channel = channel, from = "21255501" .. channel }
    calls[channel]:expect("answered", 3)
  end
end
local c = common.caller{ channel = 5, exclusive = true, from = "2125550144" }
c:expect("rejected", 3)
assert(c.cause == 44, c.cause)
recorded(44, 5, "2125550144")
for _, channel in ipairs{ 30, 31 } do
  calls[channel] = common.caller{ channel = channel }
  calls[channel]:expect("answered", 3)
end
c = common.caller{ channel = 5, from = "2125550134" }
c:expect("rejected", 3)
assert(c.cause == 34, c.cause)
recorded(34, 5, "2125550134")
assert(calls[5].state == "answered", "the call in progress was not touched")
calls[7]:hang_up(16)
wait(1)
c = common.caller{ channel = 7 }
c:expect("answered", 3)
