-- Settings that an older release took and this one refuses: the box takes its calls with the rest of them, an alarm names
-- the first such line, a commit refuses it, and is over once it is mended. Lines of a newer release likewise.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir " .. folder))
box{ spool = folder, set = common.with{} }
box.stop()
local file = assert(io.open(folder .. "/settings", "a"))
file:write('set queue b agent 102\nset queue b nobody queue sales\nset queue sales overflow 2m queue b\n',
  'set queue b dispositions 123456789 "Longer than can be dialled"\n',
  'set span 1 violet on\nset telepathy server 192.0.2.1\n') -- of a newer release: not known at all
file:close()
box.start()
local function alarm() return common.alarm("cannot be used by this firmware") end
wait(2)
assert(alarm().text:find("firmware: 4. The first: line ", 1, true), alarm().text)
assert(alarm().text:find("set span 1 violet", 1, true), alarm().text)
-- Each of them is in the log once, though box and console both read the settings.
local log = box.console("show log"):gsub("%s+", " ")
local _, logged = log:gsub("is left out: ", "")
assert(logged == 4, log)
local ann = common.log_in("2/1", "101")
common.served(ann, 5, { from = "2125550101" })
wait(3)
assert(common.last_record().outcome == "answered")
-- The lines are still there for who mends them, and are not taken again.
assert(box.console("show configuration queue sales"):find("overflow 2m queue b", 1, true))
box.console("set queue sales wrap-up 4s")
local refused = box.console("commit")
assert(refused:find("rule circle", 1, true) or refused:find("digits", 1, true), refused)
box.console("delete queue sales overflow")
box.console("delete queue b dispositions")
refused = box.console("commit")
assert(refused:find("commit complete", 1, true), refused)
wait(1)
assert(not alarm())
-- What was in force before is kept as it stood, and so is what this release cannot read of it.
local kept = assert(io.popen("cat " .. folder .. "/settings-*"))
assert(kept:read("a"):find("set span 1 violet on\nset telepathy server 192.0.2.1\n", 1, true))
kept:close()
os.execute("rm -r " .. folder)
