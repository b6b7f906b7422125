-- What can never work is refused with the rule's name and the line; the candidate stays, to be mended; calls go on.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local rules = {
  circle = { "queue sales overflow 1m queue b", "queue b agent 101", "queue b overflow 1m queue sales" },
  nowhere = { "did 8005557000 hours h", "hours h open mon-fri 08:00-18:00" },
  final = { "huntgroup g member extension 201" },
  ["same-number"] = { "port 2/9 extension 201" },
  clock = { "span 1 clock 1", "span 3 signalling pri-cpe", "span 3 clock 1" },
  emergency = { "port 2/9 extension 9112" },
  crc4 = { "span 2 crc4 on" },
}
for rule, lines in pairs(rules) do
  local ok, why = pcall(box.set, lines)
  assert(not ok and why:find("(rule " .. rule .. ")", 1, true), rule .. ": " .. tostring(why))
  box.console("discard")
end
local c = common.caller()
c:expect("answered", 3)
assert(not box.console("show | compare"):find("%S"))
