-- The power goes at seeded instants while calls come and go, agents talk, and settings are committed one after the other:
-- run by image_boot.py on a box that it has set up. After each cut: file systems whole, the settings are one committed
-- revision, every call that was answered has one record, and no call has two.
--
-- BELFRY_CUTS: the first and the last cut's number, the revision answered last, and the one under way at the cut before
local disk = assert(os.getenv("BELFRY_CUTS_DISK"))
local first, last, answered, under_way = assert(os.getenv("BELFRY_CUTS")):match("(%d+) (%d+) (%d+) (%d+)")
local here = arg[0]:match("^(.*/)") or ""
local agents = { ["101"] = "2/1", ["102"] = "2/2" }
local WRITTEN_S = 3 -- a call that has ended is on the disk within 2 s; the lab learns of its end a little before the box
local calls_made, numbers = 0, {}

-- ---- what goes on until the cut ----

local function commit_on(state)
  while state.on do
    local revision = state.answered + 1
    for agent in pairs(agents) do assert(box.console("set agent " .. agent .. " name R" .. revision) == "") end
    state.under_way = revision
    local said = box.console("commit")
    assert(said:find("commit complete", 1, true), said)
    state.answered = revision
  end
end

local function answer_on(state, place)
  local p = phone(place)
  while state.on do
    p:expect("ringing", 600)
    wait(random(0, 10) / 10)
    p:lift()
    wait(random(10, 40) / 10)
    p:hang_up()
    state.put_down = now()
    wait(0.5)
  end
end

local function come_and_go(state, book)
  while state.on do
    calls_made = calls_made + 1
    local entry = { from = ("21255%05d"):format(calls_made) }
    entry.c = call{ span = 1, to = "800", from = entry.from }
    book[#book + 1] = entry
    if random(1, 3) > 1 then
      at(now() + random(5, 60) / 10, function()
        if not state.on then return end
        entry.state, entry.ended = entry.c.state, now()
        entry.c:hang_up(16)
      end)
    end
    wait(random(3, 9) / 10)
  end
end

-- What the cut itself breaks is told from what went wrong before it.
local function until_cut(state, f, ...)
  local arguments = { ... }
  spawn(function()
    local good, why = pcall(f, state, table.unpack(arguments))
    if not good and state.on then state.failed = why end
  end)
end

-- Again as a person would: a machine that has just started on a busy host may miss a digit, which is no loss of a cut.
local function log_in(agent, place)
  local p, good, why = phone(place), false, nil
  for _ = 1, 3 do
    p:lift()
    wait(1)
    p:dial("*11" .. agent .. "#4" .. agent .. "#")
    good, why = pcall(p.hears, p, "agent-loginok", 10)
    p:hang_up()
    wait(good and 0 or 3)
    -- A word that was heard with a gap is not recognised; the box knows.
    for _, a in ipairs(box.query("show agents --json")) do
      if a.agent == agent and a.state ~= "logged-out" then return end
    end
  end
  error(why, 0)
end

local function cut(state, book)
  for _, a in ipairs(box.query("show agents --json")) do
    if agents[a.agent] and a.state == "logged-out" then log_in(a.agent, agents[a.agent]) end
  end
  state.on, state.answered, state.under_way = true, answered, answered
  until_cut(state, commit_on)
  for _, place in pairs(agents) do until_cut(state, answer_on, place) end
  until_cut(state, come_and_go, book)
  wait(4 + random(0, 6000) / 1000)
  for _, entry in ipairs(book) do
    entry.state = entry.state or entry.c.state
  end
  state.on, state.at = false, now()
  box.power_cut()
  assert(not state.failed, state.failed)
  wait(1)
  for _, entry in ipairs(book) do entry.c:hang_up(16) end
  for _, place in pairs(agents) do phone(place):hang_up() end
end

-- ---- what is there afterwards ----

local function revision_found()
  local found
  local said = box.console("show configuration agent")
  for name in said:gmatch("name R(%d+)") do
    assert(not found or found == tonumber(name), "two revisions are mixed: " .. said)
    found = tonumber(name)
  end
  return assert(found, "no revision: " .. said)
end

local function no_damage()
  for _, alarm in ipairs(box.query("show alarms --json")) do
    for _, word in ipairs{ "repaired", "unreadable", "formatted", "damaged", "cannot be read" } do
      assert(not alarm.text:find(word, 1, true), alarm.text)
    end
  end
end

local function records(count)
  local found = {}
  for _, r in ipairs(box.query("show calls last " .. count .. " --json")) do
    assert(not found[r.from], "two records of the call from " .. r.from)
    found[r.from] = r
  end
  return found
end

-- A call that was answered has a record, however it ended: cut off, by its caller, or by the agent.
local function account(state, book)
  local found, restarted, open = records(#book + 20), 0, 0
  local settled = state.at - (state.put_down or 0) > 1 -- no call was being ended by an agent
  for _, entry in ipairs(book) do
    local r, talking = found[entry.from], entry.state == "answered" and not entry.ended
    open = open + (talking and 1 or 0)
    assert(r or entry.state ~= "answered" and entry.state ~= "released", entry.from .. " was answered and has no record")
    if r then
      numbers[#numbers + 1] = entry.from
      restarted = restarted + (r.outcome == "restarted" and 1 or 0)
      assert(not talking or not settled or r.outcome == "restarted", entry.from .. " was cut off, and is told as " .. r.outcome)
      assert(not entry.ended or r.outcome ~= "restarted" or state.at - entry.ended < WRITTEN_S,
        ("%s ended %.1f s before the cut, and is told as %s"):format(entry.from, state.at - (entry.ended or 0), r.outcome))
    end
  end
  local told = box.console("show log 400"):gsub("%s+", " "):match("(%d+) calls were in progress, all accounted for")
  assert(tonumber(told or 0) == restarted, "records closed: " .. restarted .. ", said: " .. tostring(told))
  return ("%d calls, %d of them talking or waiting, %d cut off"):format(#book, open, restarted)
end

local function after_cut(before, going)
  assert(os.execute("python3 " .. here .. "image_fsck.py " .. disk .. ".overlay"), "a file system is not whole")
  box.start()
  no_damage()
  local found = revision_found()
  assert(found == before or found == going, ("revision %d, answered was %d, under way %d"):format(found, before, going))
  return found
end

answered, under_way = tonumber(answered), tonumber(under_way)
assert(os.execute("python3 " .. here .. "image_fsck.py " .. disk .. ".overlay"), "a file system is not whole")
box{ spool = disk, set = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn", "span 2 type t1", "span 2 signalling fxs",
  "agent 101 port 2/1", "agent 102 port 2/2", "queue sales agent 101", "queue sales agent 102", "queue sales max-wait 2h",
  "did 800 queue sales",
} }
local found = revision_found()
assert(found == answered or found == under_way, ("revision %d, answered was %d, under way %d"):format(found, answered, under_way))
no_damage()
print(("ok cut %d: revision %d of %d answered and %d under way"):format(first - 1, found, answered, under_way))
answered = found
for number = tonumber(first), tonumber(last) do
  local state, book = {}, {}
  cut(state, book)
  local revision = after_cut(state.answered, state.under_way)
  local told = account(state, book)
  print(("ok cut %d: revision %d of %d answered and %d under way; %s"):format(number, revision, state.answered, state.under_way, told))
  answered = revision
end
local all = records(calls_made + 50)
for _, number in ipairs(numbers) do assert(all[number], "the record of " .. number .. " is gone") end
print(("ok %d records are all still there"):format(#numbers))
