-- A queue that demands a disposition, and a disk that is full for longer than the box can keep in memory what waits: no agent
-- is held back, and when the disk is well again what waited is written without another call.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
box{ set = common.with{ "delete queue sales agent 102", "delete queue sales agent 103",
  'queue sales dispositions 5 "Order taken" forced', "queue sales wrap-up 2s" } }
local ann = common.log_in("2/1", "101")
local function talk(from)
  common.served(ann, 10, { from = from })
  wait(1)
end
local function disposition_of(from)
  for _, r in ipairs(box.query("show calls last 10 --json")) do
    if r.from == from then return r.disposition end
  end
end
local function dispose()
  return box.console("agent 101 disposition 5")
end
box.console("debug disk full")
talk("2125550100")
dispose()
box.console("debug disk ok")
wait(70)
assert(disposition_of("2125550100") == "5")
box.console("debug disk full")
local refused = 0
for _ = 1, 60 do
  talk("2125550101")
  refused = refused + (dispose():find("cannot be kept", 1, true) and 1 or 0)
  wait(3)
  assert(common.agent("101").state == "ready", common.agent("101").state)
end
assert(refused > 0, "the memory for what waits never ended")
box.console("debug disk ok")
wait(70)
talk("2125550102")
assert(not dispose():find("cannot be kept", 1, true))
wait(3)
assert(common.agent("101").state == "ready")
assert(disposition_of("2125550102") == "5")
