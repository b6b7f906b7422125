-- An agent with a headset keeps the receiver lifted: no bell, a zip tone, and the call is there; hung up, the bell rings.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "agent 101 answer headset" } }
local ann = phone("2/1")
ann:lift()
ann:dial("*11101#4711#")
ann:hears("agent-loginok", 10)
wait(5)
assert(common.agent("101").state == "ready", common.agent("101").state)
assert(common.fails(function() ann:hears_tone(440, -30, 2) end), "there is no dial tone in standby")

local c = common.caller{ from = "2125550101" }
ann:hears("beep", 3)
wait(0.5)
common.talk(c, ann)
c:hang_up(16)
ann:hears("beep", 4)
local r = common.last_record()
assert(r.outcome == "answered" and r.agent == "101" and r.offers[1].result == "answered", r.outcome)
assert(common.agent("101").state == "ready", common.agent("101").state)

c = common.caller{ from = "2125550102" } -- and the next, without a touch
ann:hears("beep", 3)
wait(0.5)
common.talk(c, ann)
c:hang_up(16)
wait(3)

ann:dial("204#") -- digits may be dialled from standby; the agent is in use meanwhile
phone("2/4"):expect("ringing", 5)
assert(#box.query("show calls --json") == 1)
c = common.caller{ from = "2125550103" }
assert(common.fails(function() ann:hears("beep", 3) end), "a call was offered to a telephone in use")
ann:hang_up() -- hung up, the telephone rings like any other
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
wait(3)
assert(common.agent("101").state == "ready", common.agent("101").state)
