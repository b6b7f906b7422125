-- Callers whom a restart cut off while they waited become call-backs: once each, durably, until somebody has reached them.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local function list()
  local text = {}
  for _, item in ipairs(box.query("show callbacks --json")) do text[#text + 1] = item.number .. " " .. item.state end
  return table.concat(text, ", ")
end
local function alarm()
  for _, a in ipairs(box.query("show alarms --json")) do
    if a.text:find("call%-back") or a.text:find("called back") then return a.text end
  end
end
local function waits(from, more)
  local c = common.caller{ from = from, presentation = more }
  c:expect("answered", 2)
  wait(0.5)
  return c
end

for _, cut in ipairs{ "kill", "power_cut" } do
  box{ set = common.with{ "hours shop open daily 00:00-23:59", "did 8005558000 hours shop", "hours shop then queue sales" } }
  assert(list() == "" and not alarm())
  local ann = common.log_in("2/1", "101")
  local talking = common.caller{ from = "2125550101" }
  ann:expect("ringing", 3)
  ann:lift()
  common.talk(talking, ann)
  waits("2125550102")
  waits("2125550103")
  waits("2125550102") -- twice the same
  waits("2125550104", "restricted")
  local gone = waits("2125550105")
  gone:hang_up(16)
  wait(2)
  box[cut]()
  ann:hang_up()
  wait(15)
  box.start()
  assert(list() == "2125550102 open, 2125550103 open", list())
  assert(box.query("show queues --json")[1].cut == 4, box.query("show queues --json")[1].cut)
  assert(box.console("show queues"):find("4 callers were cut off by a restart", 1, true))
  assert(alarm():find("5 calls were in progress, all accounted for, 2 call-backs created", 1, true), alarm())
  local log = box.console("show log 400"):gsub("%s+", " ")
  assert(log:find("5 calls were in progress, all accounted for, 2 call-backs created", 1, true), log)
  -- again, without calls: nothing is made twice, and the alarm stands as long as somebody is to be called
  box[cut]()
  wait(15)
  box.start()
  assert(list() == "2125550102 open, 2125550103 open", list())
  assert(alarm())
  -- one calls again and is answered; one who only calls again is not
  ann = common.log_in("2/1", "101")
  local again = common.caller{ from = "2125550102" }
  ann:expect("ringing", 3)
  ann:lift()
  common.talk(again, ann)
  again:hang_up(16)
  ann:hang_up()
  wait(3)
  local impatient = common.caller{ from = "2125550103" }
  impatient:expect("answered", 3)
  impatient:hang_up(16)
  wait(3)
  assert(list() == "2125550103 open, 2125550102 answered", list())
  local closed = box.query("show callbacks --json")[2]
  assert(closed.queue == "sales" and closed.to == "8005551000" and closed.call and closed.closed, closed.queue)
  -- an agent calls the other, with the prefix for outside calls
  local four = phone("2/4")
  four:lift()
  four:dial("92125550103")
  local out = incoming(1, 8)
  out:answer()
  common.talk(out, four)
  four:hang_up()
  wait(3)
  assert(list():find("2125550103 answered", 1, true), list())
  assert(not alarm(), alarm())
  -- by hand
  local third = waits("2125550110")
  box[cut]()
  wait(15)
  box.start()
  local id = box.query("show callbacks --json")[1].id
  assert(box.console("callback " .. id .. " done") == "")
  wait(1)
  assert(list():find("2125550110 done", 1, true), list())
  -- once is enough; and who need not be called back cannot be
  for _, none in ipairs{ id, 4711 } do
    local said = box.console("callback " .. none .. " done")
    assert(said:find("nobody is to be called back for call " .. none, 1, true), said)
  end
  assert(not alarm())
  -- the night switch is as it was thrown, too
  four:lift()
  four:dial("*281#")
  four:hears("night-on", 4)
  four:hang_up()
  wait(2)
  box[cut]()
  wait(15)
  box.start()
  assert(box.query("show hours --json")[1].night_switch == true)
end
