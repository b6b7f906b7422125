-- A box with BENCH_AGENTS agents, of whom 100 at most talk, and BENCH_WAITING callers. Then, again and
-- again: an agent hangs up, the telephone rings with the next caller, is lifted, and another caller comes: BENCH_ROUTED times
-- in a time that is the same whatever that number is (as BENCH_MOST would take). The other agents are paused.
local function env(name) return tonumber(os.getenv(name)) end
local agents, waiting, routed, most = env("BENCH_AGENTS"), env("BENCH_WAITING"), env("BENCH_ROUTED"), env("BENCH_MOST")
local SPANS, LINES, TELEPHONES = 64, 30, 24
local banks = math.ceil(agents / TELEPHONES)
local trunks = math.min(math.ceil((math.min(agents, 100) + waiting) / LINES), SPANS - banks)
local talking = math.min(agents, 100, trunks * LINES - waiting)
assert(talking > 0, "more callers than the box has lines for")

local set = { "did 800 queue sales", "queue sales strategy longest-idle", "queue sales wrap-up 0s", "queue sales max-length 5000" }
for span = 1, trunks do
  set[#set + 1] = "span " .. span .. " type e1"
  set[#set + 1] = "span " .. span .. " signalling pri-cpe"
end
for span = trunks + 1, trunks + banks do
  set[#set + 1] = "span " .. span .. " type t1"
  set[#set + 1] = "span " .. span .. " signalling fxs"
end
local function place(i) return trunks + 1 + (i - 1) // TELEPHONES .. "/" .. 1 + (i - 1) % TELEPHONES end
for i = 1, agents do
  set[#set + 1] = "agent " .. 1000 + i .. " pin 1"
  set[#set + 1] = "queue sales agent " .. 1000 + i
end
box{ set = set }

local phones, idle = {}, {}
for i = 1, agents do
  box.console("agent " .. 1000 + i .. " login " .. place(i))
  if i > talking then box.console("agent " .. 1000 + i .. " pause") end
end
for i = 1, talking do phones[i] = phone(place(i)) end
local calls = 0
-- On the next trunk that has a line left.
local function arrive()
  calls = calls + 1
  for other = 0, trunks - 1 do
    local there, c = pcall(call, { span = 1 + (calls + other) % trunks, to = "800", from = tostring(2120000000 + calls) })
    if there then return c end
    assert(c:find("in use", 1, true) and other < trunks - 1, c)
  end
end
-- So many at once as a trunk takes without complaint.
for i = 1, talking + waiting do
  local c = arrive()
  if i % 8 == 0 then wait(0.05) end
end
wait(2)
for i = 1, talking do
  phones[i]:expect("ringing", 10)
  phones[i]:lift()
end
wait(3)
local found = box.query("show queues --json")[1]
print(string.format("depth agents %d talking %d waiting %d", agents, talking, found.waiting))
assert(found.waiting == waiting, "waiting: " .. found.waiting)

-- A receiver that is put down is known to be no hook flash after a second: so several agents at a time, one after the other.
local AT_A_TIME, APART_S, ROUND_S = math.min(talking, 5), 0.3, 4
local function next_caller(i)
  wait(APART_S * ((i - 1) % AT_A_TIME))
  local p = phones[1 + (i - 1) % talking]
  p:hang_up()
  p:expect("ringing", 3)
  p:lift()
  arrive()
end
for first = 1, most, AT_A_TIME do
  local next_round = now() + ROUND_S
  for i = first, math.min(first + AT_A_TIME - 1, routed) do spawn(function() next_caller(i) end) end
  wait(next_round - now())
end
box.stop()
