-- The box's key is lost while settings are there: an alarm says what it costs; the next start has its key again.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir " .. folder))

box{ spool = folder, set = common.with{} }
local function alarm()
  for _, a in ipairs(box.query("show alarms --json")) do
    if a.text:find("key was missing", 1, true) then return a end
  end
end
assert(not alarm(), "no alarm while the key is there")
box.stop()
assert(os.remove(folder .. "/key"))
box.start()
local a = assert(alarm(), "an alarm for the lost key")
assert(a.severity == "critical" and a.text:find("set the agents' PINs again", 1, true), a.text)
assert(box.console("show alarms"):find("key was missing", 1, true))
box.stop()
box.start()
assert(not alarm(), "the new key is there: the alarm is over with the next start")
box.stop()
os.execute("rm -r " .. folder)
