-- Flash, a number, hang up: the caller goes to the other desk and the agent is free.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local c = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
ann:flash()
ann:dial("204")
local desk = phone("2/4")
desk:expect("ringing", 6)
ann:hang_up()
desk:lift()
common.talk(c, desk)
desk:hang_up()
c:expect("released", 5)

-- W24: the agent's part ends when the agent leaves, however long the others talk on.
c = common.caller{ from = "2125550102" }
ann:expect("ringing", 3)
ann:lift()
common.talk(c, ann)
ann:flash()
ann:dial("204")
desk:expect("ringing", 6)
ann:hang_up()
desk:lift()
wait(120)
local agent = common.agent("101")
assert(agent.state == "ready" and agent.talk_ms < 60000, agent.state .. " " .. agent.talk_ms)
c:hang_up(16)
desk:hang_up()
local r = common.last_record()
local by_agent = 0
for _, segment in ipairs(r.segments) do
  if segment.agent == "101" then by_agent = by_agent + segment.end_ms - segment.start_ms end
end
assert(by_agent > 0 and by_agent < 60000, "the agent's segments last " .. by_agent .. " ms of " .. r.talk_ms)
