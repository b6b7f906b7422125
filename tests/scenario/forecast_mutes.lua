-- The expected wait is told as long as it holds. When fewer than 60 of 100 callers wait as long as was said, the queue
-- falls silent about it, says so on the console, and takes it up again when it would have been right.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales announce wait on", "queue sales announce repeat 15s" } }
local function sales() return box.query("show queues --json")[1] end
local function told(q, coverage, muted)
  assert(q.forecast_coverage == coverage and q.forecast_muted == muted,
    string.format("%s %s", q.forecast_coverage, q.forecast_muted))
end
local ann, number = common.log_in("2/1", "101"), 0
local function caller()
  number = number + 1
  local c = common.caller{ from = string.format("21255501%02d", number) }
  c:expect("answered", 3)
  return c
end
local function answered() ann:expect("ringing", 5); ann:lift(); wait(1) end
local function ends(c) c:hang_up(16); ann:expect("busy-or-reorder", 5); ann:hang_up() end

-- Measured: ten seconds a call.
for _ = 1, 3 do
  local c = caller()
  answered()
  wait(9)
  ends(c)
  wait(1)
end
local long = caller()
answered()
wait(1)
local q = sales()
assert(q.forecast_low_ms >= 500 and q.forecast_high_ms < 30000 and q.forecast_coverage == nil, q.forecast_high_ms)

-- This one takes much longer. Who comes meanwhile is told of a wait under a minute, and gives up in vain after longer than
-- was measured: ten times.
for i = 1, 10 do
  local c = caller()
  c:hears("queue-holdtime", 5)
  if i == 1 then c:hears("queue-minute", 10) end
  wait(30)
  c:hang_up(16)
  wait(1)
  q = sales()
  told(q, 0, i == 10)
  assert((q.forecast_low_ms == nil) == (i == 10))
end
assert(box.console("show queues"):find("the expected wait is not told (muted): 0% of the last 10 ranges held", 1, true),
  box.console("show queues"))

-- The next caller is told nothing of it, and there is no range on the console.
local next = caller()
assert(common.fails(function() next:hears("queue-holdtime", 40) end))
q = sales()
assert(q.waiting == 1 and q.forecast_low_ms == nil and q.forecast_high_ms == nil)
next:hang_up(16)
ends(long)
wait(3)

-- Ten seconds a call again: what would have been told is right, until the last 32 outcomes are good enough.
local talking, held = caller(), 0
answered()
repeat
  local waiting = caller()
  if sales().forecast_muted then
    assert(common.fails(function() waiting:hears("queue-holdtime", 8) end))
  else
    waiting:hears("queue-holdtime", 5)
    break
  end
  ends(talking)
  answered()
  talking, held = waiting, held + 1
until held == 40
q = sales()
assert(box.console("show queue sales"):find("expected wait %d+ to %d+ s; 7%d%% of the last 32 ranges held"),
  box.console("show queue sales"))
assert(held == 23 and q.forecast_coverage >= 70 and q.forecast_high_ms > 0, held)
