-- What a call was about: a code of the queue, given in the call, in wrap-up or later; where the queue demands one, wrap-up
-- is not left without it: not by a code, not by its time, not by the supervisor's word, not by a restart.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "system agents-after-restart as-before",
  "queue sales wrap-up 4s", 'queue sales dispositions 5 "Order taken" forced', 'queue sales dispositions 17 "Wrong number"',
  "queue help strategy linear", "queue help agent 101", 'queue help dispositions 1 "Solved"', "did 8005553000 queue help",
} }
local ann = common.log_in("2/1", "101")

local function talk(to)
  local c = common.caller{ from = "2125550101", to = to }
  ann:expect("ringing", 3)
  ann:lift()
  common.talk(c, ann)
  return c
end

-- In wrap-up: not left by its time, nor by *15, *14, *12; each asks for the code.
local c = talk()
c:hang_up(16)
ann:hang_up()
wait(7)
assert(common.agent("101").state == "wrap-up" and common.agent("101").disposition_due, common.agent("101").state)
assert(box.console("show agent 101"):find("disposition"), box.console("show agent 101"))
for _, code in ipairs{ "*15", "*14", "*12" } do
  ann:lift()
  ann:dial(code)
  ann:hears("agent-disposition", 5)
  ann:hang_up()
  wait(1)
  assert(common.agent("101").state == "wrap-up", code .. ": " .. common.agent("101").state)
end
for _, word in ipairs{ "ready", "logout" } do
  local text = box.console("agent 101 " .. word)
  assert(text:find("disposition") and text:find("%*16"), text)
end
local waiting = common.caller{ from = "2125550102", to = "8005553000" } -- held in all the agent's queues
assert(common.fails(function() ann:expect("ringing", 2) end), "rung while a disposition is due")
ann:lift()
ann:dial("*164#")
ann:hears("invalid", 5)
assert(common.agent("101").state == "wrap-up")
assert(box.console("agent 101 disposition 4"):find("17 Wrong number"), box.console("agent 101 disposition 4"))
ann:dial("*15")
ann:hears("agent-disposition", 5)
ann:dial("5#") -- only what was missing
ann:hears("agent-disposition-saved", 5)
ann:hang_up()
local function record_from(from)
  for _, r in ipairs(box.query("show calls last 9 --json")) do
    if r.from == from then return r end
  end
end
ann:expect("ringing", 3) -- free for the other queue's caller
local r = record_from("2125550101")
assert(r.disposition == "5" and r.disposition_text == "Order taken" and r.disposition_agent == "101" and r.disposition_at,
  tostring(r.disposition))
assert(r.wrap_ms >= 7000, r.wrap_ms)
assert(box.console("show call " .. r.id):find("Order taken"), box.console("show call " .. r.id))

-- A queue that asks for none: nothing is due, and the code may come late; a second one replaces the first.
ann:lift()
common.talk(waiting, ann)
waiting:hang_up(16)
ann:hang_up()
wait(3)
assert(common.agent("101").state == "ready" and not common.agent("101").disposition_due, common.agent("101").state)
assert(record_from("2125550102").disposition == nil)
wait(60)
ann:lift()
ann:dial("*161#")
ann:hears("agent-disposition-saved", 5)
ann:hang_up()
wait(1)
local late = record_from("2125550102")
assert(late.disposition == "1" and late.disposition_at > late.ended, tostring(late.disposition_at))
box.power_cut()
box.start()
wait(3)
assert(record_from("2125550102").disposition == "1", "lost by the power cut")
assert(record_from("2125550101").disposition == "5", "lost by the power cut")

-- In the call, with the caller on hold or talking; then only the time of wrap-up holds the agent.
c = talk()
ann:flash()
ann:dial("*1617#")
ann:hears("agent-disposition-saved", 5)
ann:flash()
common.talk(c, ann)
ann:dial("*165#")
wait(1)
assert(box.query("show calls --json")[1].disposition == "5", tostring(box.query("show calls --json")[1].disposition))
c:hang_up(16)
ann:hang_up()
wait(2)
assert(common.agent("101").state == "wrap-up" and not common.agent("101").disposition_due)
wait(4)
assert(common.agent("101").state == "ready", common.agent("101").state)
r = common.last_record()
assert(r.disposition == "5", tostring(r.disposition))

