-- Name and number as the network gives them, and what is withheld.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local function record_of(switch, fields)
  box{ set = common.with{ "span 1 switch " .. switch } }
  local c = common.caller(fields)
  c:expect("answered", 3)
  if fields.name_later then wait(1) end
  c:hang_up(16)
  return common.last_record()
end
for _, switch in ipairs{ "euroisdn", "qsig", "ni2" } do
  local r = record_of(switch, { name = "ACME Ltd" })
  assert(r.from == "2125550123" and r.name == "ACME Ltd", switch .. ": " .. tostring(r.name))
end
local r = record_of("euroisdn", { presentation = "restricted" })
assert(r.presentation == "restricted", r.presentation)
r = record_of("euroisdn", { from = "12125550123", ton = "international" })
assert(r.from_raw == "12125550123", r.from_raw)
