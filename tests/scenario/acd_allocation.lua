-- Percentage allocation: of two free agents the one whose share of talk for the queue is most behind.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "delete queue sales agent 103", "queue sales strategy percent-allocation",
  "queue sales agent 101 share 20", "queue sales agent 102 share 80",
  "queue support agent 101 share 80", "queue support agent 102 share 20", "did 8005553000 queue support",
} }
local ann, bob = common.log_in("2/1", "101"), common.log_in("2/2", "102")
local function talks(number, to, seconds)
  local c = common.caller{ from = number, to = to }
  c:expect("answered", 3)
  wait(2)
  local who = common.agent("101").state == "ringing" and ann or bob
  who:lift()
  wait(seconds)
  c:hang_up(16)
  who:hang_up()
  wait(2)
  return who == ann and "101" or "102"
end
-- Ann talks for sales first (nobody has talked yet: the longest idle), which is all of her talk: her 20 % are used up.
assert(talks("2125550101", "8005551000", 20) == "101")
assert(talks("2125550102", "8005551000", 20) == "102")
-- Both have talked for sales alone: 100 of 20 and 100 of 80, so Bob is next, again and again.
assert(talks("2125550103", "8005551000", 20) == "102")
assert(talks("2125550104", "8005551000", 20) == "102")
-- When Ann has talked enough for support, sales is behind with her.
box.console("agent 102 pause")
for i = 5, 9 do assert(talks("212555010" .. i, "8005553000", 100) == "101") end
box.console("agent 102 ready")
wait(1)
assert(talks("2125550110", "8005551000", 5) == "101")
