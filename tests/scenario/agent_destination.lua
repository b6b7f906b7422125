-- A number that leads to one agent: at whatever telephone; logged out, busy, no answer.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "did 8005559101 agent 101", "timer no_answer 12s" } }
local function rejected(cause, seconds)
  local c = common.caller{ to = "8005559101" }
  c:expect("rejected", seconds or 3)
  assert(c.cause == cause, c.cause)
  local r = common.last_record()
  assert(r.outcome ~= "answered" and r.cause == cause, r.outcome)
end
rejected(20) -- nobody is logged in: subscriber absent
local ann = common.log_in("2/4", "101") -- not at her own telephone
local c = common.caller{ to = "8005559101" }
ann:expect("ringing", 3)
assert(ann:caller_id().number == "2125550123")
ann:lift()
c:expect("answered", 2)
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
local r = common.last_record()
assert(r.agent == "101" and r.port == "2/4" and r.outcome == "answered", r.agent)
rejected(19, 15) -- no answer
ann:expect("silent", 6)
-- rung directly she is not offered a call of the queue, and takes none while she talks
c = common.caller{ to = "8005559101" }
ann:expect("ringing", 3)
local queued = common.caller{}
queued:expect("answered", 2)
ann:lift()
common.talk(c, ann)
wait(5)
c:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
ann:expect("ringing", 5) -- the queue's turn
ann:lift()
common.talk(queued, ann)
