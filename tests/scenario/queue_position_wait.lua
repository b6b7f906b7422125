-- The place in the queue, said again as it changes; up to a limit, or as "more than"; and the expected wait.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales announce position on", "queue sales announce repeat 20s", "queue sales announce improved on",
  "queue limit agent 102", "queue limit announce position limit 1", "did 8005553000 queue limit",
  "queue more agent 102", "queue more announce position more-than 1", "did 8005554000 queue more",
} }
local function queue(name)
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == name then return q end
  end
end
local first, second = common.caller{ from = "2125550101" }, nil
first:hears("queue-youarenext", 5)
second = common.caller{ from = "2125550102" }
second:hears("queue-thereare", 6)
second:hears("digits/2", 5) -- "you are caller number", not so many before you
second:hears("queue-callswaiting", 5)
-- Not improved: not said again. Then it is.
assert(common.fails(function() second:hears("queue-thereare", 25) end))
first:hang_up(16)
second:hears("queue-youarenext", 30)
second:hang_up(16)

local one = common.caller{ to = "8005553000", from = "2125550103" }
one:hears("queue-youarenext", 5)
local two = common.caller{ to = "8005553000", from = "2125550104" }
assert(common.fails(function() two:hears({ "queue-thereare", "queue-youarenext" }, 8) end))
one:hang_up(16)
two:hang_up(16)
local three, four = common.caller{ to = "8005554000", from = "2125550105" }, nil
three:hears("queue-youarenext", 5)
four = common.caller{ to = "8005554000", from = "2125550106" }
four:hears("queue-quantity1", 6)
four:hears("digits/1", 5)
three:hang_up(16)
four:hang_up(16)

-- The wait: unknown at first, a range once calls have been handled.
box.set{ "queue sales announce position off", "queue sales announce wait on", "queue sales announce repeat 60s" }
local q = queue("sales")
assert(q.forecast_low_ms == nil and q.forecast_high_ms == nil and q.forecast_muted == false)
local ann = common.log_in("2/1", "101")
for i = 1, 3 do
  local c = common.caller{ from = "212555020" .. i }
  ann:expect("ringing", 5)
  ann:lift()
  wait(100)
  c:hang_up(16)
  ann:hang_up()
  wait(1)
end
q = queue("sales")
assert(q.forecast_low_ms == 0 and q.forecast_high_ms == 0) -- she is free
local talking = common.caller{ from = "2125550204" }
ann:expect("ringing", 5)
ann:lift()
wait(1)
q = queue("sales")
assert(q.forecast_low_ms > 0 and q.forecast_high_ms > q.forecast_low_ms and q.forecast_high_ms < 300000,
  q.forecast_high_ms)
local waiting = common.caller{ from = "2125550205" }
waiting:hears("queue-holdtime", 5)
waiting:hears("queue-less-than", 6)
waiting:hears("digits/4", 5)
waiting:hears("queue-minutes", 5)
-- Longer than promised: said so, and nothing new is promised.
wait(235)
waiting:hears("queue-overdue", 70)
talking:hang_up(16)
ann:hang_up()
ann:expect("ringing", 5)
ann:lift()
common.talk(waiting, ann)
q = queue("sales")
assert(q.forecast_coverage == 0, q.forecast_coverage) -- one was told, and the range did not hold
