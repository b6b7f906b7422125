-- Eight E1 spans, nothing going on: memory and the cost of time.
local set = {}
for n = 1, tonumber(os.getenv("BENCH_SPANS") or "8") do
  set[#set + 1] = "span " .. n .. " type e1"
  set[#set + 1] = "span " .. n .. " signalling pri-cpe"
end
box{ set = set }
wait(60)
print("box_time " .. now())
box.stop()
