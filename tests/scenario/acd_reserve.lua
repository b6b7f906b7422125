-- Reserve agents help while the queue is overloaded, at two levels, and go when it is well below again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales agent 102 reserve 1", "queue sales agent 103 reserve 2",
  "queue sales reserve 1 when waiting 2 until 0", "queue sales reserve 2 when oldest 20s until 5s",
} }
local ann, bob, cleo = common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103")
local callers = {}
local function arrives(i)
  callers[i] = common.caller{ from = "212555010" .. i }
  callers[i]:expect("answered", 3)
end
arrives(1)
ann:expect("ringing", 5)
ann:lift()
common.talk(callers[1], ann)
-- One waits: that is no overload, and Bob stays in reserve.
arrives(2)
wait(5)
local next = box.query("show queue sales next --json")
assert(not next.agent)
for _, a in ipairs(next.agents) do
  assert(a.verdict == (a.agent == "101" and "on-a-call" or "reserve"), a.verdict)
end
assert(common.agent("102").state == "ready")
-- Two wait: Bob helps.
arrives(3)
bob:expect("ringing", 3)
assert(bob:caller_id().number == "2125550102", bob:caller_id().number)
bob:lift()
common.talk(callers[2], bob)
-- The next one waits for 20 s: Cleo helps.
assert(common.fails(function() cleo:expect("ringing", 10) end))
cleo:expect("ringing", 12)
cleo:lift()
common.talk(callers[3], cleo)
-- All is served: the reserve is reserve again, though it is free.
callers[2]:hang_up(16)
callers[3]:hang_up(16)
bob:hang_up()
cleo:hang_up()
wait(2)
arrives(4)
wait(5)
assert(common.agent("102").state == "ready" and common.agent("103").state == "ready")
callers[1]:hang_up(16)
ann:hang_up()
ann:expect("ringing", 5)
ann:lift()
common.talk(callers[4], ann)
-- What contradicts itself is refused.
assert(common.fails(function() box.set{ "queue sales reserve 1 when waiting 2 until 5" } end))
assert(common.fails(function() box.set{ "queue other agent 101 reserve 1" } end))

-- By the service level of the last calls: answered late, and Bob helps until enough have been answered in time again.
box.stop()
box{ set = common.with{
  "delete queue sales agent 102", "delete queue sales agent 103", "queue sales agent 102 reserve 1",
  "queue sales service-level 5s", "queue sales reserve 1 when service-level 80% until 90%",
} }
ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local count = 0
local function comes()
  count = count + 1
  return common.caller{ from = string.format("21255502%02d", count) }
end
local function ends(phone, caller)
  caller:hang_up(16)
  phone:hang_up()
end
local function ringing(agent) return common.agent(agent).state == "ringing" end
for _ = 1, 3 do -- in time
  local c = comes()
  ann:expect("ringing", 3)
  ann:lift()
  wait(1)
  ends(ann, c)
  wait(2)
end
local waiting = {}
for i = 1, 4 do waiting[i] = comes() end
wait(1)
ann:lift()
wait(8)
for i = 1, 2 do -- four of five, then four of six in time
  assert(common.agent("102").state == "ready", common.agent("102").state)
  ends(ann, waiting[i])
  wait(2)
  ann:lift()
  wait(1)
end
assert(ringing("102"), common.agent("102").state)
bob:lift()
wait(1)
ends(bob, waiting[4])
wait(2)
-- In time, one after the other, until nine of ten were.
local more
for i = 1, 40 do
  local c = comes()
  wait(1)
  if not ringing("102") then
    more = i
    c:hang_up(16)
    break
  end
  bob:lift()
  wait(0.5)
  ends(bob, c)
  wait(2)
end
assert(more and more > 10, more)
assert(common.agent("102").state == "ready")
