-- The line to a bank of telephones is cut: who sits there is unplugged at once, also while being rung; the caller goes to
-- an agent elsewhere; talk goes on; once the line is back they are ready again without doing anything.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "span 3 type t1", "span 3 signalling fxs", "port 3/1 extension 301", "agent 102 port 3/1",
  "system agents-after-restart as-before", "queue sales leave when unplugged logged-out",
  "queue sales nobody announce queue-nobody then hangup 20" } }
local ann, bob = common.log_in("2/1", "101"), common.log_in("3/1", "102")
local cleo = common.log_in("2/3", "103")
local function state(agent, wanted)
  local is = common.agent(agent).state
  assert(is == wanted, agent .. " is " .. is .. ", not " .. wanted)
end

-- cut while she is rung: the next is Bob, not Cleo, who sits at the same bank
local c = common.caller{}
ann:expect("ringing", 3)
fault{ span = 2, l1 = "down" }
bob:expect("ringing", 3)
state("101", "unplugged")
state("103", "unplugged")
assert(common.agent("101").wish == "ready")
local queue = box.query("show queues --json")[1]
assert(queue.agents_ready == 0 and queue.agents_staffed == 3, queue.agents_ready)
for _, port in ipairs(box.query("show ports --json")) do
  assert((port.alarm == "span") == (port.port:match("^2/") ~= nil), port.port)
end
bob:lift()
common.talk(c, bob)
-- nobody can be called there either
local internal = common.caller{ to = "8005552000", from = "2125550124" }
internal:expect("rejected", 3)
assert(internal.cause == 27, internal.cause)
-- his own line too: they are cut off from each other, but the call is kept
fault{ span = 3, alarm = "red" }
wait(2)
state("102", "talking")
fault{ span = 2, l1 = "up" }
wait(2)
fault{ span = 3, alarm = "none" }
wait(1)
common.talk(c, bob)
state("101", "ready")
state("103", "ready")
c:hang_up(16)
bob:hang_up()
wait(1)
state("102", "ready")
local r = common.last_record()
assert(r.agent == "102" and #r.offers == 2, #r.offers)
assert(r.offers[1].agent == "101" and r.offers[1].result == "busy" and r.offers[2].result == "answered")

-- the last one goes while a caller waits for her: the queue's rule is kept
box.console("agent 102 logout")
box.console("agent 103 logout")
c = common.caller{ from = "2125550125" }
ann:expect("ringing", 3)
fault{ span = 2, l1 = "down" }
c:hears("queue-nobody", 5)
c:expect("released", 10)
assert(c.cause == 20, c.cause)
-- restarted while the line is cut: still unplugged, then ready where she was
box.stop()
box.start()
wait(3)
state("101", "unplugged")
fault{ span = 2, l1 = "up" }
wait(2)
state("101", "ready")
c = common.caller{ from = "2125550126" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
-- hung up while it is cut, which is seen when it is back
fault{ span = 2, l1 = "down" }
wait(1)
c:hang_up(16)
wait(2)
state("101", "unplugged")
fault{ span = 2, l1 = "up" }
ann:expect("busy-or-reorder", 6)
ann:hang_up()
wait(2)
state("101", "ready")
-- logged in by the console while it is cut: offered nothing, so that nothing is missed
box.set{ "queue sales autopause after 1 misses" }
box.console("agent 101 logout")
wait(1)
fault{ span = 2, l1 = "down" }
wait(2)
box.console("agent 102 login") -- so that somebody is there
box.console("agent 102 pause")
wait(1)
c = common.caller{ from = "2125550127" }
wait(2)
box.console("agent 101 login")
wait(2)
state("101", "unplugged")
assert(common.agent("101").wish == "ready", common.agent("101").wish)
fault{ span = 2, l1 = "up" }
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
-- nor is being rung when the line is cut a miss
c:hang_up(16)
ann:hang_up()
wait(2)
c = common.caller{ from = "2125550128" }
ann:expect("ringing", 5)
fault{ span = 2, l1 = "down" }
wait(3)
state("101", "unplugged")
fault{ span = 2, l1 = "up" }
wait(8)
ann:expect("ringing", 30)
state("101", "ringing")
