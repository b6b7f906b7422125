-- Two calls at one telephone by call waiting, and one of them ends: from then on a flash, a transfer and hanging up do
-- what they do with an ordinary held call.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "port 2/4 call-waiting on", "did 8005552001 extension 201" } }
local four, three = phone("2/4"), phone("2/3")

-- 204 talks to the first caller, takes the second, who hangs up: the first is left, held.
local function first_left()
  local a = common.caller{ to = "8005552000", from = "2125550101" }
  four:expect("ringing", 5)
  four:lift()
  a:expect("answered", 3)
  common.talk(a, four)
  local b = common.caller{ to = "8005552000", from = "2125550102" }
  b:expect("alerting", 3)
  wait(3)
  four:flash()
  b:expect("answered", 3)
  common.talk(b, four)
  b:hang_up(16)
  four:expect("busy-or-reorder", 6)
  return a
end

local function nobody_left()
  wait(3)
  local calls = box.query("show calls --json")
  assert(#calls == 0, "calls left: " .. #calls)
end

-- Calls 203 from the busy tone and flashes while it rings: that call is given up, the first caller is back.
local a = first_left()
four:dial("203")
three:expect("ringing", 6)
four:flash()
three:expect("silent", 5)
common.talk(a, four)
three:lift()
three:expect("dialtone", 3)
three:hang_up()
four:hang_up()
a:expect("released", 4)
nobody_left()

-- Calls 203 from the busy tone and hangs up while it rings: the first caller is transferred there.
a = first_left()
four:dial("203")
three:expect("ringing", 6)
four:hang_up()
three:lift()
wait(1)
common.talk(a, three)
assert(common.fails(four.expect, four, "ringing", 6), "the telephone rings again")
a:hang_up(16)
three:hang_up()
nobody_left()

-- Goes back to the first by a flash, then transfers them to 203 in the ordinary way.
a = first_left()
four:flash()
wait(1)
common.talk(a, four)
four:flash()
wait(1)
four:dial("203")
three:expect("ringing", 6)
three:lift()
common.talk(four, three)
four:hang_up()
wait(2)
assert(common.fails(four.expect, four, "ringing", 6), "the telephone rings again")
common.talk(a, three)
a:hang_up(16)
three:hang_up()
nobody_left()
