-- Autopause: two offers missed in a row pause the agent; an answer in between starts the count anew.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales ring-time 6s", "queue sales retry 2s", "queue sales autopause after 2 misses" } }
local ann = common.log_in("2/1", "101")
local c = common.caller()
ann:expect("ringing", 5)
ann:expect("silent", 12) -- one miss
assert(common.agent("101").state ~= "paused")
ann:expect("ringing", 10)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(3)

c = common.caller()
ann:expect("ringing", 5)
ann:expect("silent", 12)
assert(common.agent("101").state ~= "paused") -- one again, not the second
ann:expect("ringing", 10)
ann:expect("silent", 12)
wait(2)
assert(common.agent("101").state == "paused", common.agent("101").state)
assert(common.agent("101").reason == "missed", common.agent("101").reason)

-- The caller waits on; ready again, it is this agent's.
box.console("agent 101 ready")
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
local offers = common.last_record().offers
assert(#offers == 3 and offers[1].result == "no-answer" and offers[2].result == "no-answer" and
  offers[3].result == "answered", #offers)
local why = box.query("why " .. common.last_record().id .. " --json")
assert(#why == 3 and why[2].agents[1].missed == 1, #why)
