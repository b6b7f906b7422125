-- An agent transfers a queue call: the wrap-up begins then, and the record has its length, however long the caller
-- talks on, and whatever state the agent is in when the caller hangs up.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales wrap-up 5s" } }
local ann, four = common.log_in("2/1", "101"), phone("2/4")

local function transferred(talk_s)
  local c = common.caller()
  c:expect("answered", 3)
  ann:expect("ringing", 4)
  ann:lift()
  common.talk(c, ann)
  ann:flash()
  wait(1)
  ann:dial("204")
  four:expect("ringing", 5)
  four:lift()
  common.talk(ann, four)
  ann:hang_up()
  wait(1)
  common.talk(c, four)
  wait(talk_s)
  c:hang_up(16)
  four:hang_up()
end
local function wrapped()
  local r = common.last_record()
  assert(r.agent == "101" and r.outcome == "answered", r.outcome)
  assert(r.wrap_ms >= 4900 and r.wrap_ms <= 5500, "wrap-up of " .. r.wrap_ms .. " ms instead of 5 s")
end

transferred(20) -- the wrap-up is over before the call is
wait(5)
wrapped()
wait(60) -- the agent's next state has nothing to do with that call
ann:lift()
ann:dial("*13")
wait(5)
ann:hang_up()
wrapped()
ann:lift()
ann:dial("*14")
wait(5)
ann:hang_up()
wait(2)

transferred(0) -- and the other way round
wait(10)
wrapped()
