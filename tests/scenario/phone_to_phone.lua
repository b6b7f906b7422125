-- One desk calls another.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local a, b = phone("2/1"), phone("2/2")
a:lift()
a:expect("dialtone", 2)
a:dial("202")
b:expect("ringing", 5)
a:hears_tone(440, -35, 5) -- ring-back
assert(b:caller_id().number == "201")
b:lift()
b:expect("silent", 1)
common.talk(a, b)
a:hang_up()
b:expect("busy-or-reorder", 5)
b:hang_up()
local r = common.last_record()
assert(r.direction == "internal" and r.from == "201" and r.to == "202" and r.outcome == "answered", r.direction)
-- one who is talking is busy for others
a:lift(); a:dial("202"); b:expect("ringing", 5); b:lift(); wait(1)
local c = phone("2/3")
c:lift(); c:dial("202"); c:expect("busy-or-reorder", 5)
