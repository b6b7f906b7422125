-- A second program on the same data folder is refused; the first goes on.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local status, text = box.second()
assert(status ~= 0, "the second one ran")
assert(#text > 0, "it did not say why")
common.caller():expect("answered", 3)
