-- Two agents lift at the same moment: one gets the caller, the other is told and is free again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy ring-all" } }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local c = common.caller()
ann:expect("ringing", 3)
bob:expect("ringing", 3)
ann:lift()
bob:lift()
c:say(1004, -10)
wait(2)
local hears_ann, hears_bob = pcall(ann.hears_tone, ann, 1004, -14, 1), pcall(bob.hears_tone, bob, 1004, -14, 1)
assert(hears_ann ~= hears_bob, "exactly one of them talks to the caller")
local loser = hears_ann and bob or ann
loser:expect("busy-or-reorder", 5)
loser:hang_up()
c:hang_up(16)
local r = common.last_record()
assert(r.outcome == "answered" and r.agent == (hears_ann and "101" or "102"), r.agent)
local results = {}
for _, offer in ipairs(r.offers) do results[offer.agent] = offer.result end
assert(results[hears_ann and "102" or "101"] == "lost-race", results[hears_ann and "102" or "101"])
