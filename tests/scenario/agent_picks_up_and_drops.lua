-- A telephone that is lifted and put down at once does not take the others' ringing with it.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales ring-time 10s" } }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
wait(3)
ann:hang_up() -- this was an answer, and its end
c:expect("released", 5)
wait(3)
assert(common.agent("101").state == "ready", common.agent("101").state)
c = common.caller{ from = "2125550102" }
local first = pcall(ann.expect, ann, "ringing", 3) and ann or bob
first:lift()
common.talk(c, first)
