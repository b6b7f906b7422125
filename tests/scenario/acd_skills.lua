-- Skills: the best of those free; nobody who is not good enough, until the caller has waited; then who else will do.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales strategy skills", "queue sales need spanish 4", "queue sales relax 20s need spanish 10",
  "agent 101 skill spanish 9", "agent 102 skill spanish 4", "agent 103 skill spanish 1",
} }
local ann, bob, cleo = common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103")

-- The best first, though listed last; then the next good enough.
local first = common.caller{ from = "2125550101" }
cleo:expect("ringing", 3)
cleo:lift()
common.talk(first, cleo)
local second = common.caller{ from = "2125550102" }
bob:expect("ringing", 3)
bob:lift()
common.talk(second, bob)

-- Ann is free all the time, and may have the caller only after 20 seconds.
local third = common.caller{ from = "2125550103" }
third:expect("answered", 3)
local began = now()
ann:expect("ringing", 30)
assert(math.abs(now() - began - 20) < 2, now() - began)
ann:lift()
common.talk(third, ann)
third:hang_up(16)
assert(common.last_record().agent == "101")

-- What can never work is refused, by the name of its rule.
local _, why = pcall(box.set, { "queue sales relax 40s need spanish 8" })
assert(tostring(why):find("rule relax-narrower", 1, true), why)
_, why = pcall(box.set, { "queue sales need french 16" })
assert(tostring(why):find("rule no-skilled-agent", 1, true), why)
