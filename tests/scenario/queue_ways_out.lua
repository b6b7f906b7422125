-- The longest wait over: every kind of destination is reached, and counted as one way out. Nobody is taken away while a
-- telephone rings for them, whatever is due.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local function queue(name)
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == name then return q end
  end
end
local desk
local function desk_rings(c)
  desk:expect("ringing", 8)
  desk:lift()
  common.talk(c, desk)
  c:hang_up(16)
  desk:hang_up()
end
local ways = {
  ["queue support"] = function(c)
    assert(queue("support").waiting == 1 and queue("support").oldest_wait_ms > 3900, queue("support").oldest_wait_ms)
    c:hang_up(16)
  end,
  ["extension 204"] = desk_rings, ["huntgroup g"] = desk_rings, ["hours h"] = desk_rings,
  ["announce vm-goodbye then extension 204"] = function(c)
    c:hears("vm-goodbye", 5)
    desk_rings(c)
  end,
  ["menu m"] = function(c)
    c:hears("vm-options", 5)
    c:dial("1")
    desk_rings(c)
  end,
  ["external 5550001"] = function(c)
    local out = incoming(1, 5)
    assert(out.to == "5550001", out.to)
    out:answer()
    common.talk(c, out)
    c:hang_up(16)
  end,
  ["hangup 17"] = function(c)
    c:expect("released", 5)
    assert(c.cause == 17, c.cause)
  end,
}
box{ date = "2026-03-04 10:00:00 UTC", set = common.with{
  "queue sales max-wait 4s", "queue support agent 103", "menu m prompt vm-options", "menu m key 1 extension 204",
  "huntgroup g member extension 204", "huntgroup g final hangup", "hours h open daily 00:00-24:00",
  "hours h then extension 204", "hours h else hangup",
} }
desk = phone("2/4")
local count = 0
for way, reached in pairs(ways) do
  count = count + 1
  box.set{ "queue sales timeout " .. way }
  local c = common.caller{ from = string.format("21255501%02d", count) }
  c:expect("answered", 2)
  wait(4.2)
  reached(c)
  wait(2)
  local q = queue("sales")
  assert(q.offered == count and q.diverted == count and q.exits.TIMEOUT == count and q.abandoned == 0, way)
end
local records = box.query("show calls last 30 --json")
for _, r in ipairs(records) do
  if r.queue == "sales" and r.direction == "in" then assert(r.outcome == "timeout" and r.reason:find("TIMEOUT"), r.reason) end
end
box.stop()

-- Ann hangs up five seconds after the caller came; due is something at eight; she lifts at thirteen.
for _, due in ipairs{
  { "queue sales max-wait 8s", "queue sales timeout announce vm-goodbye" },
  { "queue sales overflow 8s extension 204" },
  { "queue sales hours office", "queue sales closed announce vm-goodbye", "queue sales closing send" },
} do
  due[#due + 1] = "hours office open daily 08:00-18:00"
  due[#due + 1] = "hours office then hangup"
  box{ date = "2026-03-04 17:59:45 UTC", set = common.with(due) }
  local ann = phone("2/1")
  box.console("agent 101 login 2/1")
  wait(1)
  ann:lift()
  wait(5)
  local c = common.caller()
  c:expect("answered", 2)
  wait(5)
  ann:hang_up()
  ann:expect("ringing", 5)
  wait(8)
  assert(c.state == "answered", due[1])
  ann:lift()
  common.talk(c, ann)
  c:hang_up(16)
  ann:hang_up()
  assert(common.last_record().outcome == "answered", due[1])
  -- Not lifted: it is due when the bell stops.
  if due[1]:find("max-wait") then
    c = common.caller{ from = "2125550199" }
    c:expect("answered", 2)
    wait(10)
    assert(c.state == "answered")
    c:hears("vm-goodbye", 8)
    c:expect("released", 8)
    local r = common.last_record()
    assert(r.outcome == "timeout" and r.wait_ms > 14000, r.wait_ms)
  end
  box.stop()
end
