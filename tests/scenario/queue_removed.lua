-- A queue is deleted while its caller waits and an agent's telephone rings for it, its overflow already due: the caller is
-- released by its own rule, and no other queue's or number's destination is taken instead.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "queue sales ring-time 60s", "queue sales overflow 5s extension 203" } }
local ann = common.log_in("2/1", "101")
local c = common.caller()
c:expect("answered", 3)
ann:expect("ringing", 4)
wait(10)
box.set{ "delete did 8005551000", "delete queue sales" }
c:expect("released", 10)
ann:expect("silent", 8)
wait(3)
for _, port in ipairs(box.query("show ports --json")) do assert(not port.ringing, port.port .. " rings") end
assert(#box.query("show calls --json") == 0)
local r = common.last_record()
assert(r.outcome == "withdrawn" and r.reason == "queue removed" and r.queue == "sales", r.outcome .. ": " .. tostring(r.reason))
