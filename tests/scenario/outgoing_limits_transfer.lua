-- The minutes of a call out count towards its limits also after whoever dialled it has transferred a caller to it:
-- while they talk and when they have talked; answered before the transfer or after it.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "outside 9 limit 100 per 1h minutes 2 per 5m" } }
local four = phone("2/4")

local function goes()
  four:lift()
  four:dial("95551200#")
  local c = incoming(1, 12)
  c:answer()
  common.talk(c, four)
  four:hang_up()
  c:expect("released", 5)
  wait(2)
end
local function refused()
  four:lift()
  four:dial("95551201#")
  four:hears({ "not-permitted", "pbx-invalid" }, 12)
  four:hang_up()
  wait(2)
end

local function transferred(answered_first)
  local a = common.caller{ to = "8005552000" }
  four:expect("ringing", 5)
  four:lift()
  common.talk(a, four)
  four:flash()
  wait(1)
  four:dial("95551234#")
  local out = incoming(1, 12)
  if answered_first then
    out:answer()
    common.talk(four, out)
    four:hang_up()
  else
    out:alert()
    wait(1)
    four:hang_up()
    wait(1)
    out:answer()
  end
  wait(1)
  common.talk(a, out)
  return a, out
end

for _, answered_first in ipairs{ true, false } do
  local a, out = transferred(answered_first)
  wait(50)
  goes() -- about a minute of two
  wait(80)
  refused() -- they still talk
  common.talk(a, out)
  a:hang_up(16)
  out:expect("released", 5)
  wait(2)
  refused() -- they have talked
  if answered_first then wait(6 * 60) end -- the window passes
end
