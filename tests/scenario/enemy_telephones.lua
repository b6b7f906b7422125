-- People who do several things at once: two calls for one telephone in one period, log-out while ringing, keys all the
-- time, flashes, everybody lifts and hangs up.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales wrap-up 2s", "menu m prompt queue-welcome", "menu m key 1 queue sales",
  "menu m timeout 3s hangup 19", "menu m invalid hangup 21", "did 8005557000 menu m", "did 8005552001 extension 201" } }
local ann, four = common.log_in("2/1", "101"), phone("2/4")
local function quiet()
  wait(6)
  local calls = box.query("show calls --json")
  assert(#calls == 0, #calls .. " calls are left, the first " .. tostring((calls[1] or {}).state))
  assert(common.agent("101").state == "ready", common.agent("101").state)
end

-- two calls for one telephone in the same period: one rings, one is engaged
local one = common.caller{ to = "8005552000", from = "2125550101" }
local two = common.caller{ to = "8005552000", from = "2125550102" }
one:expect("alerting", 2)
two:expect("rejected", 2)
assert(two.cause == 17)
four:expect("ringing", 2)
four:lift()
common.talk(one, four)
one:hang_up(16)
four:hang_up()
-- the same with the queue and the extension of one agent
one = common.caller{ from = "2125550101" }
two = common.caller{ to = "8005552001", from = "2125550102" }
ann:expect("ringing", 2)
wait(2)
one:hang_up(16)
two:hang_up(16)
ann:expect("silent", 6)
quiet()

-- logged out by the console while her telephone rings: the caller waits on, nobody is stuck
one = common.caller{}
ann:expect("ringing", 3)
box.console("agent 101 logout")
ann:expect("silent", 6)
wait(3)
assert(one.state == "answered" and common.agent("101").state == "logged-out")
ann = common.log_in("2/1", "101")
ann:expect("ringing", 5)
ann:lift()
common.talk(one, ann)
-- logged out while she talks: the talk goes on to its end
box.console("agent 101 logout")
common.talk(one, ann)
one:hang_up(16)
ann:expect("busy-or-reorder", 4)
ann:hang_up()
wait(4)
assert(common.agent("101").state == "logged-out", common.agent("101").state)
ann = common.log_in("2/1", "101")
quiet()

-- a caller who presses keys throughout: over SETUP, welcome, ringing, talk
one = common.caller{}
one:expect("answered", 2)
one:dial("0123456789*#ABCD", { on = 50, off = 50 })
ann:expect("ringing", 2)
one:dial("99999")
ann:lift()
one:dial("*#*#1234567890")
common.talk(one, ann)
ann:dial("*12#*11*21")
common.talk(one, ann)
one:hang_up(16)
ann:hang_up()
quiet()
-- a hundred keys into a menu, faster than it can speak
one = common.caller{ to = "8005557000" }
one:expect("answered", 2)
for _ = 1, 6 do
  if one.state ~= "answered" then break end
  one:dial(("7"):rep(12), { on = 50, off = 50 })
end
one:expect("released", 20)
assert(one.cause == 21, one.cause)
quiet()

-- flashes without end, in talk and at dial tone
one = common.caller{}
ann:expect("ringing", 3)
ann:lift()
common.talk(one, ann)
for _ = 1, 7 do ann:flash() wait(0.9) end
wait(1)
ann:flash()
wait(1.5)
one:hang_up(16)
ann:hang_up()
quiet()
four:lift()
for _ = 1, 8 do four:flash() wait(0.7) end
four:expect("dialtone", 4)
four:dial("201")
ann:expect("ringing", 4)
four:hang_up()
ann:expect("silent", 7)
quiet()

-- lifted and hung up again and again while calls come
for i = 1, 6 do
  local c = common.caller{ from = "212555020" .. i }
  wait(0.3 + i * 0.15)
  ann:lift()
  wait(0.1 * i)
  ann:hang_up()
  wait(0.5)
  c:hang_up(16)
end
ann:hang_up()
quiet()
-- ten callers for one agent hang up in one period
local many = {}
for i = 1, 10 do many[i] = common.caller{ from = "212555030" .. (i % 10) } end
wait(3)
for _, c in ipairs(many) do c:hang_up(16) end
ann:expect("silent", 7)
quiet()
