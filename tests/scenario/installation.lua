-- The README's installation chapter, typed word for word: the wizard, the first call, the line looked at, a change that
-- undoes itself, one taken back, the support bundle.
local folder = arg[0]:match("^(.*/)") or ""
local common = dofile(folder .. "lib/common.lua")

-- The blocks of the chapter: what is typed, in order.
local blocks = {}
do
  local file = assert(io.open(folder .. "../../README.md"))
  local chapter = assert(file:read("a"):match("\n## Installing a box\n(.-)\n## "))
  file:close()
  local block
  for line in (chapter .. "\n"):gmatch("([^\n]*)\n") do
    local typed = line:match("^    belfry> (.+)$") or line:match("^    > ?(.*)$")
    if typed then
      block = block or {}
      block[#block + 1] = typed
    elseif block then
      blocks[#blocks + 1] = block
      block = nil
    end
  end
end
assert(#blocks == 5, #blocks .. " blocks in the chapter")

-- Types a block; returns what each line was answered.
local function type_block(block)
  local said = {}
  for _, line in ipairs(block) do
    said[#said + 1] = box.console(line)
    said[line] = said[#said]
    assert(not said[#said]:find("unknown command", 1, true) and not said[#said]:find("expected", 1, true),
           line .. ": " .. said[#said])
  end
  return said
end

-- Nearly nothing: the lab must know what it is plugged into.
box{ set = { "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn",
             "span 2 type t1", "span 2 signalling fxs" } }

local said = type_block(blocks[1])
local pin
for _, text in ipairs(said) do pin = pin or text:match("agent 101: PIN (%d+)") end
assert(pin, "the wizard told no PIN")
assert(said["show | compare"]:find("queue main", 1, true), said["show | compare"])
wait(3)

local ann = phone("2/1")
ann:lift()
ann:dial("*11101#" .. pin .. "#")
ann:hears("agent-loginok", 10)
ann:hang_up()
wait(2)
local c = call{ span = 1, to = "8005551000", from = "2125550123" }
c:expect("answered", 5)
ann:expect("ringing", 5)
assert(ann:caller_id().number == "2125550123")
ann:lift()
common.talk(c, ann)
c:hang_up(16)
ann:expect("busy-or-reorder", 5)
ann:hang_up()
wait(3)

said = type_block(blocks[2])
assert(said["show spans"]:find("euroisdn up", 1, true), said["show spans"])
assert(said["show health"]:find("Span 1 is well.", 1, true), said["show health"])
assert(said["show calls last 1"]:find("answered", 1, true), said["show calls last 1"])
assert(said["show trace span 1 last 20"]:find("DISCONNECT", 1, true), said["show trace span 1 last 20"])

said = type_block(blocks[3])
assert(said["show configuration queue main"]:find("wrap-up 10s", 1, true), said["show configuration queue main"])
wait(65)
assert(not box.console("show configuration queue main"):find("wrap-up", 1, true), "the commit was not undone")

said = type_block(blocks[4])
assert(not box.console("show configuration queue main"):find("music", 1, true), "the rollback changed nothing")
assert(said["show revisions"]:find("no music", 1, true), said["show revisions"])

said = type_block(blocks[5])
assert(#said[1] > 1000 and said[1]:match("^[%w+/=\n\r]+"), "no bundle")
c = call{ span = 1, to = "8005551000", from = "2125550124" }
ann:expect("ringing", 5)
c:hang_up(16)
