-- An agent with a limit of work: after a restart of the box, too, what was worked more than half an hour ago no longer counts.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "agent 101 max-occupancy 5%" } }
wait(2400)
local ann = common.log_in("2/1", "101")
local function one_call(seconds)
  local c = common.caller{}
  ann:expect("ringing", 40)
  ann:lift()
  common.talk(c, ann)
  wait(seconds)
  c:hang_up(16)
  ann:hang_up()
  wait(15)
end
one_call(5)
box.stop()
wait(15)
box.start()
wait(5)
ann = common.log_in("2/1", "101")
one_call(70) -- of the 90 s in half an hour
wait(2000)
one_call(40) -- with the 70 s it would be too much
one_call(60) -- 100 s of the 90 s
common.caller{}
wait(60)
assert(common.agent("101").state == "ready", "the limit holds on the new clock: " .. common.agent("101").state)
