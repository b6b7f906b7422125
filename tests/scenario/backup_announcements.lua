-- What is backed up can be restored: files that are no announcements stay out, names that the file cannot hold are named,
-- and a backup that would be too large for restore is refused and not written.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local folder = os.tmpname()
os.remove(folder)
box{ set = common.base, spool = folder }
local function write(name, bytes)
  os.execute("mkdir -p " .. folder .. "/prompts")
  local f = assert(io.open(folder .. "/prompts/" .. name, "w"))
  f:write(string.rep("\1", bytes))
  f:close()
end

write(".left-over", 100)
write("two words.wav", 100)
write("music.wav", 1000)
local said = box.console("backup " .. folder .. "/one phrase correct-horse")
assert(said:find("two words.wav is not in the backup", 1, true) and not said:find("left-over", 1, true), said)
said = box.console("restore " .. folder .. "/one phrase correct-horse check")
assert(said:find("can be restored", 1, true), said)
os.remove(folder .. "/prompts/music.wav")
said = box.console("restore " .. folder .. "/one phrase correct-horse")
assert(said:find("1 announcements", 1, true), said)
local f = assert(io.open(folder .. "/prompts/music.wav"))
assert(#f:read("a") == 1000)
f:close()

for i = 1, 6 do write("music" .. i .. ".wav", 4000000) end
said = box.console("backup " .. folder .. "/two phrase correct-horse")
assert(said:find("larger than the 24 MB that restore takes", 1, true), said)
assert(not io.open(folder .. "/two"))
os.remove(folder .. "/prompts/music6.wav")
os.remove(folder .. "/prompts/music5.wav")
said = box.console("backup " .. folder .. "/two phrase correct-horse")
assert(said:find("backup written to", 1, true), said)
said = box.console("restore " .. folder .. "/two phrase correct-horse check")
assert(said:find("can be restored", 1, true), said)
os.execute("rm -rf " .. folder)
