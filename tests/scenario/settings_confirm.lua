-- A commit that nobody confirms undoes itself, also over a kill, a stop and a power cut; a confirmed one stays.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local function name() return box.console("show configuration system"):match("name (%S+)") end
local function try(new, minutes)
  box.console("set system name " .. new)
  local said = box.console("commit confirm " .. minutes .. " comment \"trial of " .. new .. "\"")
  assert(said:find("undone in " .. minutes .. " min", 1, true), said)
  assert(name() == new)
end

try("expires", 1)
wait(58)
assert(name() == "expires")
wait(4)
assert(name() == nil, name())

try("killed", 2)
wait(60)
box.kill()
box.start()
assert(name() == "killed")
wait(40)
assert(name() == "killed")
wait(35)
assert(name() == nil, name())

try("cut", 2)
box.power_cut()
box.start()
assert(name() == "cut")
wait(121)
assert(name() == nil, name())

try("stopped", 1)
wait(30)
box.stop()
box.start()
wait(28)
assert(name() == "stopped")
wait(4)
assert(name() == nil, name())

try("kept", 1)
box.console("commit")
box.power_cut()
box.start()
wait(90)
assert(name() == "kept")
local revisions = box.query("show revisions --json")
assert(revisions[1].comment == "trial of kept" and not revisions[1].confirm_within_ms)
assert(revisions[2].comment:find("not confirmed", 1, true), revisions[2].comment)
common.caller():expect("answered", 3)
