-- Nobody is there: the caller may wait, or goes where the queue says.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue support agent 103", "queue support nobody extension 204", "did 8005553000 queue support",
} }
local c = common.caller()
c:expect("answered", 2)
wait(5)
assert(c.state == "answered")
local ann = common.log_in("2/1", "101")
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
c:hang_up(16)

local desk = phone("2/4")
c = common.caller{ to = "8005553000" }
desk:expect("ringing", 5)
desk:lift()
common.talk(c, desk)
