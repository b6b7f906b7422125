-- BENCH_CALLS routed calls, one every 3 s, in a time that is the same whatever their number: what a call costs is the
-- difference between two such runs.
box{ set = { "span 1 type e1", "span 1 signalling pri-cpe", "span 2 type t1", "span 2 signalling fxs",
  "agent 101 pin 1", "queue sales agent 101", "did 800 queue sales" } }
local p = phone("2/1")
p:lift()
p:dial("*11101#1#")
p:hears("agent-loginok", 5)
p:hang_up()
wait(2)
for i = 1, 24 do
  local next_call = now() + 4
  if i <= tonumber(os.getenv("BENCH_CALLS")) then
    local c = call{ span = 1, to = "800", from = tostring(2125550100 + i), name = "ACME Ltd" }
    p:expect("ringing", 3)
    p:lift()
    c:expect("answered", 2)
    wait(0.5)
    c:hang_up(16)
    wait(0.2)
    p:hang_up()
  end
  wait(next_call - now())
end
box.stop()
