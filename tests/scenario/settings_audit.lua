-- Every command is in the audit log with its user, without secrets, and the chain holds over kill and power cut.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local old_pin, new_pin = "471108155921", "998877023614" -- never by chance in a hash or a time
box{ set = common.with{ "agent 101 pin " .. old_pin } }
box.console("set agent 101 pin " .. new_pin)
box.console("commit")
box.power_cut()
box.start()
box.console("set country de")
box.kill()
box.start()
box.console("show calls")
box.stop()
box.start()
local log = box.console("show audit 200")
assert(log:find("done: set agent 101 pin ********", 1, true), log)
assert(not log:find(new_pin, 1, true) and not log:find(old_pin, 1, true))
for _, line in ipairs{ "done: commit", "done: set country de", "done: show calls" } do
  assert(log:find(line, 1, true), line .. " is missing:\n" .. log)
end
assert(log:find("the chain is whole", 1, true), log)
