-- An orderly stop and start: settings and records are still there, and calls come.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "system name north" } } -- the prompt is its name
local c = common.caller{ from = "2125550101" }
c:expect("answered", 2)
c:hang_up(16)
wait(3)
box.stop()
wait(5)
box.start()
local r = box.query("show calls last 1 --json")[1]
assert(r.from == "2125550101" and r.outcome == "abandoned", r.outcome)
local ann = phone("2/1")
if common.agent("101").state ~= "ready" then common.log_in("2/1", "101") end
c = common.caller{ from = "2125550102" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
