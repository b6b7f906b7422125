-- A supervisor puts a caller forward, takes one out, empties a queue, closes it for the day.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ date = "2026-03-04 10:00:00 UTC", set = common.with{
  "queue support agent 103", "queue sales closed announce vm-goodbye", "queue sales closing send",
  "did 8005553000 queue support",
} }
local function call_from(number)
  for _, c in ipairs(box.query("show calls --json")) do
    if c.from == number then return c.id end
  end
end
local function queue(name)
  for _, q in ipairs(box.query("show queues --json")) do
    if q.queue == name then return q end
  end
end
local function record(number)
  wait(3)
  for _, r in ipairs(box.query("show calls last 10 --json")) do
    if r.from == number then return r end
  end
end
local callers = {}
for i = 1, 4 do
  callers[i] = common.caller{ from = "212555010" .. i }
  callers[i]:expect("answered", 3)
  wait(1)
end
box.console("call " .. call_from("2125550103") .. " priority 1 reason long-standing customer")
assert(common.fails(function() assert(not box.console("call 4711 priority 1 reason x"):find("there is no call")) end))
local ann = common.log_in("2/1", "101")
ann:expect("ringing", 5)
assert(ann:caller_id().number == "2125550103", ann:caller_id().number)
ann:lift()
common.talk(callers[3], ann)

local desk = phone("2/4")
box.console("call " .. call_from("2125550102") .. " withdraw extension 204 reason asked for the boss")
desk:expect("ringing", 3)
desk:lift()
common.talk(callers[2], desk)
desk:hang_up()
local r = record("2125550102")
assert(r.outcome == "withdrawn" and r.reason:find("asked for the boss") and r.reason:find("WITHDRAW"), r.reason)

local said = box.console("queue sales evacuate queue support reason fire drill")
assert(said:find("2 callers"), said)
wait(2)
assert(queue("sales").waiting == 0 and queue("support").waiting == 2)
assert(queue("sales").exits.WITHDRAW == 3, queue("sales").exits.WITHDRAW)
-- Their wait goes on from where they came in.
local oldest = queue("support").oldest_wait_ms
assert(oldest > 8000, oldest)
assert(box.console("queue sales evacuate queue nowhere reason x"):find("there is no queue nowhere"))
assert(box.console("queue sales evacuate queue support"):find("reason"))
callers[1]:hang_up(16)
callers[4]:hang_up(16)

-- Drained by hand: those who wait and those who come get the closed treatment, until the next day.
callers[3]:hang_up(16)
ann:hang_up()
box.console("agent 101 logout")
wait(2)
local waiting = common.caller{ from = "2125550105" }
waiting:expect("answered", 3)
wait(2)
box.console("queue sales drain on")
waiting:hears("vm-goodbye", 5)
r = record("2125550105")
assert(r.outcome == "diverted" and r.reason:find("closed"), r.reason)
common.caller{ from = "2125550106" }:hears("vm-goodbye", 5)
box.console("queue sales drain off")
local open = common.caller{ from = "2125550107" }
open:expect("answered", 3)
wait(8)
assert(open.state == "answered" and queue("sales").waiting == 1)

-- An announcement first, and then the destination: for one caller; settings change meanwhile.
local id = call_from("2125550107")
for line, words in pairs{
  ["withdraw announce no-such-prompt then extension 204 reason x"] = "there is no prompt no-such-prompt",
  ["withdraw announce vm-goodbye then extension 999 reason x"] = "there is no extension 999",
  ["withdraw announce vm-goodbye then reason x"] = "expected a destination",
  ["withdraw announce vm-goodbye extension 204 reason x"] = "expected a destination",
  ["withdraw extension 204 then announce vm-goodbye reason x"] = "expected a destination",
  ["withdraw announce a then announce b then announce c then announce d then queue support"] = "at most 4",
} do
  local answer = box.console("call " .. id .. " " .. line)
  assert(answer:find(words, 1, true), line .. ": " .. answer)
end
assert(open.state == "answered" and queue("sales").waiting == 1)
box.console("call " .. id .. " withdraw announce vm-goodbye then extension 204 reason asked for the boss")
open:hears("vm-goodbye", 3)
box.set{ "queue sales closing serve" }
desk:expect("ringing", 10)
desk:lift()
common.talk(open, desk)
assert(box.console("call " .. id .. " withdraw announce vm-goodbye reason x"):find("does not wait"))
desk:hang_up()
r = record("2125550107")
assert(r.outcome == "withdrawn" and r.reason == "asked for the boss (WITHDRAW)", r.reason)
local kinds = {}
for _, segment in ipairs(r.segments) do kinds[#kinds + 1] = segment.kind end
assert(table.concat(kinds, " "):find("queue ivr"), table.concat(kinds, " "))

-- All of a queue: two announcements and another queue. One caller gives up in the middle; an announcement alone ends the call.
for i = 1, 3 do
  callers[i] = common.caller{ from = "212555011" .. i }
  callers[i]:expect("answered", 3)
end
wait(2)
said = box.console("queue sales evacuate announce hello-world then announce vm-goodbye then queue support reason fire drill")
assert(said:find("3 callers"), said)
callers[1]:hears("hello-world", 3)
callers[2]:hang_up(16)
callers[1]:hears("vm-goodbye", 6)
wait(5)
assert(queue("sales").waiting == 0 and queue("support").waiting == 2, queue("support").waiting)
said = box.console("queue support evacuate announce vm-goodbye reason closed for good")
assert(said:find("2 callers"), said)
callers[1]:hears("vm-goodbye", 3)
callers[1]:expect("released", 5)
callers[3]:expect("released", 5)
r = record("2125550113")
assert(r.outcome == "withdrawn" and r.reason == "closed for good (WITHDRAW)", r.outcome .. ": " .. r.reason)
r = record("2125550112")
assert(r.reason == "fire drill (WITHDRAW)", r.reason)
assert(box.console("queue sales evacuate announce vm-goodbye then queue sales reason x"):find("to itself"))
