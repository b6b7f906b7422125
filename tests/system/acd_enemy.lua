-- Random rules for fourteen agents and five queues, commits during calls, kill -9, a full disk, a queue deleted under its
-- callers, a power cut: every call on the wire has its record, counters add up, scheduler and telephones agree.
-- Run by acd_journal.sh, which then replays the journal. SPOOL: the data folder; --seed repeats a run.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "../scenario/lib/common.lua")

local AGENTS = 14
local queues = { "sales", "support", "gold", "orders", "night" }
local strategies = { "ring-all", "linear", "circular", "longest-idle", "least-occupied", "fewest-calls", "least-talk",
                     "round-robin", "random", "weighted-random", "percent-allocation" }

local function pick(list) return list[random(1, #list)] end

local function people()
  local lines = { "timezone Europe/Berlin", "port 2/14 extension 214" }
  local function add(...) lines[#lines + 1] = string.format(...) end
  for i = 4, AGENTS do
    add("agent %d name Agent%d", 100 + i, i)
    add("agent %d pin %d", 100 + i, 4710 + i)
    add("agent %d port 2/%d", 100 + i, i)
  end
  for n, queue in ipairs(queues) do
    add("did 800555100%d queue %s", n, queue)
    for i = 1, AGENTS do
      if random(1, 2) == 1 or i == n then add("queue %s agent %d", queue, 100 + i) end
    end
  end
  return lines
end

local function rules()
  local lines = {}
  local function add(...) lines[#lines + 1] = string.format(...) end
  for _, queue in ipairs(queues) do
    local row = "queue " .. queue .. " "
    add(row .. "strategy %s", pick(strategies))
    add(row .. "wrap-up %ds", random(0, 8))
    add(row .. "ring-time %ds", random(5, 20))
    add(row .. "retry %ds", random(0, 5))
    add(row .. "priority %d", random(1, 10))
    add(row .. "weight %d", random(1, 5))
    add(row .. "ageing %s", pick{ "off", "10s", "1m" })
    add(row .. "max-wait %s", pick{ "none", "20s", "1m" })
    add(row .. "max-length %d", random(1, 20))
    add(row .. "sticky %s", pick{ "off", "20s" })
    add(row .. "join %s", pick{ "always", "when ready talking wrap-up ringing reserved", "when ready" })
    add(row .. "leave %s", pick{ "never", "when logged-out paused" })
    add(row .. "grace %ds", random(0, 10))
    add(row .. "autopause %s", pick{ "off", "after 2 misses" })
    add(row .. "progressive %s", pick{ "off", "3s" })
    add(row .. "reserve 1 when waiting %d", random(1, 4))
    add(row .. "reserve 1 when oldest %ds", random(5, 30))
  end
  for i = 1, AGENTS do
    local row = ("agent %d "):format(100 + i)
    add(row .. "prefer %s", pick{ "system", "greatest-need", "skill", "service-objective", "predicted-wait" })
    add(row .. "max-occupancy %s", pick{ "off", "off", "20%" })
    add(row .. "rest %s", pick{ "0s", "3s" })
    add(row .. "wrap-up %s", pick{ "queue", "2s" })
  end
  add("queue %s agent 101 reserve 1", pick(queues))
  return lines
end

-- One commit each; what contradicts the rest is refused, with the name of the rule.
local function commit(lines)
  for _, line in ipairs(lines) do
    local taken, why = pcall(box.set, { line })
    assert(taken or tostring(why):find("rule "), why)
  end
end

local function commit_some() commit{ pick(rules()), pick(rules()), pick(rules()) } end

local function log_in()
  for i = 1, AGENTS do
    local p = phone("2/" .. i)
    p:lift()
    p:dial(("*11%d#%d#"):format(100 + i, 4710 + i))
    wait(3)
    p:hang_up()
    wait(0.3)
  end
end

local function counters_add_up()
  for _, q in ipairs(box.query("show queues --json")) do
    local out = q.answered + q.abandoned + q.diverted + q.waiting + q.transferred_answered + q.transferred_abandoned +
                q.transferred_diverted + q.transferred_refused
    assert(q.offered + q.transferred_in == out, ("%s: %d offered, %d gone and there"):format(q.queue, q.offered, out))
  end
  assert(box.console("show sweep"):find("disagreed 0 times"), box.console("show sweep"))
end

local traffic_of_the_day
local function hour(meanwhile)
  log_in()
  if not traffic_of_the_day then
    local dids, places = {}, {}
    for n = 1, #queues do dids[n] = "800555100" .. n end
    for i = 1, AGENTS do places[i] = "2/" .. i end
    traffic_of_the_day = traffic{ calls_per_hour = 900, dids = dids, talk = 40, patience = 40, agents = places }
  end
  spawn(meanwhile)
  traffic_of_the_day:run(150)
  wait(100) -- who talks or waits is done
  counters_add_up()
  traffic_of_the_day:check()
end

box{ spool = os.getenv("SPOOL"), date = "2026-11-22 09:00 Europe/Berlin", set = common.with(people()) }
commit(rules())
hour(function()
  for _ = 1, 4 do wait(30) commit_some() end
end)
box.kill()
wait(5)
box.start()
wait(3)
hour(function()
  wait(20)
  fault{ disk = "full", for_s = 40 }
  wait(60)
  box.set{ "did 8005551005 extension 214", "delete queue night" }
  wait(20)
  box.set{ "queue night strategy linear", "queue night agent 103", "did 8005551005 queue night" }
end)
box.power_cut()
wait(5)
box.start()
wait(3)
hour(function() wait(40) commit(rules()) end)
box.stop()
