-- A caller reaches an agent: log-in, ring with caller ID, talk both ways, release, record.
box{ set = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn",
  "span 2 type t1", "span 2 signalling fxs",
  "agent 101 name Ann", "agent 101 pin 4711", "agent 101 port 2/1",
  "queue sales strategy longest-idle", "queue sales agent 101",
  "did 8005551000 queue sales",
} }
local ann = phone("2/1")           -- span 2, channel 1
ann:lift(); ann:dial("*11101#4711#"); ann:hears("agent-loginok", 10); ann:hang_up()

local c = call{ span = 1, to = "8005551000", from = "2125550123", name = "ACME Ltd" }
c:expect("answered", 2)            -- a queue answers at arrival unless set otherwise
ann:expect("ringing", 3)           -- announcements never delay a free agent
assert(ann:caller_id().number == "2125550123")
ann:lift()
c:say(1004, -10); ann:hears_tone(1004, -14, 3)     -- Hz, dBm0 at least, within seconds
ann:say(697, -10); c:hears_tone(697, -14, 3)
c:dial("5"); c:hang_up(16); ann:expect("busy-or-reorder", 5)
wait(2)
local r = box.query("show calls last 1 --json")[1]
assert(r.queue == "sales" and r.agent == "101" and r.cause == 16 and r.outcome == "answered")
