-- Out through trunk rules: prefix, digits stripped and added, number sent, class of service, the next span when full.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "span 3 type e1", "span 3 signalling pri-cpe", "trunk main number 2125551000", "trunk second span 3",
  "outside 81 trunk second strip 1 add 00", "outside 7 trunk main strip 0",
  "port 2/2 class internal", "port 2/3 class international", "emergency 112",
} }

local function dials(place, digits, span, expected)
  local p = phone(place)
  p:lift()
  p:dial(digits)
  local c = incoming(span, 12)
  assert(c.to == expected, digits .. " became " .. c.to)
  c:answer()
  wait(0.5)
  p:hang_up()
  c:expect("released", 5)
  wait(2)
  return c
end

assert(dials("2/1", "95551234", 1, "5551234").from == "2125551000")
dials("2/1", "812345#", 3, "0012345")
dials("2/1", "7200#", 1, "7200")
dials("2/3", "90114930123#", 1, "0114930123")

local function refused(place, digits)
  local p = phone(place)
  p:lift()
  p:dial(digits)
  p:hears({ "pbx-invalid", "invalid", "not-permitted" }, 12)
  p:hang_up()
  wait(2)
end
refused("2/2", "95551234#")    -- internal: nothing outside
refused("2/1", "90114930123#") -- national: not abroad
dials("2/2", "112", 1, "112")  -- but help, always
dials("2/2", "9112", 1, "112")
