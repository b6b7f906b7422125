-- An old telephone dials by pulses; a tone telephone does so on the next call.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local a, b = phone("2/1"), phone("2/2")
a:lift()
a:dial("202", { pulse = true })
b:expect("ringing", 6)
b:lift()
common.talk(a, b)
a:hang_up()
b:hang_up()
wait(3)
a:lift()
a:dial("202")
b:expect("ringing", 6)
