-- The agent hears a prompt before the caller; the caller goes on hearing music; who leaves meanwhile harms nobody.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales whisper pls-hold-while-try" } }
local ann = common.log_in("2/1", "101")
local c = common.caller{ from = "2125550101" }
ann:expect("ringing", 3)
ann:lift()
ann:hears("pls-hold-while-try", 3)
wait(3)
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
local r = common.last_record()
assert(r.outcome == "answered" and r.offers[1].result == "answered", r.outcome)

c = common.caller{ from = "2125550102" } -- the agent hangs up during the whisper: the caller keeps their place
ann:expect("ringing", 8)
ann:lift()
wait(0.5)
ann:hang_up()
ann:expect("ringing", 20)
assert(c.state == "answered", c.state)
ann:lift()
wait(0.4)
c:hang_up(16) -- the caller leaves during it
ann:expect("busy-or-reorder", 5)
ann:hang_up()
r = common.last_record()
assert(r.from == "2125550102" and r.outcome == "abandoned", r.outcome)
assert(#r.offers == 2 and r.offers[1].result == "declined" and r.offers[2].result == "cancelled", r.offers[1].result)
assert(common.agent("101").state == "ready", common.agent("101").state)
