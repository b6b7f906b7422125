-- What can never work is refused in words, as a whole, and nothing has changed.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local wrong = {
  "span 1 type e2", "span 0 type e1", "span 1 signalling isdn", "span 1 crc4 perhaps", "colour red", "agent ann name Ann",
  "queue sales strategy fastest", "queue sales ring-time 15", "queue sales ring-time soon", "queue sales agent 999",
  "did 8005554000 queue nowhere", "did 8005554000 somewhere 1", "port 2/25 extension 225", "port 2/3 extension 202",
  "queue sales wrap-up -5s", "timer T999 5s", "timezone Mars/Olympus", "huntgroup front member extension 201",
  "agent 101 pin", "",
}
local before = box.console("show configuration")
for _, line in ipairs(wrong) do
  local ok, why = pcall(box.set, { "system name changed", line })
  assert(not ok, "accepted: " .. line)
  assert(#why > #line, why)
end
assert(box.console("show configuration") == before)
-- what this hardware cannot do is taken, with a warning that names all
box.console("set span 1 yellow on")
box.console("set span 2 yellow on")
local said = box.console("commit")
assert(said:find("warning: yellow has no effect on span 1, 2: ", 1, true) and said:find("commit complete", 1, true), said)
box.console("delete span 1 yellow")
box.console("delete span 2 yellow")
said = box.console("commit")
assert(not said:find("yellow", 1, true), said)
common.caller():expect("answered", 3)
