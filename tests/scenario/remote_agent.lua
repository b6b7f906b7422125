-- An agent outside: each call is called out to a number through the trunk, and is theirs once a key was pressed. Busy, no
-- answer, a mailbox and a line that is cut never lose the caller.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "agent 201 name Dora", "agent 201 pin 4721", "agent 201 number 5557001", "agent 201 ring-time 20s",
  "agent 202 name Emil", "agent 202 number 95557002", "agent 202 ack off", "agent 202 present caller",
  "queue sales agent 201", "queue sales agent 202",
  "trunk main number 8005551000", "did 8005559000 login", "reason 3 Lunch",
} }

local function caller(n) return common.caller{ from = "21255501" .. n } end

local function console_fails(line, text)
  local ok, why = pcall(box.console, line)
  why = tostring(why)
  assert(why:find(text, 1, true), line .. ": " .. why)
end

local function logged_in(agent) return common.agent(agent).state ~= "logged-out" end

-- the log-in line knows whose number it is called from: only the PIN is asked for
local l = call{ span = 1, to = "8005559000", from = "5557001" }
l:expect("answered", 2)
l:hears("agent-pass", 5)
l:dial("201#") -- said all the same: that is no wrong PIN
l:hears("agent-pass", 5)
l:dial("4711#")
l:hears("agent-incorrect", 5)
l:dial("201#")
l:hears("agent-pass", 5)
l:dial("4721#")
l:hears("agent-loginok", 5)
-- who still telephones with the box is not called
local c = caller("01")
assert(common.fails(incoming, 1, 3), "called while at the log-in line")
l:hang_up(16)
local out = incoming(1, 3)
assert(out.to == "5557001" and out.from == "8005551000", out.to .. " from " .. out.from)
local a = common.agent("201")
assert(a.state == "ringing" and a.port == "5557001", a.state .. " " .. tostring(a.port))
out:alert()
out:answer()
out:hears({ "agent-ack", "digits/pound" }, 4)
c:say(1004, -10)
assert(common.fails(function() out:hears_tone(1004, -14, 1) end), "connected before the key")
out:dial("#")
out:hears_tone(1004, -14, 3)
c:silence()
common.talk(c, out)
-- two B channels, two calls
assert(common.span(1).in_use == 2, common.span(1).in_use)
local now = box.query("show calls --json")
assert(#now == 2 and now[2].direction == "out" and now[2].agent == "201" and now[2].state == "talking", #now)
c:hang_up(16)
out:expect("released", 3)
assert(out.cause == 16, out.cause)
wait(3)
local last = box.query("show calls last 3 --json")
local queued, leg = last[1], last[2]
if queued.direction == "out" then queued, leg = leg, queued end
assert(queued.outcome == "answered" and queued.agent == "201" and #queued.offers == 1, queued.outcome)
assert(leg.to == "5557001" and leg.outcome == "answered" and leg.talk_ms >= queued.talk_ms, leg.outcome)
assert(leg.reason:find("call " .. queued.id, 1, true), leg.reason)
assert(last[3].to == "8005559000" and last[3].agent == "201", last[3].reason)

-- the caller leaves while the number rings: the call out ends, and so it does while the key is awaited
for _, answers in ipairs{ false, true } do
  c = caller("02")
  out = incoming(1, 3)
  out:alert()
  if answers then out:answer() end
  wait(2)
  c:hang_up(16)
  out:expect(answers and "released" or "rejected", 3)
  local r = common.last_record()
  if r.direction == "out" then r = box.query("show calls last 2 --json")[2] end
  assert(r.outcome == "abandoned" and r.offers[1].result == "cancelled", r.outcome)
  assert(common.agent("201").state == "ready", common.agent("201").state)
end

-- a mailbox answers and talks: no key, so the call goes on; the other agent has none to press and sees the caller
assert(box.console("agent 202 login"))
wait(1)
assert(common.agent("202").port == "95557002")
c = caller("03")
out = incoming(1, 3)
assert(out.to == "5557001")
out:answer()
out:say(1004, -10)
local other = incoming(1, 14)
out:expect("released", 3)
assert(other.to == "5557002" and other.from == "2125550103", other.to .. " from " .. other.from)
other:alert()
wait(1)
other:answer()
common.talk(c, other)
-- the agent hangs up: the end, as at any telephone
other:hang_up(16)
c:expect("released", 3)
assert(c.cause == 16, c.cause)
wait(3)
local r
for _, one in ipairs(box.query("show calls last 3 --json")) do if one.direction == "in" then r = one end end
assert(r.agent == "202" and r.offers[1].result == "no-answer" and r.offers[2].result == "answered", r.agent)

-- the line to the agent is cut while they talk: the caller waits again, first of all, and reaches the next
wait(8)
c = caller("04")
out = incoming(1, 14)
local first = out.to
out:answer()
if first == "5557001" then
  wait(1)
  out:dial("#")
end
common.talk(c, out)
local d = caller("05") -- rings at the other one
other = incoming(1, 3)
other:alert()
local e = caller("06") -- waits
wait(1)
out:hang_up(41)
other:answer()
if other.to == "5557001" then
  wait(1)
  other:dial("#")
end
common.talk(d, other) -- was offered already
d:hang_up(16)
other:expect("released", 3)
out = incoming(1, 14)
out:answer()
if out.to == "5557001" then
  wait(1)
  out:dial("#")
end
common.talk(c, out) -- came before e
e:hang_up(16)
c:hang_up(16)
out:expect("released", 3)
wait(3)
for _, one in ipairs(box.query("show calls last 8 --json")) do if one.from == "2125550104" and one.direction == "in" then r = one end end
assert(r.outcome == "answered" and #r.segments >= 4, r.outcome)

-- busy, refused by the network, no answer: on to the next
box.console("agent 202 logout")
wait(1)
assert(not logged_in("202"))
console_fails("agent 202 pause", "not logged in")
wait(10)
c = caller("07")
incoming(1, 3):reject(17)
out = incoming(1, 14) -- not at once: after timer remote_retry
out:alert()
wait(16)
assert(common.agent("201").state == "ringing") -- the agent's own ring time, not the queue's
out:expect("rejected", 6)
out = incoming(1, 14)
out:answer()
wait(1)
out:hang_up(16) -- declined
out = incoming(1, 14)
out:answer()
wait(1)
out:dial("#")
common.talk(c, out)
c:hang_up(16)
out:expect("released", 3)
wait(3)
for _, one in ipairs(box.query("show calls last 8 --json")) do if one.from == "2125550107" and one.direction == "in" then r = one end end
local results = {}
for _, offer in ipairs(r.offers) do results[#results + 1] = offer.result end
assert(table.concat(results, " ") == "busy no-answer declined answered", table.concat(results, " "))

-- codes at the log-in line; a second call of the same agent takes over
l = call{ span = 1, to = "8005559000", from = "5557001" }
l:hears("agent-pass", 5)
l:dial("4721#")
l:hears("agent-alreadyon", 5)
l:dial("*133#")
l:hears("agent-pause", 5)
assert(common.agent("201").reason == "Lunch", common.agent("201").reason)
l:dial("*77")
l:hears("invalid", 5)
l:dial("*14")
l:hears("agent-ready", 5)
l:dial("*12")
l:hears("agent-loggedoff", 5)
l:expect("released", 6)
assert(not logged_in("201"))

-- the supervisor: what cannot be is said
console_fails("agent 103 login outside", "no number outside")
console_fails("agent 201 login 7/1", "no such telephone")
console_fails("agent 201 login 2/x", "expected a telephone")
box.console("agent 201 login")
wait(1)
console_fails("agent 201 login 2/1", "logged in already")
box.console("agent 201 pause lunch")
wait(1)
a = common.agent("201")
assert(a.state == "paused" and a.reason == "Lunch", a.state)
box.console("agent 201 logout")
box.console("agent 101 login")
wait(1)
assert(common.agent("101").port == "2/1")

-- settings that cannot work are refused, and a number taken away logs the agent out
assert(common.fails(box.set, { "agent 201 number 911" }))
box.console("discard")
box.console("agent 201 login outside")
wait(1)
assert(logged_in("201"))
box.set{ "delete agent 201 number" }
wait(1)
assert(not logged_in("201"), common.agent("201").state)

-- what a call was about is given at the log-in line, and confirmed there
pcall(box.console, "agent 101 logout")
pcall(box.console, "agent 202 logout")
box.set{ "agent 201 number 5557001", 'queue sales dispositions 5 "Order taken" forced' }
local function owes()
  box.console("agent 201 login outside")
  wait(1)
  local c = caller("08")
  local out = incoming(1, 5)
  out:answer()
  out:hears("agent-ack", 4)
  out:dial("#")
  common.talk(c, out)
  return c, out
end
local function due(state)
  local a = common.agent("201")
  assert(a.state == state and a.disposition_due, a.state .. " " .. tostring(a.disposition_due))
end
c, out = owes()
c:hang_up(16)
out:expect("released", 3)
wait(1)
due("wrap-up")
l = call{ span = 1, to = "8005559000", from = "5557001" }
l:hears("agent-pass", 5)
l:dial("4721#")
l:hears("agent-alreadyon", 5)
l:dial("*165#")
l:hears("agent-disposition-saved", 5)
l:hang_up(16)
wait(2)
a = common.agent("201")
assert(not a.disposition_due, a.state)
box.console("agent 201 logout")
wait(1)

-- with the number taken away, behind the call or in it, it is due at the next log-in and holds nobody
for _, in_call in ipairs{ false, true } do
  c, out = owes()
  if in_call then box.set{ "delete agent 201 number" } end
  common.talk(c, out)
  c:hang_up(16)
  out:expect("released", 3)
  wait(1)
  if not in_call then
    due("wrap-up")
    box.set{ "delete agent 201 number" }
    wait(1)
  end
  due("logged-out")
  box.console("agent 201 login 2/1")
  wait(1)
  due("wrap-up")
  box.console("agent 201 disposition 5")
  wait(2)
  assert(common.agent("201").state == "ready", common.agent("201").state)
  box.console("agent 201 logout")
  box.set{ "agent 201 number 5557001" }
  wait(1)
end
