-- A call-back whose caller calls again and is answered while the disk is full: the commit that closes it fails, is
-- undone and done again, and the call-back is closed then.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local function list()
  local text = {}
  for _, item in ipairs(box.query("show callbacks --json")) do text[#text + 1] = item.number .. " " .. item.state end
  return table.concat(text, ", ")
end

box{ set = common.base }
common.caller{ from = "2125550102" }:expect("answered", 2)
wait(8)
box.power_cut()
wait(15)
box.start()
wait(8)
assert(list() == "2125550102 open", list())
local ann = common.log_in("2/1", "101")
wait(8)
fault{ disk = "full" }
local again = common.caller{ from = "2125550102" }
ann:expect("ringing", 5)
ann:lift()
common.talk(again, ann)
again:hang_up(16)
ann:hang_up()
wait(60)
assert(list() == "2125550102 open", list())
fault{ disk = "ok" }
wait(60)
assert(list() == "2125550102 answered", list())
