-- Sticky: the same caller gets the agent of last time, and waits for her only as long as she is predicted to need.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales sticky 30s", "queue sales wrap-up 10s" } }
local ann, bob = common.log_in("2/1", "101"), nil
local function talk_to(phone, c, seconds)
  phone:expect("ringing", 5)
  phone:lift()
  common.talk(c, phone)
  wait(seconds)
  c:hang_up(16)
  phone:hang_up()
end
bob = common.log_in("2/2", "102")
-- linear: Ann first; she is in wrap-up when the second calls, so that is Bob's caller.
talk_to(ann, common.caller{ from = "2125550101" }, 5)
talk_to(bob, common.caller{ from = "2125550102" }, 5)
wait(15)
-- Both are free. Bob's caller is rung through to Bob, although Ann would be first.
local c = common.caller{ from = "2125550102" }
talk_to(bob, c, 5)
local r = common.last_record()
assert(r.agent == "102" and r.wait_ms < 4000, r.agent)
-- Bob is in wrap-up for some seconds: his caller waits for him, Ann stays free; the time that it cost is told.
c = common.caller{ from = "2125550102" }
assert(common.fails(function() ann:expect("ringing", 2) end))
local next = box.query("show queue sales next --json") -- who waits is told, and for whom, though Ann is free
assert(next.call and next.waits_for == "102" and next.agents[1].verdict == "wrap-up" and #next.agents == 1, next.call)
assert(next.others_waiting == 0 and next.waited_ms >= 1900, next.others_waiting)
assert(box.console("why " .. next.call):find("for agent 102, who is not free"), box.console("why " .. next.call))
bob:expect("ringing", 12)
bob:lift()
common.talk(c, bob)
wait(1)
c:hang_up(16)
bob:hang_up()
r = common.last_record()
assert(r.agent == "102" and r.reason:find("kept"), r.reason)
local why = box.query("why " .. r.id .. " --json")
assert(why[1].agent == "102" and why[1].kept_ms > 1000 and why[1].kept_ms < 12000, why[1].kept_ms)
-- Bob pauses while somebody is kept for him: Ann gets the caller at once.
c = common.caller{ from = "2125550102" }
wait(1)
box.console("agent 102 pause")
wait(10)
talk_to(ann, c, 1)
-- Nothing is known of a stranger: the strategy decides.
wait(12)
box.console("agent 102 ready")
talk_to(ann, common.caller{ from = "2125550199" }, 1)
-- Talking for as long as this Bob is not expected within the bound: nobody waits for him.
box.set{ "queue sales sticky 1s" }
wait(12)
c = common.caller{ from = "2125550102" } -- was Ann's last time
ann:expect("ringing", 5)
ann:lift()
wait(1)
local second = common.caller{ from = "2125550101" } -- Ann's too, but she has only begun to talk
bob:expect("ringing", 3)
bob:lift()
common.talk(second, bob)
