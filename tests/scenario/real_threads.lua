-- The box's real threads in real time (not virtual time), under traffic: the same audio, the same records.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ realtime = true, set = common.with() }
local ann = common.log_in("2/1", "101")
local bob = common.log_in("2/2", "102")
local c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(3)
local t = traffic{ calls_per_hour = 1800, dids = { "8005551000" }, talk = 4, patience = 6, agents = { "2/1", "2/2" }, seed = 3 }
t:run(30)
assert(t.offered > 5, t.offered)
t:check()
