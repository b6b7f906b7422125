-- Hunt groups: all at once, one after the other, in turn; engaged members are passed over; nobody: the final destination.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "huntgroup desks member extension 201 time 6s", "huntgroup desks member extension 202 time 6s",
  "huntgroup desks member external 2125559999 time 8s", "huntgroup desks final announce queue-timeout then hangup 19",
  "huntgroup everybody order all", "huntgroup everybody member extension 201 time 10s",
  "huntgroup everybody member agent 102", "huntgroup everybody member extension 203",
  "huntgroup everybody final hangup 18",
  "huntgroup turns order circular", "huntgroup turns member extension 201", "huntgroup turns member extension 202",
  "huntgroup turns member extension 203", "huntgroup turns final extension 204",
  "did 8005556001 huntgroup desks", "did 8005556002 huntgroup everybody", "did 8005556003 huntgroup turns",
} }
local one, two, three, four = phone("2/1"), phone("2/2"), phone("2/3"), phone("2/4")

-- linear: the first, then the second takes it
local c = common.caller{ to = "8005556001" }
c:expect("alerting", 2)
one:expect("ringing", 2)
assert(one:caller_id().number == "2125550123")
one:expect("silent", 8)
two:expect("ringing", 2)
two:lift()
c:expect("answered", 2)
common.talk(c, two)
c:hang_up(16)
two:hang_up()
local r = common.last_record()
assert(r.outcome == "answered" and r.port == "2/2" and r.cause == 16, r.outcome)

-- linear: engaged is passed over at once; the outside number is tried; nobody: announcement and cause
one:lift()
two:lift()
wait(1)
c = common.caller{ to = "8005556001" }
local out = incoming(1, 2)
assert(out.to == "2125559999", out.to)
out:alert()
c:expect("alerting", 2)
out:expect("rejected", 12)
c:hears("queue-timeout", 5)
c:expect("released", 10)
assert(c.cause == 19, c.cause)
-- the outside number takes it
c = common.caller{ to = "8005556001" }
out = incoming(1, 2)
out:answer()
c:expect("answered", 2)
common.talk(c, out)
out:hang_up(16)
c:expect("released", 3)
-- the outside number is busy: the end at once
c = common.caller{ to = "8005556001" }
incoming(1, 2):reject(17)
c:hears("queue-timeout", 5)
c:hang_up(16)
one:hang_up()
two:hang_up()
wait(2)

-- all: everybody rings, who lifts has it, the others fall silent
local bob = common.log_in("2/2", "102")
c = common.caller{ to = "8005556002" }
one:expect("ringing", 2)
bob:expect("ringing", 2)
three:expect("ringing", 2)
three:lift()
c:expect("answered", 2)
one:expect("silent", 6)
bob:expect("silent", 6)
common.talk(c, three)
three:hang_up()
c:expect("released", 2)
-- nobody lifts: the first stops after 10 s, the others after 15 s
c = common.caller{ to = "8005556002" }
three:expect("ringing", 2)
local began = now()
one:expect("silent", 16)
c:expect("rejected", 10)
assert(c.cause == 18 and math.abs(now() - began - 15) < 1.5, now() - began)
three:expect("silent", 6)
-- the caller gives up
c = common.caller{ to = "8005556002" }
one:expect("ringing", 3)
c:hang_up(16)
for _, p in ipairs{ one, bob, three } do
  p:expect("ringing", 1) -- it did, meanwhile
  p:expect("silent", 6)
end
wait(1)

-- in turn
for _, p in ipairs{ one, two, three, one } do
  c = common.caller{ to = "8005556003" }
  p:expect("ringing", 2)
  p:lift()
  c:expect("answered", 2)
  c:hang_up(16)
  p:hang_up()
  wait(1)
end
-- all engaged: the final destination
one:lift() two:lift() three:lift()
wait(1)
c = common.caller{ to = "8005556003" }
four:expect("ringing", 3)
four:lift()
c:expect("answered", 2)
c:hang_up(16)

-- the rules: a final destination is mandatory; telephones alone ring together
assert(box.console("set huntgroup bare member extension 201") == "")
local text = box.console("commit")
assert(text:find("needs \"final\"", 1, true), text)
box.console("discard")
box.console("set huntgroup everybody member external 5551234")
text = box.console("commit")
assert(text:find("only telephones can ring together", 1, true), text)
box.console("discard")
