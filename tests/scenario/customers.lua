-- The customer table: callers of a class go their own way, others, unknown ones and those past their last day the usual one.
-- Taken in over the console, in force at once, there again after a power cut.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ date = "2026-06-15 10:00", set = common.with{
  "queue gold strategy linear", "queue gold agent 101", "queue rest strategy linear", "queue rest agent 102",
  "route 10 match customer gold queue gold", "route 20 match customer none queue rest",
  "route 30 match customer any queue sales", "did 8005551000 hangup 21",
} }
local function queue_of(from, more)
  local c = common.caller{ from = from, presentation = more }
  c:expect("answered", 3)
  wait(0.5)
  local name
  local now = box.query("show calls --json")[1]
  c:hang_up(16)
  c:expect("released", 3)
  return now.queue, now.name
end
local function import(lines)
  box.console("import csv customers -")
  local last
  for line in (lines .. "\n."):gmatch("[^\n]+") do last = box.console(line) end
  return last
end

-- no table: rules of customers fit nobody but "none"
assert(queue_of("2125550101") == "rest")
local text = import("number,name,key,class,until\n2125550101,Ada Love,K1,gold,2026-12-31\n" ..
                    "2125550102,Bert,K2,gold,2026-06-14\n+1 (212) 555-0103,Cy,K3,silver,\n")
assert(text:find("3 customers taken in", 1, true), text)
local queue, name = queue_of("2125550101")
assert(queue == "gold" and name == "Ada Love", queue .. " " .. tostring(name))
assert(queue_of("2125550102") == "rest", "past the last day")
assert(queue_of("2125550103") == "sales", "without the country code")
assert(queue_of("2125550199") == "rest")
assert(queue_of("") == "rest")
local s = box.query("show customers --json")
assert(s.customers == 3 and s.found == 2 and s.unknown == 2 and s.expired == 1, s.found)
assert(box.console("show log 60"):find("is not valid since", 1, true) == nil) -- said at level info only

-- a wrong table changes nothing, and says where it is wrong
local ok, why = pcall(import, "number,class\n2125550101,gold\n21255x,gold\n2125550101,gold")
assert(tostring(ok and why or why):find("line 3, column number: 21255x", 1, true), tostring(why))
assert(box.query("show customers --json").customers == 3)
local out = box.console("export csv customers")
assert(out:find("2125550101,\"Ada Love\",K1,gold,2026-12-31", 1, true), out)
box.power_cut()
wait(2)
box.start()
wait(2)
assert(queue_of("2125550101") == "gold")
-- replaced as a whole, while a caller waits
local c = common.caller{ from = "2125550101" }
c:expect("answered", 3)
import("number,class\n2125550199,gold")

c:hang_up(16)
c:expect("released", 3)
assert(queue_of("2125550101") == "rest")
