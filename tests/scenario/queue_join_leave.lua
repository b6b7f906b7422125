-- Who may join and who must leave, by what the agents do; each way out has its own reason; a grace for late log-ins.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales join when ready talking wrap-up", "queue sales leave when logged-out paused",
  "queue sales nobody extension 204", "queue sales full hangup 17",
  "queue early agent 103", "queue early join when logged-in", "queue early grace 20s", "did 8005553000 queue early",
} }
local function exits(name)
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == name then return q.exits end
  end
end
local desk = phone("2/4")

-- Nobody is in a state that `join` names: a paused agent is none.
local ann = common.log_in("2/1", "101")
box.console("agent 101 pause")
wait(1)
local c = common.caller()
desk:expect("ringing", 5)
desk:lift()
common.talk(c, desk)
desk:hang_up()
local r = common.last_record()
assert(r.outcome == "diverted" and r.reason:find("JOINEMPTY"), r.reason)
assert(exits("sales").JOINEMPTY == 1 and exits("sales").LEAVEEMPTY == 0)

-- Talking will do; and when the last one pauses, those who wait go.
box.console("agent 101 ready")
c = common.caller()
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
local second = common.caller{ from = "2125550102" }
second:expect("answered", 3)
wait(3)
box.console("agent 101 pause")
c:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
desk:expect("ringing", 5)
desk:lift()
common.talk(second, desk)
desk:hang_up()
r = common.last_record()
assert(r.from == "2125550102" and r.reason:find("LEAVEEMPTY"), r.reason)
assert(exits("sales").LEAVEEMPTY == 1)

-- The grace: who logs in late finds the caller still there; if nobody does, the caller is refused then.
local early = common.caller{ to = "8005553000", from = "2125550103" }
early:expect("answered", 3)
wait(10)
local cleo = common.log_in("2/3", "103")
cleo:expect("ringing", 3)
cleo:lift()
common.talk(early, cleo)
early:hang_up(16)
cleo:hang_up()
box.console("agent 103 logout")
wait(2)
local late = common.caller{ to = "8005553000", from = "2125550104" }
late:expect("answered", 3)
wait(15)
assert(late.state == "answered")
late:expect("released", 10)
r = common.last_record()
assert(r.from == "2125550104" and r.reason:find("JOINEMPTY"), r.reason)
assert(math.abs(r.wait_ms - 20000) < 500, r.wait_ms)
