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

-- Refused in words, also at a telephone with a higher number than the one at which the agent sits.
common.log_in("2/1", "101")
at = phone("2/4")
at:lift()
at:dial("*11101#4711#")
at:hears("agent-alreadyon", 8)
at:hang_up()
assert(common.agent("101").port == "2/1" and common.agent("101").state == "ringing") -- the caller of before

-- system second-login move: to another telephone, outside and back; not while a call goes on or for somebody else's seat.
home:lift()
common.talk(c, home)
box.set{ "system second-login move", "did 8005559000 login", "agent 101 number 5557001", "queue sales wrap-up 60s" }
at:lift()
at:dial("*11101#4711#")
at:hears("agent-alreadyon", 8)
at:hang_up()
common.talk(c, home)
c:hang_up(16)
home:hang_up()
wait(2)
assert(common.agent("101").state == "wrap-up", common.agent("101").state)
common.log_in("2/4", "101")
assert(common.agent("101").port == "2/4" and common.agent("101").state == "ready", common.agent("101").port)
common.log_in("2/1", "101")
assert(common.agent("101").port == "2/1", common.agent("101").port)
at:lift()
at:dial("*12")
at:hears("invalid", 8) -- nobody is logged in there any more
at:hang_up()
local line = call{ span = 1, to = "8005559000", from = "5557001" }
line:hears("agent-pass", 5)
line:dial("4711#")
line:hears("agent-loginok", 5)
line:hang_up(16)
wait(2)
assert(common.agent("101").port == "5557001", common.agent("101").port)
common.log_in("2/2", "102")
at = phone("2/2")
at:lift()
at:dial("*11101#4711#")
at:hears("agent-alreadyon", 8)
at:hang_up()
assert(common.agent("101").port == "5557001" and common.agent("102").port == "2/2")
common.log_in("2/1", "101")
box.console("agent 102 logout")
c = common.caller{ from = "2125550103" }
wait(2)
assert(common.agent("101").state == "ringing", common.agent("101").state)
home:lift()
common.talk(c, home)
assert(box.query("show sweep --json").mismatches == 0)
