-- Flash, a number, hang up: the caller goes to the other desk and the agent is free.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
ann:flash()
ann:dial("204")
local desk = phone("2/4")
desk:expect("ringing", 6)
ann:hang_up()
desk:lift()
common.talk(c, desk)
desk:hang_up()
c:expect("released", 5)
