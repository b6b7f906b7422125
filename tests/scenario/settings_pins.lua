-- PINs are kept as hashes with the box's own key: they work after a restart and a power cut, nobody can read them, and
-- what was exported is taken back.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
common.log_in("2/1", "101")
box.power_cut()
box.start()
box.console("agent 101 logout")
wait(2)
common.log_in("2/2", "101")
box.set{ "agent 102 pin 990011" }
assert(not box.console("show configuration agent"):find("990011", 1, true))
box.stop()
box.start()
local p = phone("2/3")
p:lift()
p:dial("*11102#4712#")
p:hears("agent-incorrect", 10)
p:hang_up()
wait(1)
p:lift()
p:dial("*11102#990011#")
p:hears("agent-loginok", 10)
p:hang_up()
