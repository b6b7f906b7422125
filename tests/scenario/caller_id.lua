-- The number and name on the telephone's display: Bell 202, V.23, withheld, none.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "port 2/2 callerid v23", "port 2/3 callerid none",
  "did 8005553001 extension 201", "did 8005553002 extension 202", "did 8005553003 extension 203",
} }
local function shown(place, fields)
  local c, p = common.caller(fields), phone(place)
  p:expect("ringing", 3)
  local id = p:caller_id()
  c:hang_up(16)
  p:expect("silent", 8)
  wait(2)
  return id
end
local id = shown("2/1", { to = "8005553001", name = "ACME Ltd" })
assert(id.number == "2125550123" and id.name == "ACME Ltd", id.name)
id = shown("2/2", { to = "8005553002", name = "ACME Ltd" })
assert(id.number == "2125550123" and id.name == "ACME Ltd", id.name)
assert(shown("2/3", { to = "8005553003" }) == nil)
id = shown("2/1", { to = "8005553001", name = "ACME Ltd", presentation = "restricted" })
assert(id.number == nil and id.name == nil and id.presentation == "restricted", id.presentation)
