-- A trunk or a channel taken out of service: calls in progress go on, no new ones either way; it stays so after a
-- restart.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "span 3 type t1", "span 3 signalling pri-cpe", "span 3 switch ni2", "span 3 clock 2",
  "trunk main span 3" } }
wait(4)
local ann = common.log_in("2/1", "101")
local c = common.caller{ channel = 3, exclusive = true }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)

box.set{ "span 1 service off" }
wait(1)
assert(common.span(1).out_of_service == 30, common.span(1).out_of_service)
common.talk(c, ann)
local refused = common.caller{ from = "2125550102" }
refused:expect("rejected", 5)
assert(refused.cause == 34 or refused.cause == 44, refused.cause)

-- out through the other trunk: span 1 is not hunted
local p = phone("2/4")
p:lift(); p:dial("95550000")
local out = incoming(3, 15)
out:answer(); wait(1); out:hang_up(16); p:hang_up()

c:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
wait(2)

-- one channel, and it lasts over a restart
box.set{ "delete span 1 service", "span 1 channel 7 service off" }
wait(1)
assert(common.span(1).out_of_service == 1)
box.stop()
box.start()
wait(10)
assert(common.span(1).out_of_service == 1)
refused = common.caller{ channel = 7, exclusive = true }
refused:expect("rejected", 5)
assert(refused.cause == 44, refused.cause)
c = common.caller{ channel = 7 }
c:expect("answered", 5)
assert(c.channel ~= 7)
c:hang_up(16)

-- a T1 channel, and back
box.set{ "span 3 channel 5 service off" }
wait(2)
refused = call{ span = 3, to = "8005551000", from = "2125550103", channel = 5, exclusive = true }
refused:expect("rejected", 5)
assert(refused.cause == 44, refused.cause)
box.set{ "delete span 3 channel 5 service" }
wait(1)
assert(common.span(3).out_of_service == 0)

local function not_set(line, words)
  local ok, text = pcall(box.set, { line })
  assert(not ok and tostring(text):find(words, 1, true), tostring(text))
  box.console("discard")
end
not_set("span 2 service off", "it is for trunks")
not_set("span 1 channel 16 service off", "D channel")
not_set("span 3 channel 24 service off", "1 to 23")
