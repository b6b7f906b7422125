-- system agents-after-restart as-before: after a stop, a kill and a power cut agents are where they were, ready or paused
-- with their reason; without the setting everybody is logged out, as ever.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "reason 3 Lunch", "system agents-after-restart as-before", "queue sales autopause after 1 misses",
  "agent 104 name Dan", "agent 104 pin 4714", "agent 104 number 5557001",
} }
local ann = common.log_in("2/4", "101") -- not at home
local bob = common.log_in("2/2", "102")
local cleo = common.log_in("2/3", "103")
box.console("agent 104 login")
wait(1)
box.console("agent 102 pause 3")
box.console("agent 104 pause")
wait(1)

local function as_before()
  wait(2)
  local a, b, c, d = common.agent("101"), common.agent("102"), common.agent("103"), common.agent("104")
  assert(a.state == "ready" and a.port == "2/4", a.state .. " " .. tostring(a.port))
  assert(b.state == "paused" and b.reason == "Lunch" and b.port == "2/2", b.state .. " " .. tostring(b.reason))
  assert(d.state == "paused" and d.port == "5557001", d.state)
  return c
end

local c = common.caller() -- Ann's telephone rings, nobody answers: she is paused; Cleo takes it
ann:expect("ringing", 3)
cleo:expect("ringing", 20)
cleo:lift()
common.talk(c, cleo)
c:hang_up(16)
cleo:hang_up()
wait(1)
assert(common.agent("101").reason == "missed", common.agent("101").reason)
box.console("agent 101 ready")
wait(3)
box.stop()
wait(2)
box.start()
assert(as_before().state == "ready")
box.kill()
wait(2)
box.start()
as_before()
local was = common.agent("103")
assert(was.state == "ready" and was.calls == 1, was.calls)
-- calls come as before
c = common.caller{ from = "2125550102" }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
box.console("agent 103 logout") -- in the middle of a call of somebody else's
wait(3)
box.power_cut()
wait(2)
box.start()
ann:hang_up()
assert(as_before().state == "logged-out")
-- a telephone that was off the hook meanwhile is not rung before it is hung up
bob:lift()
wait(1)
box.console("agent 102 ready")
wait(2)
box.kill()
wait(2)
box.start()
wait(2)
assert(common.agent("102").wish == "ready", common.agent("102").wish)
box.console("agent 101 logout")
c = common.caller{ from = "2125550103" }
assert(common.fails(bob.expect, bob, "ringing", 3))
bob:hang_up()
bob:expect("ringing", 5)
bob:lift()
common.talk(c, bob)
c:hang_up(16)
bob:hang_up()
wait(2)

-- an agent who was removed, and a telephone that is none any more, are left out and said
box.set{ "delete agent 104", "system agents-after-restart logged-out" }
wait(2)
box.stop()
wait(2)
box.start()
wait(2)
assert(common.agent("102").state == "logged-out", common.agent("102").state)
-- what was forgotten does not come back with the setting
box.set{ "system agents-after-restart as-before" }
wait(2)
box.kill()
wait(2)
box.start()
wait(2)
assert(common.agent("102").state == "logged-out", common.agent("102").state)
