-- An agent who does not answer: the next one is rung, and the caller keeps waiting.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales ring-time 10s" } }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local c = common.caller()
ann:expect("ringing", 3)
local began = now()
ann:expect("silent", 15)
assert(math.abs(now() - began - 10) < 5, now() - began) -- the silence shows after a ring's pause
bob:expect("ringing", 3)
bob:lift()
common.talk(c, bob)
c:hang_up(16)
local r = common.last_record()
assert(r.agent == "102" and r.offers[1].agent == "101" and r.offers[1].result == "no-answer", r.agent)
assert(math.abs(r.offers[1].ring_ms - 10000) < 300, r.offers[1].ring_ms)
