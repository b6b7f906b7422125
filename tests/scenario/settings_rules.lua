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
local function refused(rule, lines, path)
  local ok, why = pcall(box.set, lines)
  assert(not ok and why:find((path or "") .. " (rule " .. rule .. ")", 1, true), rule .. ": " .. tostring(why))
  box.console("discard")
end
for rule, lines in pairs(rules) do
  local ok, why = pcall(box.set, lines)
  assert(not ok and why:find("(rule " .. rule .. ")", 1, true), rule .. ": " .. tostring(why))
  box.console("discard")
end
-- A circle of different ways on is one too, also through hours and hunt groups; the way round is told.
refused("circle", { "queue sales overflow 1m queue b", "queue b agent 101", "queue b max-wait 30s", "queue b timeout queue c",
  "queue c agent 102", "queue c full queue sales" },
  "queue b timeout, queue c full, queue sales overflow, queue b")
refused("circle", { "queue sales closed hours h", "hours h open mon-fri 08:00-18:00", "hours h then hangup",
  "hours h else huntgroup g", "huntgroup g member extension 201", "huntgroup g final queue sales" },
  "queue sales closed, hours h else, huntgroup g final, queue sales")
refused("circle", { "queue sales nobody menu m", "menu m prompt hello-world", "menu m key 1 hangup", "menu m invalid queue sales" },
  "queue sales nobody, menu m invalid, queue sales")
local c = common.caller()
c:expect("answered", 3)
assert(not box.console("show | compare"):find("%S"))
c:hang_up(16)

-- Round by a menu, with a wait in each round: warned of. Who presses nothing is released after 8 steps, and the record says
-- so; who presses a key has 8 more.
local said = box.set{ "queue late agent 103", "queue late overflow 10s menu back", "menu back prompt hello-world",
  "menu back key 1 queue late", "menu back timeout 3s queue late", "menu back tries 1", "did 8005557000 queue late" }
local function goes_round(key)
  local began = now()
  local round = common.caller{ to = "8005557000" }
  round:expect("answered", 3)
  if key then round:hears("hello-world", 20); round:dial("1") end
  round:expect("released", 200)
  assert(round.cause == 25, round.cause)
  local record = common.last_record()
  assert(record.cause_sent == 25 and record.reason == "destinations lead in a circle", record.reason)
  local queued = 0
  for _, segment in ipairs(record.segments) do queued = queued + (segment.kind == "queue" and 1 or 0) end
  return queued, now() - began
end
local rounds, seconds = goes_round(false)
assert(rounds == 4, rounds)
assert(seconds > 40 and seconds < 80, seconds)
rounds = goes_round(true)
assert(rounds > 4, rounds)
