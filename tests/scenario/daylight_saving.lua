-- A wait across the change to summer time is as long as it is; opening hours follow the wall clock.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ date = "2026-03-29 01:58 Europe/Berlin", set = common.with{
  "timezone Europe/Berlin", "queue sales max-wait 4m",
  "hours office open mon-sun 03:00-18:00", "hours office then queue sales", "hours office else hangup 21",
  "did 8005554000 hours office",
} }
local early = common.caller{ to = "8005554000", from = "2125550101" }
early:expect("rejected", 3)
assert(early.cause == 21, early.cause)
local c = common.caller{ from = "2125550102" }
c:expect("answered", 2)
local began = now()
wait(150) -- 02:00 has become 03:00
common.caller{ to = "8005554000", from = "2125550103" }:expect("answered", 3)
c:expect("released", 120)
assert(math.abs(now() - began - 240) < 3, now() - began)
local r = common.last_record()
assert(r.outcome == "timeout" and math.abs(r.wait_ms - 240000) < 1000, r.wait_ms)
