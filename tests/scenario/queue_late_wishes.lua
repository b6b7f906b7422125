-- What a caller or an agent wishes for too late, or who may not, changes nothing later: an exit key during the whisper, the
-- code for giving a caller back dialled by the caller.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales whisper pls-hold-while-try", "queue sales key 1 extension 203",
  "queue support strategy linear", "queue support agent 103", "queue support extension 601",
  "queue support overflow 5s extension 204", "queue sales extension 600" } }
local ann, four = common.log_in("2/1", "101"), phone("2/4")
local c = common.caller()
c:expect("answered", 3)
ann:expect("ringing", 5)
ann:lift()
wait(0.3)
c:dial("1")
wait(4)
common.talk(c, ann)
ann:flash(); wait(1); ann:dial("601"); wait(4); ann:hang_up()
four:expect("ringing", 12) -- support's overflow, not the key that came too late
c:hang_up(16)
four:expect("silent", 8)
wait(3)

four:lift(); four:dial("600")
ann:expect("ringing", 10)
ann:lift()
wait(4)
common.talk(four, ann)
four:flash(); wait(1); four:dial("*30")
wait(6)
for _, queue in ipairs(box.query("show queues --json")) do
  assert(queue.waiting == 0, "the agent waits in queue " .. queue.queue)
end
