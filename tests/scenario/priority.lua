-- Two queues for one agent: the caller of the more important queue is served first.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales priority 5", "queue gold priority 1", "queue gold agent 101", "did 8005556000 queue gold",
} }
local plain = common.caller{ from = "2125550101" }
plain:expect("answered", 2)
wait(2)
local gold = common.caller{ from = "2125550102", to = "8005556000" }
gold:expect("answered", 2)
local ann = common.log_in("2/1", "101")
ann:expect("ringing", 3)
assert(ann:caller_id().number == "2125550102")
ann:lift()
common.talk(gold, ann)
gold:hang_up(16)
ann:hang_up()
ann:expect("ringing", 5)
assert(ann:caller_id().number == "2125550101")
