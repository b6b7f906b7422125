-- Red when the line is cut, yellow when the far end says so; cleared when it is over.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local function has(span, name)
  for _, alarm in ipairs(common.span(span).alarms) do
    if alarm == name then return true end
  end
  return false
end
assert(#common.span(1).alarms == 0)
fault{ span = 1, l1 = "down" }
wait(4)
assert(has(1, "red"))
assert(#box.query("show alarms --json") > 0)
fault{ span = 1, l1 = "up" }
wait(15)
assert(not has(1, "red"))
fault{ span = 1, alarm = "yellow" }
wait(3)
assert(has(1, "yellow"))
fault{ span = 1, alarm = "none" }
wait(15)
assert(#common.span(1).alarms == 0)
common.caller():expect("answered", 3)
