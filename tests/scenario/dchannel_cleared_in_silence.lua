-- The agent hangs up while the D channel is dead: the network cannot be told, but when the D channel is back its
-- channel is restarted, the caller is let go, and the calls that go on are not touched.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
local other = common.caller{ from = "2125550102" }
bob:expect("ringing", 5)
bob:lift()
common.talk(other, bob)

fault{ span = 1, dchannel = "dead", for_s = 10 }
wait(1)
ann:hang_up()
wait(6)
assert(c.state == "answered", c.state)
c:expect("released", 20)
assert(common.last_record().from == "2125550123", common.last_record().from)
common.talk(other, bob)
other:hang_up(16)
bob:expect("busy-or-reorder", 5)
bob:hang_up()
wait(5)
assert(common.span(1).in_use == 0, common.span(1).in_use)
