-- *99 at any telephone says which line is not well and why, how many alarms stand, and which port this is.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
wait(3)
local p = phone("2/23")
local function ask()
  p:lift()
  p:dial("*99")
end

ask()
p:hears("health-all-well", 5)
p:hears("health-port", 5)
p:hears("digits/2", 3)
p:hears("digits/20", 3)
p:hears("digits/3", 3)
p:expect("dialtone", 5)
p:hang_up()

fault{ span = 1, l1 = "down" }
wait(5)
ask()
p:hears("health-line", 5)
p:hears("digits/1", 3)
p:hears("health-no-signal", 5)
p:hears("health-alarms", 5)
p:hears("health-port", 8)
p:hang_up()

fault{ span = 1, l1 = "up" }
wait(20)
fault{ span = 1, alarm = "yellow" }
wait(3)
ask()
p:hears("health-far-no-signal", 8)
p:hang_up()
