-- The box's real threads in real time (not virtual time), under traffic: the same audio, the same records.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ realtime = true, set = common.with() }
local ann = common.log_in("2/1", "101")
local bob = common.log_in("2/2", "102")
common.served(ann, 5)
wait(3)
-- Followed and asked for meanwhile, by the console's thread.
box.console("trace span 1 q931")
local t = traffic{ calls_per_hour = 1800, dids = { "8005551000" }, talk = 4, patience = 6, agents = { "2/1", "2/2" }, seed = 3 }
t:run(30)
assert(t.offered > 5, t.offered)
local frames = box.console("\5f")
assert(frames:find("<- SETUP", 1, true) and frames:find("-> RELEASE", 1, true), frames)
local last = box.query("show calls last 1 --json")[1]
local steps = box.console("show call " .. last.id)
assert(steps:find("SETUP from " .. last.from, 1, true), steps)
assert(box.console("show trace span 1 last 5"):find("span 1", 1, true))
t:check()
