-- The scheduler's journal on the console: it grows with what happens, and has the size that the settings give it.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "system journal-size 8" } }
local before = box.query("show journal --json")
assert(before.files == 1 and before.size_bytes == 8 * 1024 * 1024 and before.lost_events == 0, before.size_bytes)
common.log_in("2/1", "101")
local after = box.query("show journal --json")
assert(after.events > before.events and after.decisions > before.decisions and after.hash ~= before.hash, after.events)
assert(box.console("show journal"):find("0 events in 0 gaps"))
