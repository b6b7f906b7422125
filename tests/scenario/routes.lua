-- Rules before numbers: called and calling number, span, hours; in their order, the first that fits; their hits.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ date = "2026-03-04 10:00 UTC", set = common.with{
  "hours day open mon-fri 08:00-18:00",
  "route 100 match from 21255501. extension 203", "route 20 match to 80055520XX extension 202",
  "route 9 match from 2125550666 hangup 21", "route 300 match span 1 hangup 3",
  "route 200 match hours day queue sales",
  "did 8005552001 extension 201",
} }
local one, two, three = phone("2/1"), phone("2/2"), phone("2/3")
local function rings(p, fields)
  local c = common.caller(fields)
  p:expect("ringing", 3)
  c:hang_up(16)
  p:expect("silent", 6)
  wait(1)
end
rings(two, { to = "8005552001", from = "2125550199" }) -- rule 20 before 100, and before the number
rings(three, { to = "8005553000", from = "2125550199" })
local c = common.caller{ to = "8005552001", from = "2125550666" }
c:expect("rejected", 2)
assert(c.cause == 21, c.cause)
common.caller{ to = "8005559999", from = "3125550000" }:expect("answered", 3) -- the hours' rule: the queue
local hits = {}
for _, r in ipairs(box.query("show routes --json")) do
  hits[#hits + 1] = r.route .. ":" .. r.hits
  assert((r.last_hit ~= nil) == (r.hits > 0), r.route)
end
assert(table.concat(hits, " ") == "9:1 20:1 100:1 200:1 300:0", table.concat(hits, " "))
-- counts stay with the rule's number
box.console("delete route 9")
box.set{ "route 30 match to 1 extension 201" }
hits = {}
for _, r in ipairs(box.query("show routes --json")) do hits[#hits + 1] = r.route .. ":" .. r.hits end
assert(table.concat(hits, " ") == "20:1 30:0 100:1 200:1 300:0", table.concat(hits, " "))
-- no rule but the span's fits
box.console("delete route 200")
box.set{ "route 20 match to 80055529XX extension 202" }
c = common.caller{ to = "8005552001", from = "3125550000" }
c:expect("rejected", 3)
assert(c.cause == 3, c.cause)
-- without it the number's own way
box.console("delete route 300")
box.console("commit")
rings(one, { to = "8005552001", from = "3125550000" })
-- a rule takes digits one by one as a number does
box.console("discard")
