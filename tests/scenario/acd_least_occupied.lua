-- Least occupied: the smallest part of the time since login spent on calls, wrap-up among it, is rung; neither the
-- shortest talk nor the longest idle time as such decides.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy least-occupied", "agent 102 wrap-up 60s" } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102") }
local calls = 0
local function serve(expected, seconds, after)
  calls = calls + 1
  local c = common.caller{ from = string.format("21255501%02d", calls) }
  phones[expected]:expect("ringing", 4)
  phones[expected]:lift()
  wait(seconds)
  c:hang_up(16)
  c:expect("released", 3)
  phones[expected]:hang_up()
  wait(after or 3)
end
wait(60)
serve(1, 30) -- equal: idle for longer
serve(2, 5, 75) -- the wrap-up is work: 65 s of it to 30 s
assert(common.agent("102").state == "ready", common.agent("102").state)
serve(1, 5) -- idle for the longer time; least talk would be Bob
serve(1, 5) -- and again, idle for the shorter time: 40 s to 65 s
-- Cleo has worked little, but in the little time that she is here: most occupied of all.
phones[3] = common.log_in("2/3", "103")
serve(3, 25) -- nothing yet
serve(1, 2)
assert(common.agent("103").state == "ready")
-- Much later she was hardly occupied at all, and the others as little as ever.
wait(900)
serve(3, 2)

-- Without wrap-up Bob, with his long one, has worked the least.
box.set{ "system work-counts wrap-up off" }
wait(70)
serve(2, 2)
