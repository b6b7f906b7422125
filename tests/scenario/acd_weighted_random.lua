-- Weighted random: calls are spread as the weights are, and the same seed draws the same agents again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "system random-seed 20261122", "queue sales strategy weighted-random",
  "queue sales agent 101 weight 1", "queue sales agent 102 weight 2", "queue sales agent 103 weight 3" } }
common.log_in("2/1", "101")
common.log_in("2/2", "102")
common.log_in("2/3", "103")
local calls = 0
local function drawn()
  calls = calls + 1
  local c = common.caller{ from = string.format("2125550%03d", calls) }
  c:expect("answered", 3)
  wait(0.5)
  local who
  for _, agent in ipairs(box.query("show agents --json")) do
    if agent.state == "ringing" or agent.state == "reserved" then
      assert(not who, "two agents are rung")
      who = agent.agent
    end
  end
  assert(who, "nobody is rung")
  c:hang_up(16)
  c:expect("released", 3)
  wait(0.5)
  return who
end
local function draw(count)
  local list = {}
  for i = 1, count do list[i] = drawn() end
  return list
end

local first = draw(120)
local counts = { ["101"] = 0, ["102"] = 0, ["103"] = 0 }
for _, agent in ipairs(first) do counts[agent] = counts[agent] + 1 end
-- Expected 20, 40 and 60, with standard deviations of 4.1, 5.2 and 5.5; equal chances would be 40 each.
local said = counts["101"] .. ", " .. counts["102"] .. ", " .. counts["103"]
assert(counts["101"] >= 8 and counts["101"] <= 32, said)
assert(counts["102"] >= 25 and counts["102"] <= 55, said)
assert(counts["103"] >= 44 and counts["103"] <= 76, said)

-- Another seed draws others, the same seed the same ones.
box.set{ "system random-seed 7" }
local other = table.concat(draw(12), " ")
box.set{ "system random-seed 20261122" }
local again = table.concat(draw(12), " ")
assert(again == table.concat(first, " ", 1, 12), again)
assert(other ~= again, other)
