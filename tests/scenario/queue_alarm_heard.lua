-- An alarm of a queue is heard by its agents: short rings where the telephone is on the hook, beeps into a talk.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales alarm 1 oldest 10s", "queue sales alarm 2 oldest 20s", "queue sales alarm 3 oldest 40s",
  "queue sales alarm-ring on", "queue sales alarm-beep on", "queue other agent 103",
  "delete queue sales agent 103",
} }
local ann, bob, cleo = common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103")
box.console("agent 102 pause")
local first = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(first, ann)

local second = common.caller{ from = "2125550102" }
second:expect("answered", 3)
wait(8)
-- Level 1: a beep for who talks, which the caller does not hear; no bell.
spawn(function() first:hears_nothing(6) end)
ann:hears("beep", 6)
wait(6)
assert(common.fails(bob.expect, bob, "ringing", 1), "level 1 does not ring")
-- Level 2: one short ring at the telephone of who is paused.
spawn(function() first:hears_nothing(6) end)
bob:expect("ringing", 6)
ann:hears("beep", 2)
bob:expect("silent", 10)
local ring = bob:ring_cadence()
assert(ring[1] >= 400 and ring[1] <= 600, ring[1])
assert(common.fails(bob.expect, bob, "ringing", 5), "one ring at level 2")
-- Level 3: two.
bob:expect("ringing", 20)
bob:expect("silent", 12)
ring = bob:ring_cadence()
assert(#ring >= 3 and ring[1] >= 400 and ring[1] <= 600 and ring[3] >= 400 and ring[3] <= 600, #ring)
assert(common.fails(bob.expect, bob, "ringing", 5), "two rings at level 3, then no more")
assert(common.fails(cleo.expect, cleo, "ringing", 1), "not one of the queue's agents")
-- The alert was for no call: lifted, there is dial tone.
bob:lift()
bob:expect("dialtone", 2)
bob:hang_up()
-- Ready again, Bob is rung for the caller with the ordinary cadence and the caller's number.
box.console("agent 102 ready")
bob:expect("ringing", 3)
assert(bob:caller_id().number == "2125550102")
bob:lift()
common.talk(second, bob)
second:hang_up(16)
first:hang_up(16)
ann:hang_up()
bob:hang_up()

-- Lifted, or offered a call, in the middle of an alert.
box.console("agent 101 pause")
box.console("agent 102 pause")
local third = common.caller{ from = "2125550103" }
bob:expect("ringing", 25)
bob:lift()
bob:expect("dialtone", 3)
bob:hang_up()
ann:expect("silent", 12)
ann:expect("ringing", 25)
wait(0.7) -- between the two rings
box.console("agent 101 ready")
assert(ann:caller_id().number == "2125550103")
ann:lift()
common.talk(third, ann)
bob:expect("ringing", 1) -- he had hung up before level 3
bob:expect("silent", 12)

-- Off, nothing is heard but the console's alarm.
box.set{ "queue sales alarm-ring off", "queue sales alarm-beep off" }
local fourth = common.caller{ from = "2125550104" }
fourth:expect("answered", 3)
ann:hears_nothing(25)
assert(common.fails(bob.expect, bob, "ringing", 20))
