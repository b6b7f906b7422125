-- A backup comes back on the same box without anything, on another box with its pass phrase alone: agents keep their
-- PINs. What is damaged, cut short, changed, newer or another box's is refused with a sentence, and nothing changes.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local phrase, pin = "correct horse battery", "471108155921" -- neither stands in sealed text by chance

local function first_line(text) return text:match("^[^\n]*") end
local function refused(line, why)
  local before = box.console("show configuration")
  local said = box.console(line)
  assert(said:find(why, 1, true), said)
  assert(box.console("show configuration") == before)
end
local function write(path, text)
  local f = assert(io.open(path, "w"))
  f:write(text)
  f:close()
  return path
end

box{ set = common.with{ "system name north", "agent 101 pin " .. pin, "user bob role technician", "user bob password geheim99" } }
local folder = os.tmpname()
os.remove(folder)
local file, clone = folder .. ".backup", folder .. ".clone"
local said = box.console("backup " .. file)
assert(said:find("backup written to " .. file, 1, true) and said:find("only this box", 1, true), said)
said = box.console("clone " .. clone .. " phrase \"" .. phrase .. "\"")
assert(said:find("clone written to", 1, true), said)
assert(box.console("clone " .. clone):find("pass phrase", 1, true))
local printed = box.console("backup -")
assert(first_line(printed) == "belfry-backup 1", printed)
local kept = assert(io.open(file)):read("a")
for _, secret in ipairs{ pin, "geheim99", phrase, "hmac:", "hmac@", "hmac-", "$y$j9T$" } do
  assert(not kept:find(secret, 1, true) and not printed:find(secret, 1, true), secret)
end

-- The customer table goes along, sealed.
local with_customers = folder .. ".customers"
local function import(rows)
  box.console("import csv customers -")
  box.console("number,name,class")
  for _, row in ipairs(rows) do box.console(row) end
  return box.console(".")
end
local function customers() return box.console("export csv customers") end
assert(import{ "2125557001,Ada Lovelace,gold", "2125557002,Grace Hopper,gold" }:find("2 customers", 1, true))
said = box.console("clone " .. with_customers .. " phrase \"" .. phrase .. "\"")
assert(said:find("clone written to", 1, true), said)
local sealed = assert(io.open(with_customers)):read("a")
assert(not sealed:find("Lovelace", 1, true) and not sealed:find("2125557001", 1, true))
assert(import{ "2125557003,Mary Jackson,gold" }:find("1 customers", 1, true))

-- The same box: one command, a revision like any other.
box.set{ "country de", "system name south", "agent 101 pin 9999" }
said = box.console("restore " .. file .. " check")
assert(said:find("can be restored: backup of north, revision 1", 1, true), said)
assert(box.console("show configuration system"):find("south", 1, true))
said = box.console("restore " .. file)
assert(said:find("restored: backup of north", 1, true), said)
assert(box.console("show configuration"):find("set system name north", 1, true))
assert(customers():find("Mary Jackson", 1, true), "a backup made without a table leaves the one that there is")
said = box.console("restore " .. with_customers .. " check")
assert(said:find("2 customers are in it", 1, true), said)
common.log_in("2/1", "101", pin)
assert(box.query("show revisions --json")[1].comment:find("restored from the backup of north", 1, true))
box.console("rollback 1")
box.console("commit")
assert(box.console("show configuration country"):find("de", 1, true))
box.power_cut()
box.start()
said = box.console("restore " .. file .. " confirm 1")
assert(said:find("undone in 1 min", 1, true), said)
wait(65)
assert(box.console("show configuration country"):find("de", 1, true))

said = box.console("restore " .. with_customers .. " confirm 1")
assert(said:find("2 customers are not taken in", 1, true) and customers():find("Mary Jackson", 1, true), said)
wait(65)

-- What is not right.
write(folder .. ".cut", kept:sub(1, #kept // 2))
refused("restore " .. folder .. ".cut", "not complete: its end is missing")
write(folder .. ".damaged", (kept:gsub("extension 201", "extension 299", 1)))
refused("restore " .. folder .. ".damaged", "its sum is wrong")
write(folder .. ".newer", (kept:gsub("^belfry%-backup 1", "belfry-backup 2")))
refused("restore " .. folder .. ".newer", "made by a newer release (format 2; this release reads 1)")
write(folder .. ".else", "set country fr\n")
refused("restore " .. folder .. ".else", "this is no backup")
refused("restore /nowhere", "No such file")

-- Lines pasted, as over a serial line.
box.console("restore -")
for line in kept:gmatch("[^\n]+") do box.console(line) end
said = box.console(".")
assert(said:find("restored: backup of north", 1, true), said)

-- Another box.
box{ set = common.with{ "system name east", "agent 101 pin 1234" } }
refused("restore " .. file, "made by another box (north, key ")
refused("restore " .. file .. " phrase whatever", "only that box can read it")
refused("restore " .. clone, "expected its pass phrase")
refused("restore " .. clone .. " phrase \"correct horse batterie\"", "that is not its pass phrase")
said = box.console("restore " .. clone .. " phrase \"" .. phrase .. "\"")
assert(said:find("restored: clone of north", 1, true), said)
assert(box.console("show configuration system"):find("east", 1, true))
said = box.console("restore " .. with_customers .. " phrase \"" .. phrase .. "\"")
assert(said:find("2 customers taken in", 1, true), said)
box.set{ "route 1 match customer gold announce hello-world" }
local known = common.caller{ from = "2125557002" }
known:hears("hello-world", 5)
known:hang_up(16)
box.console("rollback 1")
box.console("commit")
local ann = common.log_in("2/1", "101", pin) -- with the PIN that was set on the other box
box.power_cut()
box.start()
wait(2)
local again = common.log_in("2/2", "102")
assert(customers():find("2125557001,\"Ada Lovelace\",,gold", 1, true), customers())
local c = common.caller()
c:expect("answered", 3)
again:expect("ringing", 5)
local log = box.console("show audit 200")
assert(not log:find("correct horse", 1, true) and log:find("phrase ********", 1, true), log)
for _, name in ipairs{ ".backup", ".clone", ".cut", ".damaged", ".newer", ".else", ".customers" } do os.remove(folder .. name) end
