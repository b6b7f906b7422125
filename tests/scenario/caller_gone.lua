-- A caller who hangs up while the agent's telephone rings, while waiting, during an announcement.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue support announce welcome demo-congrats", "queue support agent 103", "did 8005553000 queue support",
} }
local ann = common.log_in("2/1", "101")
local c = common.caller{ from = "2125550101" }
ann:expect("ringing", 3)
c:hang_up(16)
ann:expect("silent", 2)
local r = common.last_record()
assert(r.from == "2125550101" and r.outcome == "abandoned" and r.cause == 16, r.outcome)
assert(r.offers[1].agent == "101" and r.offers[1].result == "cancelled", r.offers[1].result)

c = common.caller{ from = "2125550102" } -- the agent is free again at once
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
local waiting = common.caller{ from = "2125550103" }
waiting:expect("answered", 2)
wait(2)
waiting:hang_up(16)
waiting:expect("released", 3)
assert(common.last_record().outcome == "abandoned")
c:hang_up(16)
ann:hang_up()

c = common.caller{ from = "2125550104", to = "8005553000" }
c:hears("demo-congrats", 5)
c:hang_up(16)
c:expect("released", 3)
r = common.last_record()
assert(r.from == "2125550104" and r.outcome == "abandoned", r.outcome)
assert(#box.query("show calls --json") == 0)
