-- From nearly nothing (the lab must know the spans) to the first call with the wizard: Enter takes what it proposes.
box{ set = { "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn",
             "span 2 type t1", "span 2 signalling fxs" } }
local said = box.console("wizard")
assert(said:find("1 of 10", 1, true), said)
local answers = { "", "gb", "", "", "", "2", "", "", "", "" }
for _, answer in ipairs(answers) do said = box.console(answer) end
local pin = said:match("agent 101: PIN (%d+)")
assert(pin, said)
box.console("commit")
wait(3)
local ann = phone("2/1")
ann:lift()
ann:dial("*11101#" .. pin .. "#")
ann:hears("agent-loginok", 10)
ann:hang_up()
wait(2)
local c = call{ span = 1, to = "8005551000", from = "2125550123" }
ann:expect("ringing", 5)
ann:lift()
c:say(1004, -10)
ann:hears_tone(1004, -14, 3)
