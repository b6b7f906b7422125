-- Digits one by one: the box asks for more and connects as soon as the number is complete.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "span 1 overlap in" } }
local ann = common.log_in("2/1", "101")
local c = common.caller{ to = "800", overlap = true }
wait(1)
c:more_digits("555")
wait(1)
assert(c.state ~= "answered" and c.state ~= "rejected", c.state)
c:more_digits("1000")
c:expect("answered", 3)
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
assert(common.last_record().to == "8005551000")

c = common.caller{ to = "8", overlap = true } -- one who stops dialling is not kept for ever
c:expect("rejected", 60)
