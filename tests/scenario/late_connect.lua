-- A queue that answers when the agent does: the caller is alerted, and not connected before.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales answer agent" } }
local ann = common.log_in("2/1", "101")
local c = common.caller()
c:expect("alerting", 3)
ann:expect("ringing", 3)
wait(3)
assert(c.state ~= "answered", c.state)
ann:lift()
c:expect("answered", 1)
common.talk(c, ann)
c:hang_up(16)
assert(common.last_record().outcome == "answered")

c = common.caller{ from = "2125550102" } -- gives up before
ann:hang_up()
c:expect("alerting", 3)
c:hang_up(16)
assert(common.last_record().outcome == "abandoned")
