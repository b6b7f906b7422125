-- An agent logs in at a telephone that is not his own, is rung there, logs out; one agent is at one telephone.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local home, desk = phone("2/1"), common.log_in("2/4", "101")
local c = common.caller()
desk:expect("ringing", 3)
assert(common.fails(home.expect, home, "ringing", 1))
desk:lift()
common.talk(c, desk)
c:hang_up(16)
desk:expect("busy-or-reorder", 5)
desk:hang_up()
wait(2)

home:lift() -- a second log-in moves the agent or is refused in words
home:dial("*11101#4711#")
local heard = home:hears({ "agent-loginok", "agent-alreadyon" }, 10)
home:hang_up()
wait(2)
local at = heard == "agent-loginok" and home or desk
assert(common.agent("101").port == (at == home and "2/1" or "2/4"), common.agent("101").port)

at:lift()
at:dial("*12")
at:hears("agent-loggedoff", 5)
at:hang_up()
wait(1)
assert(common.agent("101").state == "logged-out")
c = common.caller{ from = "2125550102" }
c:expect("answered", 2)
assert(common.fails(at.expect, at, "ringing", 5))
