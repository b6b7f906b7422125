-- Limits of calls out: by telephone, prefix and trunk, in calls and in minutes. What is beyond is refused by voice with
-- an alarm; emergency calls always go; when the window has passed calls go again and the alarm is over.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "port 2/1 limit 2 per 10m", "outside 9 limit 4 per 30m minutes 3 per 1h", "trunk main limit 100 per 1d",
  "did 8005553000 external 95550000", "emergency 112",
} }

local dials, refused, alarm = common.dials, common.dials_in_vain, common.alarm

dials("2/1", "95550001#")
dials("2/1", "95550002#")
assert(not alarm("limit"))
refused("2/1", "95550003#")
assert(alarm("port 2/1: the limit of calls out is reached (2 calls within 10m)"))
dials("2/1", "9112")
dials("2/1", "112")
dials("2/2", "95550004#")
dials("2/2", "95550005#")
refused("2/3", "95550006#")
assert(alarm("outside 9: the limit of calls out is reached (4 calls within 30m or 3 minutes)"))
-- A call from outside that would go out again is one too.
local c = common.caller{ to = "8005553000" }
c:expect("rejected", 5)
assert(c.cause == 21, c.cause)
dials("2/4", "112")

wait(12 * 60)
assert(not alarm("port 2/1"), "the window of port 2/1 has passed")
refused("2/1", "95550007#")
assert(alarm("outside 9"))
wait(22 * 60)
assert(not alarm("outside 9"))
dials("2/1", "95550008#", 190) -- three minutes and more
refused("2/2", "95550009#")
assert(alarm("outside 9"))
wait(45 * 60)
refused("2/2", "95550009#")
wait(30 * 60)
dials("2/2", "95550010#")
assert(not alarm("limit"))
