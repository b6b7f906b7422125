-- Emergency numbers go out at once, without a prefix, from any telephone, whatever its class.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "port 2/1 class internal" } }
local p = phone("2/1")
p:lift()
p:dial("92125550188#") -- its class does not allow this
assert(common.fails(incoming, 1, 5))
p:hang_up()
wait(2)
for _, digits in ipairs{ "911", "112", "9911" } do
  p:lift()
  p:dial(digits)
  local c = incoming(1, 3)
  assert(c.to == digits:match("[19]1[12]$"), c.to)
  c:answer()
  common.talk(p, c)
  p:hang_up()
  c:expect("released", 5)
  wait(2)
end

-- 112 at the end of a number that does not exist is no emergency call; after the refusal, or a flash, it is one
p = phone("2/2")
p:lift()
p:dial("5112")
assert(not pcall(incoming, 1, 4), "a wrong number became an emergency call")
p:flash()
p:expect("dialtone", 3)
p:dial("112")
assert(incoming(1, 5).to == "112")
p:hang_up()

-- and after every pause: `#` and a time-out end a number, a short pause ends what is dialled on after a refusal
local refused = {
  { "5#", 0.5 }, { "20", 8.4 }, { "5", 1.2 }, { "5", 2 }, { "5", 2.8 }, { "5112", 1.2 },
}
for _, first in ipairs(refused) do
  wait(2)
  p:lift()
  wait(1)
  p:dial(first[1])
  wait(first[2])
  p:dial("112")
  local gone, c = pcall(incoming, 1, 4)
  assert(gone and c.to == "112", "112 after " .. first[1] .. " and " .. first[2] .. " s")
  p:hang_up()
end

-- dialled on over the end of the prompt it is still the refused number; after that the dial tone comes
wait(2)
p:lift()
p:dial("5")
for _ = 1, 24 do
  p:dial("9")
  wait(0.5)
end
p:dial("112")
assert(common.fails(incoming, 1, 1), "a wrong number became an emergency call")
p:expect("dialtone", 3)
p:dial("112")
assert(incoming(1, 4).to == "112")
p:hang_up()

-- 112 over a question that was not asked for is no answer to it
box.set{ 'queue sales dispositions 5 "Order" forced', "reason 7 Home", "reason 7 for logout", "logout reason forced" }
local ann = common.log_in("2/1", "101")
local function emergency_over(code, question)
  ann:lift()
  ann:dial(code)
  ann:hears(question, 12)
  ann:dial("112")
  local gone, c = pcall(incoming, 1, 3)
  assert(gone and c.to == "112", "112 over " .. question)
  ann:hang_up()
  wait(2)
end
emergency_over("*12", "enter-reason")
local call_in = common.caller()
ann:expect("ringing", 3)
ann:lift()
common.talk(call_in, ann)
call_in:hang_up(16)
ann:hang_up()
wait(2)
emergency_over("*15", "agent-disposition")
