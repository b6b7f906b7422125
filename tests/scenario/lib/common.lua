-- What most scenarios begin with: an E1 trunk, a bank of telephones, three agents, one queue.
local common = {}

common.base = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn",
  "span 2 type t1", "span 2 signalling fxs",
  "port 2/1 extension 201", "port 2/2 extension 202", "port 2/3 extension 203", "port 2/4 extension 204",
  "agent 101 name Ann", "agent 101 pin 4711", "agent 101 port 2/1",
  "agent 102 name Bob", "agent 102 pin 4712", "agent 102 port 2/2",
  "agent 103 name Cleo", "agent 103 pin 4713", "agent 103 port 2/3",
  "queue sales strategy linear", "queue sales agent 101", "queue sales agent 102", "queue sales agent 103",
  "did 8005551000 queue sales", "did 8005552000 extension 204",
  "trunk main span 1", "outside 9 trunk main",
}

-- The base and more lines; a later line replaces an earlier one of the same path.
function common.with(more)
  local lines = table.move(common.base, 1, #common.base, 1, {})
  return table.move(more or {}, 1, more and #more or 0, #lines + 1, lines)
end

local pins = { ["101"] = "4711", ["102"] = "4712", ["103"] = "4713" }

-- Logs an agent in at a telephone, given by its place, with a PIN other than the base's if need be, and returns the telephone.
function common.log_in(place, agent, pin)
  local p = phone(place)
  p:lift()
  p:dial("*11" .. agent .. "#" .. (pin or pins[agent]) .. "#")
  p:hears("agent-loginok", 10)
  p:hang_up()
  wait(2)
  return p
end

function common.caller(fields)
  local request = { span = 1, to = "8005551000", from = "2125550123" }
  for name, value in pairs(fields or {}) do request[name] = value end
  return call(request)
end

-- Both hear each other.
function common.talk(a, b)
  a:say(1004, -10)
  b:hears_tone(1004, -14, 3)
  a:silence()
  b:say(697, -10)
  a:hears_tone(697, -14, 3)
  b:silence()
end

-- A call from its ring at this telephone, within so many seconds, to its end.
function common.served(p, within_s, fields)
  local c = common.caller(fields)
  p:expect("ringing", within_s)
  p:lift()
  common.talk(c, p)
  c:hang_up(16)
  p:hang_up()
end

-- The newest finished call's record, once it has been written.
function common.last_record()
  wait(3)
  return box.query("show calls last 1 --json")[1]
end

function common.agent(number)
  for _, agent in ipairs(box.query("show agents --json")) do
    if agent.agent == number then return agent end
  end
end

function common.span(number)
  for _, span in ipairs(box.query("show spans --json")) do
    if span.span == number then return span end
  end
end

-- A call out over span 1 that is answered: the telephone, lifted, and the network's end.
function common.dial_out(place, digits, talk_s)
  local p = phone(place)
  p:lift()
  p:dial(digits)
  local c = incoming(1, 12)
  c:answer()
  wait(talk_s or 1)
  return p, c
end

-- The same, hung up at this end.
function common.dials(place, digits, talk_s)
  local p, c = common.dial_out(place, digits, talk_s)
  p:hang_up()
  c:expect("released", 5)
  wait(2)
end

-- What is dialled is refused by voice.
function common.dials_in_vain(place, digits)
  local p = phone(place)
  p:lift()
  p:dial(digits)
  p:hears({ "not-permitted", "pbx-invalid" }, 12)
  p:hang_up()
  wait(2)
end

-- An agent tries to log in; what is heard.
function common.try_log_in(place, agent, pin)
  local p = phone(place)
  p:lift()
  p:dial("*11" .. agent .. "#" .. pin .. "#")
  local heard = p:hears({ "agent-loginok", "agent-incorrect" }, 10)
  p:hang_up()
  wait(2)
  return heard
end

-- The first alarm that stands with these words in it, or nil.
function common.alarm(words)
  for _, alarm in ipairs(box.query("show alarms --json")) do
    if alarm.text:find(words, 1, true) then return alarm end
  end
end

function common.fails(f, ...)
  return not pcall(f, ...)
end

return common
