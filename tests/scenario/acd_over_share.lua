-- Shares as a bound: whose share of talk for a queue is used up stays idle for it, and the reason is shown.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "delete queue sales agent 102", "delete queue sales agent 103", "queue sales strategy percent-allocation",
  "queue sales agent 101 share 20", "queue sales over-share idle", "queue support agent 101 share 80",
  "did 8005553000 queue support",
} }
local ann = common.log_in("2/1", "101")
local function talks(c, seconds)
  ann:expect("ringing", 3)
  ann:lift()
  wait(seconds)
  c:hang_up(16)
  ann:hang_up()
  wait(2)
end
talks(common.caller(), 10)
local waits = common.caller{ from = "2125550102" }
waits:expect("answered", 3)
wait(10)
assert(common.agent("101").state == "ready", "idle, though a caller waits")
assert(box.console("show queue sales next"):find("share%-used"), box.console("show queue sales next"))
talks(common.caller{ to = "8005553000", from = "2125550103" }, 60)
talks(waits, 5)
-- Offered all the same, as ever.
box.set{ "queue sales over-share offer" }
talks(common.caller{ from = "2125550104" }, 30)
talks(common.caller{ from = "2125550105" }, 5)
