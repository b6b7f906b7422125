-- Two callers and two agents: both are rung at once, neither waits for the other.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local one, two = common.caller{ from = "2125550101" }, common.caller{ from = "2125550102" }
ann:expect("ringing", 1)
bob:expect("ringing", 1)
assert(ann:caller_id().number ~= bob:caller_id().number)
bob:lift()
ann:lift()
one:say(1004, -10)
two:say(1400, -10)
ann:hears_tone(1004, -14, 3)
bob:hears_tone(1400, -14, 3)
assert(common.fails(ann.hears_tone, ann, 1400, -30, 1), "nobody hears the other call")
