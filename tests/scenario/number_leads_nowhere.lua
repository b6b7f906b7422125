-- A number without an entry is refused with cause 1, and the refusal is on record.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local c = common.caller{ to = "8005559999" }
c:expect("rejected", 2)
assert(c.cause == 1, c.cause)
local r = common.last_record()
assert(r.to == "8005559999" and r.outcome == "refused", r.outcome)
