-- Nobody comes within the longest wait: overflow, or the end of the call.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales max-wait 8s",
  "queue support agent 103", "queue support overflow 5s extension 204", "did 8005553000 queue support",
} }
local c = common.caller()
c:expect("answered", 2)
c:expect("released", 12)
local r = common.last_record()
assert(r.outcome == "timeout", r.outcome)
assert(math.abs(r.wait_ms - 8000) < 500, r.wait_ms)
c = common.caller{ to = "8005553000" }
local desk = phone("2/4")
desk:expect("ringing", 8)
desk:lift()
common.talk(c, desk)
