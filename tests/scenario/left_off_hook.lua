-- A telephone left off hook: dial tone, reorder, howler, then put aside with an alarm; back when hung up.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local p = phone("2/1")
p:lift()
p:expect("dialtone", 2)
p:expect("busy-or-reorder", 25)
p:expect("howler", 90)
wait(60)
local port
for _, each in ipairs(box.query("show ports --json")) do
  if each.port == "2/1" then port = each end
end
assert(port.hook == "off" and port.alarm and port.alarm ~= "", port.alarm)
p:hang_up()
wait(2)
p:lift()
p:expect("dialtone", 2)

-- A flash begins anew, and the alarm is over; a question that is not answered is not asked for ever.
box{ set = common.with{ "reason 7 Home", "reason 7 for logout", "logout reason forced" } }
local ann = common.log_in("2/1", "101")
ann:lift()
ann:dial("*12")
ann:hears("enter-reason", 12)
ann:expect("busy-or-reorder", 20)
wait(60)
assert(common.alarm("left off the hook"), "asked again and again")
ann:flash()
ann:expect("dialtone", 3)
wait(1)
assert(not common.alarm("left off the hook"), "alarm of a telephone in use")
ann:dial("*12")
ann:hears("enter-reason", 12)
ann:dial("7#")
ann:hears("agent-loggedoff", 5)
ann:hang_up()
