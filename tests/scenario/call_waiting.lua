-- Call waiting: tone and caller's number while the telephone talks, hook flash changes calls, hanging up rings again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "port 2/4 call-waiting on", "port 2/3 call-waiting on", "port 2/3 callerid v23",
  "port 2/1 call-waiting on", "did 8005552003 extension 203", "did 8005552001 extension 201" } }
local four = phone("2/4")
local function talking(to, p, from)
  local c = common.caller{ to = to, from = from }
  p:expect("ringing", 3)
  assert(p:caller_id().number == from)
  p:lift()
  c:expect("answered", 2)
  common.talk(c, p)
  return c
end

for _, way in ipairs{ { "2/4", "8005552000" }, { "2/3", "8005552003" } } do
  local place, to = way[1], way[2]
  local p = phone(place)
  local one = talking(to, p, "2125550101")
  local two = common.caller{ to = to, from = "2125550102", name = "SECOND CALLER" }
  one:say(1004, -10)
  two:expect("alerting", 2)
  p:hears_tone(440, -25, 2)
  wait(0.5)
  local id = p:caller_id() -- while it is lifted
  assert(id and id.number == "2125550102" and id.v23 == (place == "2/3"), id and id.number)
  assert(id.name == "SECOND CALLER", id.name)
  p:hears_tone(1004, -14, 3) -- the talk goes on
  one:silence()
  common.talk(one, p)
  assert(one.digits == "", "heard the acknowledgement: " .. one.digits)
  -- a third is engaged
  local three = common.caller{ to = to, from = "2125550103" }
  three:expect("rejected", 2)
  assert(three.cause == 17, three.cause)
  -- to and fro
  p:flash()
  two:expect("answered", 3)
  common.talk(two, p)
  p:flash()
  wait(1)
  common.talk(one, p)
  p:flash()
  wait(1)
  common.talk(two, p)
  -- the present one hangs up; the held one rings again
  two:hang_up(16)
  p:expect("busy-or-reorder", 6)
  p:hang_up()
  p:expect("ringing", 4)
  p:lift()
  common.talk(one, p)
  -- a second one again; hanging up ends the first and rings for it
  two = common.caller{ to = to, from = "2125550104" }
  two:expect("alerting", 2)
  wait(3)
  p:hang_up()
  one:expect("released", 4)
  p:expect("ringing", 2)
  p:lift()
  two:expect("answered", 2)
  common.talk(two, p)
  -- one that gives up, and one that nobody takes
  one = common.caller{ to = to, from = "2125550105" }
  one:expect("alerting", 2)
  wait(2)
  one:hang_up(16)
  wait(2)
  common.talk(two, p)
  two:hang_up(16)
  p:hang_up()
  wait(3)
end
-- two calls, flash, then hanging up ends the present one and rings for the held one
local one = talking("8005552000", four, "2125550101")
local two = common.caller{ to = "8005552000", from = "2125550102" }
wait(3)
four:flash()
two:expect("answered", 3)
four:hang_up()
two:expect("released", 4)
four:expect("ringing", 3)
four:lift()
common.talk(one, four)
four:hang_up()
one:expect("released", 4)

-- an agent who talks is not offered a second call of the queue; a call for her extension waits
local ann = common.log_in("2/1", "101")
local first = common.caller{ from = "2125550101" }
ann:expect("ringing", 3)
ann:lift()
common.talk(first, ann)
local second = common.caller{ from = "2125550102" }
second:expect("answered", 2)
wait(5)
assert(common.agent("101").state == "talking")
assert(box.query("show queues --json")[1].waiting == 1)
ann:hears_nothing(1)
local direct = common.caller{ to = "8005552001", from = "2125550103" }
direct:expect("alerting", 2)
wait(2)
assert(ann:caller_id().number == "2125550103")
ann:flash()
direct:expect("answered", 3)
common.talk(direct, ann)
direct:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:flash()
wait(1)
common.talk(first, ann)
-- off: engaged
box.set{ "port 2/4 call-waiting off" }
talking("8005552000", four, "2125550105")
direct = common.caller{ to = "8005552000", from = "2125550106" }
direct:expect("rejected", 2)
assert(direct.cause == 17)
