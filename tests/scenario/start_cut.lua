-- The power goes soon after a start: counters go on, whatever became of the journal's newest file.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder))

box{ spool = folder, set = common.base }
local ann = common.log_in("2/1", "101")
local c = common.caller{}
ann:expect("ringing", 5)
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:hang_up()
wait(20)
local function answered()
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == "sales" then return q.answered end
  end
end
local function restart()
  box.power_cut()
  wait(15)
  box.start()
end
assert(answered() == 1)
restart()
assert(answered() == 1, "after a power cut: " .. answered())
wait(1)
restart()
assert(answered() == 1, "after one soon after the start: " .. answered())

-- Newest files without a state in them, as older software could leave them: nothing written yet, only zeros, half.
local function newest()
  local pipe = assert(io.popen("ls " .. folder .. "/acd/*.events | tail -n 1"))
  local name = pipe:read("l")
  pipe:close()
  return assert(name, "no journal")
end
for _, spoil in ipairs{ ": >", "truncate -s 0 %s; truncate -s 100000", "truncate -s 40 %s; truncate -s 100000" } do
  box.power_cut()
  wait(15)
  local name = newest()
  spoil = spoil:find("%%s") and spoil:format(name) or spoil
  assert(os.execute(spoil .. " " .. name))
  box.start()
  assert(answered() == 1, spoil .. ": " .. answered())
  local said = box.console("show log 60")
  assert(said:find("counters and turns go on from", 1, true), said)
end
os.execute("rm -rf " .. folder)
