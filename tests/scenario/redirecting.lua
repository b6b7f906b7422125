-- A call that was forwarded to us is routed by the number called.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with() }
local ann = common.log_in("2/1", "101")
local c = common.caller{ redirecting = { number = "8005557777", reason = "busy" } }
c:expect("answered", 3)
ann:expect("ringing", 3)
assert(ann:caller_id().number == "2125550123")
c:hang_up(16)
local r = common.last_record()
assert(r.to == "8005551000" and r.from == "2125550123", r.to)
