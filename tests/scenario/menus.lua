-- Menus: keys over the prompt, nested, wrong and no choices, extensions.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{
  "menu main prompt queue-welcome", "menu main key 1 queue sales", "menu main key 2 menu more",
  "menu main key 31 extension 203", "menu main key 3 extension 202", "menu main key * announce queue-full then menu main",
  "menu main timeout 4s extension 204", "menu main invalid hangup 21", "menu main tries 2",
  "menu main extensions on",
  "menu more prompt zero-operator", "menu more key 0 extension 204", "menu more key 9 menu main",
  "did 8005557000 menu main",
} }
local ann, two, three, four = common.log_in("2/1", "101"), phone("2/2"), phone("2/3"), phone("2/4")
local function caller()
  local c = common.caller{ to = "8005557000" }
  c:expect("answered", 2)
  return c
end
local function over(c, p)
  p:lift()
  common.talk(c, p)
  c:hang_up(16)
  p:hang_up()
  wait(2)
end

-- the prompt, then a key
local c = caller()
c:hears("queue-welcome", 3)
wait(6)
c:dial("1")
ann:expect("ringing", 3)
over(c, ann)
local r = common.last_record()
assert(r.queue == "sales" and r.agent == "101" and r.segments[1].kind == "ivr", r.queue)
-- over the prompt
c = caller()
wait(0.5)
c:dial("1")
ann:expect("ringing", 3)
over(c, ann)
-- a key that is the beginning of another waits, a longer one does not
c = caller()
c:dial("3")
two:expect("ringing", 5)
over(c, two)
c = caller()
c:dial("31")
three:expect("ringing", 2)
over(c, three)
-- nested, and back
c = caller()
c:dial("2") -- extensions begin with 2: the menu waits for more
c:hears("zero-operator", 6)
c:dial("9")
c:hears("queue-welcome", 3)
c:dial("2")
c:hears("zero-operator", 6)
c:dial("0")
four:expect("ringing", 3)
over(c, four)
-- an announcement, and the menu again
c = caller()
c:dial("*")
c:hears("queue-full", 4)
c:hears("queue-welcome", 12)
-- an extension
c:dial("203")
three:expect("ringing", 5)
over(c, three)
-- wrong twice
c = caller()
c:dial("7")
c:hears("pbx-invalid", 3)
c:hears("queue-welcome", 6)
c:dial("8")
c:expect("released", 3)
assert(c.cause == 21, c.cause)
-- nothing twice: the timeout's destination
c = caller()
c:hears("queue-welcome", 3)
c:hears("queue-welcome", 14)
four:expect("ringing", 14)
over(c, four)
-- wrong, then nothing: the last attempt says where to
c = caller()
c:dial("7")
c:hears("pbx-invalid", 3)
four:expect("ringing", 20)
-- gone in the menu
c:hang_up(16)
four:expect("silent", 6)
c = caller()
wait(1)
c:hang_up(16)
assert(common.last_record().outcome == "abandoned")
-- a menu that goes while somebody is in it
c = caller()
box.console("delete menu main")
box.console("delete menu more")
box.set{ "did 8005557000 queue sales" }
c:expect("released", 3)
assert(c.cause == 41, c.cause)