-- Owed over a restart; a supervisor may give it.
c = talk()
c:hang_up(16)
ann:hang_up()
wait(3)
box.stop()
box.start()
wait(3)
local agent = common.agent("101")
assert(agent.state == "wrap-up" and agent.disposition_due, agent.state)
assert(box.console("agent 101 disposition 17"):len() < 3)
wait(1)
assert(common.agent("101").state == "ready", common.agent("101").state)
assert(common.last_record().disposition_text == "Wrong number")

-- The queue no longer asks: nobody owes it any more.
c = talk()
c:hang_up(16)
ann:hang_up()
wait(6)
assert(common.agent("101").state == "wrap-up")
box.set{ 'queue sales dispositions 5 "Order taken"' }
wait(1)
assert(common.agent("101").state == "ready", common.agent("101").state)
-- Where the agent sits is taken away, or left for another place: it is owed at the next one.
box.set{ "system second-login move", "span 3 type t1", "span 3 signalling fxs", 'queue sales dispositions 5 "Order taken" forced' }
box.console("agent 101 logout")
wait(2)
local function owe_at(place)
  local p = common.log_in(place, "101")
  local from = common.caller{ from = "2125550103" }
  p:expect("ringing", 3)
  p:lift()
  common.talk(from, p)
  from:hang_up(16)
  p:hang_up()
  wait(2)
  assert(common.agent("101").state == "wrap-up" and common.agent("101").disposition_due, common.agent("101").state)
end
local function pay_at(p)
  local a = common.agent("101")
  assert(a.state == "wrap-up" and a.disposition_due, a.state)
  p:lift()
  p:dial("*165#")
  p:hears("agent-disposition-saved", 5)
  p:hang_up()
  wait(2)
  a = common.agent("101")
  assert(a.state == "ready" and not a.disposition_due, a.state)
  assert(record_from("2125550103").disposition == "5", tostring(record_from("2125550103").disposition))
end
owe_at("3/1")
box.console("delete span 3")
box.console("commit")
wait(2)
assert(common.agent("101").state == "logged-out" and common.agent("101").disposition_due, common.agent("101").state)
pay_at(common.log_in("2/4", "101"))
owe_at("2/1")
pay_at(common.log_in("2/4", "101"))
assert(common.agent("101").port == "2/4", common.agent("101").port)
-- The power goes in the next call: the code that is given afterwards is for that one.
local q = phone("2/4")
c = common.caller{ from = "2125550104" }
q:expect("ringing", 3)
q:lift()
common.talk(c, q)
wait(5)
box.power_cut()
wait(2)
box.start()
wait(3)
q:hang_up()
wait(3)
q:lift()
q:dial("*1617#")
q:hears("agent-disposition-saved", 5)
q:hang_up()
wait(2)
assert(record_from("2125550104").disposition == "17", tostring(record_from("2125550104").disposition))
assert(record_from("2125550103").disposition == "5", tostring(record_from("2125550103").disposition))
local text = box.console("set queue sales dispositions 12345678 Long")
if not text:find("digits") then text = box.console("commit") end
assert(text:find("digits"), text)
box.console("rollback 0")
assert(box.query("show sweep --json").mismatches == 0)

-- A log-out was wished for during the call: the disposition that it waited for is confirmed all the same.
ann = phone("2/4")
box.set{ 'queue sales dispositions 5 "Order taken" forced' }
c = talk()
box.console("agent 101 logout")
c:hang_up(16)
ann:hang_up()
wait(6)
assert(common.agent("101").state == "wrap-up", common.agent("101").state)
ann:lift()
ann:dial("*165#")
ann:hears("agent-disposition-saved", 5)
ann:expect("dialtone", 8)
ann:hang_up()
wait(1)
assert(common.agent("101").state == "logged-out", common.agent("101").state)
