-- Every command is in the audit log with its user, without secrets, and the chain holds over kill and power cut.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
box.console("set agent 101 pin 998877")
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
assert(not log:find("998877", 1, true) and not log:find("4711", 1, true))
for _, line in ipairs{ "done: commit", "done: set country de", "done: show calls" } do
  assert(log:find(line, 1, true), line .. " is missing:\n" .. log)
end
assert(log:find("the chain is whole", 1, true), log)
