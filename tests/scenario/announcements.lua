-- What a waiting caller hears: welcome, music, the announcement every so often, the place in the queue.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales announce welcome hello-world", "queue sales announce every 20s vm-goodbye",
  "queue sales announce position on", "queue sales key 0 extension 204",
} }
local first = common.caller{ from = "2125550101" }
first:hears("hello-world", 3)
first:hears("queue-youarenext", 5)
local second = common.caller{ from = "2125550102" }
second:hears("queue-thereare", 6)
second:hears("digits/2", 5)
second:hears("queue-callswaiting", 5)
wait(2)
assert(common.fails(function() first:hears_nothing(2) end), "no music")
first:hears("vm-goodbye", 25)
first:hears("vm-goodbye", 35)

second:dial("0") -- a key leaves the queue during music
local desk = phone("2/4")
desk:expect("ringing", 3)
desk:lift()
common.talk(second, desk)
desk:hang_up()
second:expect("released", 5)
local r = common.last_record()
assert(r.from == "2125550102" and r.outcome == "key-exit" and r.talk_ms > 0, r.outcome)
