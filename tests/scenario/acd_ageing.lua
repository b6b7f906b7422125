-- Ageing: a caller of the lesser queue who has waited long enough goes before a new one of the better queue.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "queue sales priority 5", "queue sales ageing 10s per-step",
  "queue gold priority 3", "queue gold agent 101", "did 8005556000 queue gold",
} }
local function rings_for(ann, number)
  ann:expect("ringing", 5)
  assert(ann:caller_id().number == number, ann:caller_id().number)
end
local plain = common.caller{ from = "2125550101" }
plain:expect("answered", 2)
wait(5)
local gold = common.caller{ from = "2125550102", to = "8005556000" }
gold:expect("answered", 2)
-- Not even one step yet: gold is first.
local ann = common.log_in("2/1", "101")
rings_for(ann, "2125550102")
ann:lift()
common.talk(gold, ann)
wait(20) -- two steps and more: as gold as gold, and here for longer
local late = common.caller{ from = "2125550103", to = "8005556000" }
late:expect("answered", 2)
local next = box.query("show queue gold next --json")
assert(next.priority == 3 and next.others_waiting == 0 and not next.agent, next.priority)
gold:hang_up(16)
ann:hang_up()
rings_for(ann, "2125550101")
local why = box.query("why 1 --json")[1] -- and why this one, of priority 5, came before one of 3
assert(why.priority == 5 and why.aged_priority < 3 and why.aged_priority > 1, why.aged_priority)
