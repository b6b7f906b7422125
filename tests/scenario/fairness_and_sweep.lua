-- Work spread over agents is shown with its spread; the books of scheduler, calls and telephones agree all the time.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales strategy longest-idle", "timer sweep 2s" } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102") }
for i = 1, 6 do
  local p = phones[(i - 1) % 2 + 1]
  local c = common.caller{ from = "212555010" .. i }
  p:expect("ringing", 3)
  p:lift()
  common.talk(c, p)
  wait(i % 2 == 1 and 30 or 5) -- Ann's callers talk longer
  c:hang_up(16)
  p:hang_up()
  wait(2)
end
local fairness = box.query("show fairness --json")
assert(#fairness.agents == 2 and fairness.agents[1].calls == 3 and fairness.agents[2].calls == 3)
assert(fairness.agents[1].occupancy > fairness.agents[2].occupancy + 20, fairness.agents[1].occupancy)
assert(fairness.occupancy.most == fairness.agents[1].occupancy and fairness.occupancy.least == fairness.agents[2].occupancy)
assert(fairness.occupancy.mean > fairness.occupancy.least and fairness.occupancy.mean < fairness.occupancy.most)
assert(box.console("show fairness"):find("Occupancy %d"), box.console("show fairness"))
local sweep = box.query("show sweep --json")
assert(sweep.sweeps > 30 and sweep.mismatches == 0 and sweep.repaired == 0 and sweep.leases_expired == 0, sweep.mismatches)
assert(#box.query("show alarms --json") == 0)
