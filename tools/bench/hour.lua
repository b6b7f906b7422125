-- An hour of one E1 at 25 Erlang: 28 agents on two phone banks; every call compared with the box's records.
local set = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 2 type t1", "span 2 signalling fxs", "span 3 type t1",
  "span 3 signalling fxs", "did 800 queue sales",
}
local ports = {}
for i = 1, 28 do
  ports[i] = i <= 24 and "2/" .. i or "3/" .. (i - 24)
  set[#set + 1] = "agent " .. 100 + i .. " pin 1"
  set[#set + 1] = "queue sales agent " .. 100 + i
end
box{ set = set }
for i, place in ipairs(ports) do
  local p = phone(place)
  p:lift()
  p:dial("*11" .. 100 + i .. "#1#")
  p:hears("agent-loginok", 5)
  p:hang_up()
end
wait(2)
local per_hour, talk = tonumber(os.getenv("BENCH_CALLS_PER_HOUR") or "900"), tonumber(os.getenv("BENCH_TALK") or "100")
local t = traffic{ calls_per_hour = per_hour, dids = { "800" }, talk = talk, patience = 120, agents = ports, seed = 7 }
t:run(tonumber(os.getenv("BENCH_SECONDS") or "3600"))
t:check()
print("offered " .. t.offered)
box.stop()
