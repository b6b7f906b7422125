-- What goes wrong on the disk image while calls go on, and what its front panel shows; asked for by image_calls.py.
local here = arg[0]:match("^(.*/)") or ""
local ask = dofile(here .. "image_ask.lua")
local common = dofile(here .. "../scenario/lib/common.lua")
local keys = "/sys/kernel/debug/belfry-panel/inputs"
local BUTTON, SUPPLY = "0x800", "0x1000"

local function ok(name) print("ok " .. name) end
local function led(name) return ask("cat /sys/class/leds/belfry:" .. name .. "/brightness") end
local function within(seconds, what, f)
  local until_s = now() + seconds
  while not f() do
    assert(now() < until_s, what)
    wait(1)
  end
end
local function alarm(words)
  for _, a in ipairs(box.query("show alarms --json")) do
    if a.text:find(words, 1, true) then return a.text end
  end
end
local function alarms() return box.console("show alarms") end

box{ set = common.base, spans = { [1] = { switch = "euroisdn" } } } -- the last start comes up without its settings

-- Music is to come from a sound card, and there is none.
box.set{ "sound main device hw:0", "music radio line-in", "queue sales music radio" }
within(30, "no alarm of the sound card that is not there: " .. alarms(), function() return alarm("Sound card main (") end)
local waiting = common.caller{ from = "2125550100" }
waiting:expect("answered", 5)
assert(common.fails(function() waiting:hears_nothing(3) end), "who waits hears nothing")
waiting:hang_up(16)
box.set{ "delete queue sales music", "delete music radio", "delete sound main" }
within(30, "the alarm of the sound card stays: " .. alarms(), function() return not alarm("Sound card") end)
ok("a sound card that is not there: an alarm, and who waits hears the default music")

local ann = common.log_in("2/1", "101")
within(20, "the LED of a span that is up is not green", function() return led("green:span1") == "255" or led("green:span1") == "1" end)
assert(led("red:span1") == "0" and led("red:span3") == "0" and led("green:span3") == "0", "LEDs of other spans")
ok("the LED of a span that is up is green, that of one that is not there dark")

ask("mount -t debugfs debugfs /sys/kernel/debug")

-- What the box measures of itself, by the kernel's own interfaces: too much is an alarm, and less again its end.
local function measured(name, too_much, words, good)
  ask(too_much)
  within(30, "no alarm, " .. name .. ": " .. alarms(), function() return alarm(words) end)
  ask(good)
  within(30, "the alarm stays, " .. name .. ": " .. alarms(), function() return not alarm(words) end)
  ok(name .. ": an alarm, and over when it is good again")
end
local panel = "/sys/kernel/debug/belfry-panel/"
measured("temperature", "echo 80000 >" .. panel .. "temperature", "Temperature box: 80 degrees", "echo 40000 >" .. panel .. "temperature")
measured("flash wear", "echo 9 >" .. panel .. "used_life", "Flash emmc has used 90 %", "echo 1 >" .. panel .. "used_life")
measured("clock chip", "date -s @$(($(date +%s) + 300))", "The clock chip is", "date -s @$(($(date +%s) - 300))")

-- The supply warns: who talks goes on, nobody new comes in.
local talking = common.caller{ from = "2125550100" }
ann:expect("ringing", 5)
ann:lift()
common.talk(talking, ann)
ask("echo " .. SUPPLY .. " >" .. keys)
within(10, "no alarm of the supply: " .. alarms(), function() return alarm("supply is failing") end)
local cause = common.caller{ from = "2125550104" }:expect("rejected", 5).cause
assert(cause == 41, "a call while the supply fails: cause " .. cause)
common.talk(talking, ann)
ask("echo 0 >" .. keys)
within(10, "the supply's alarm stays", function() return not alarm("supply is failing") end)
talking:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
wait(2)
ok("the supply's warning: an alarm, no new call, and all is well when it is back")

ask("dd if=/dev/zero of=/data/filler bs=1M; dd if=/dev/zero of=/data/filler2 bs=4k; sync")
local first = common.caller{ from = "2125550101" }
ann:expect("ringing", 5)
ann:lift()
common.talk(first, ann)
local left = tonumber(ask("df /data | tail -n 1 | awk '{ print $(NF - 2) }'"))
assert(left < 64, left .. " KiB are left")
within(120, "no alarm of a full disk: " .. alarms(), function() return alarm("full") or alarm("room") or alarm("%") end)
common.talk(first, ann)
assert(box.console("set agent 102 name Fullhouse") == "")
local said = box.console("commit")
assert(said:find("commit complete", 1, true), said)
first:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
wait(2)
local second = common.caller{ from = "2125550102" }
ann:expect("ringing", 5)
ann:lift()
common.talk(second, ann)
ok("data is full: the call that is talking goes on, the next one comes, settings are committed")
within(20, "an alarm does not make the status red", function() return led("red:status") ~= "0" end)
ok("an alarm makes the status LED red")
ask("rm -f /data/filler /data/filler2; sync")
second:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
within(60, "the records of the calls while the disk was full are missing", function()
  local found = {}
  for _, r in ipairs(box.query("show calls last 5 --json")) do found[r.from] = r.outcome end
  return found["2125550101"] == "answered" and found["2125550102"] == "answered"
end)
ok("with room again, both calls have their records")

-- A span whose card is not there cannot be configured, and the others do not notice.
box.console("set span 3 type e1")
box.console("set span 3 signalling pri-cpe")
said = box.console("commit")
assert(said:find("span 3: DAHDI has no span of this number", 1, true) and not said:find("span 3: span 3", 1, true), said)
box.console("discard")
local third = common.caller{ from = "2125550103" }
ann:expect("ringing", 5)
ann:lift()
common.talk(third, ann)
third:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
ok("a span whose card is not there is refused, and the others work")

-- The cable of span 1 out and in.
fault{ span = 1, l1 = "down" }
within(20, "a dead span's LED is not red", function() return led("red:span1") ~= "0" and led("green:span1") == "0" end)
within(20, "the alarm relay is open", function() return led("relay:alarm") ~= "0" end)
fault{ span = 1, l1 = "up" }
within(60, "the span's LED stays red", function() return led("green:span1") ~= "0" and led("red:span1") == "0" end)
ok("cable out: span LED red and the relay closed; cable in: green")

-- The reset button, and the power goes: the next start is a factory reset.
ask("echo " .. BUTTON .. " >" .. keys, "sleep 2", "echo 0 >" .. keys)
wait(3)
assert(not alarm("factory reset"), "a short press asks for a factory reset")
ask("echo " .. BUTTON .. " >" .. keys)
within(30, "ten seconds of the button do nothing", function() return alarm("factory reset was asked for") end)
ask("echo 0 >" .. keys)
box.power_cut()
wait(1)
box.start()
said = box.console("show configuration")
assert(not said:find("Fullhouse", 1, true) and not said:find("queue sales", 1, true), said)
assert(#box.query("show calls last 5 --json") == 0, "records of before are still there")
said = ask("ls /conf /conf/belfry", "journalctl -b -o cat | grep 'factory reset'")
assert(not said:find("^factory%-reset") and not said:find("\nfactory%-reset\n") and said:find("factory reset is done", 1, true), said)
ok("ten seconds of the reset button: the next start makes the box as new, and the flag is gone")
