-- Where the position is not to be said it is not said, not even to who is next; music goes on.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales announce welcome hello-world", "queue sales announce every 10s vm-goodbye",
  "queue sales announce wait on" } }
local c = common.caller()
c:hears("hello-world", 3)
assert(common.fails(function() c:hears({ "queue-youarenext" }, 6) end), "the position is said, though it is off")
c:hears("vm-goodbye", 12)
assert(common.fails(function() c:hears({ "queue-youarenext" }, 5) end), "the position is said, though it is off")
c:hang_up(16)
