-- After a call the agent has time to write; *15 ends it early.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales wrap-up 20s" } }
local ann = common.log_in("2/1", "101")
local function serve(from)
  local c = common.caller{ from = from }
  ann:expect("ringing", 4)
  ann:lift()
  wait(3)
  c:hang_up(16)
  c:expect("released", 3)
  ann:hang_up()
end
serve("2125550101")
local ended = now()
wait(2)
assert(common.agent("101").state == "wrap-up", common.agent("101").state)
local c = common.caller{ from = "2125550102" }
ann:expect("ringing", 25)
assert(math.abs(now() - ended - 20) < 2.5, now() - ended)
ann:lift()
wait(2)
c:hang_up(16)
ann:hang_up()
wait(3)
c = common.caller{ from = "2125550103" }
ann:lift()
ann:dial("*15")
wait(1)
ann:hang_up()
ann:expect("ringing", 5)
ann:lift()
wait(1)
c:hang_up(16)
ann:hang_up()
wait(22)

-- the agent's own wrap-up, in a queue that has none: in the record too
box.set{ "queue sales wrap-up 0s", "agent 101 wrap-up 6s" }
serve("2125550104")
wait(8)
local r = common.last_record()
assert(r.from == "2125550104" and math.abs(r.wrap_ms - 6000) < 100, r.wrap_ms)
