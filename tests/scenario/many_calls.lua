-- Call after call at one telephone: it rings, stops when the caller gives up, rings again; both hear each other, and
-- the tone after the caller has gone. Channels, bridges and the telephone's line are as good at the end as at first.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local calls = 6

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
for i = 1, calls do
  local gone = common.caller{ from = "212555010" .. i }
  ann:expect("ringing", 3)
  gone:hang_up(16)
  ann:expect("silent", 2)
  local c = common.caller{ from = "212555020" .. i }
  ann:expect("ringing", 3)
  wait(random(0, 200) / 100)
  ann:lift()
  common.talk(c, ann)
  c:hang_up(16)
  ann:expect("busy-or-reorder", 5)
  ann:hang_up()
  wait(2)
end
local records = box.query("show calls last " .. 2 * calls .. " --json")
local answered, abandoned = 0, 0
for _, r in ipairs(records) do
  if r.outcome == "answered" then answered = answered + 1 end
  if r.outcome == "abandoned" then abandoned = abandoned + 1 end
end
assert(#records == 2 * calls and answered == calls and abandoned == calls, answered .. " answered, " .. abandoned .. " abandoned")
