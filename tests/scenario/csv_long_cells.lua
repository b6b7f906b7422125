-- An agent of many queues: the cell of a table holds them all, and the table that was exported changes nothing when it
-- is imported. What does not fit into a cell of a spreadsheet is refused and not cut.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local function queues(first, last)
  local lines = {}
  for i = first, last do
    local name = string.format("a-queue-of-a-long-name-%03d-west", i)
    lines[#lines + 1] = "queue " .. name .. " agent 101 penalty 123 weight 111 share 100"
  end
  return lines
end

box{ set = common.with(queues(1, 31)) }
local file = os.tmpname()
local said = box.console("export csv agents " .. file)
assert(said:find("agents written to", 1, true), said)
local f = assert(io.open(file))
local text = f:read("a")
f:close()
assert(select(2, text:gsub("a%-queue%-of", "")) == 31, text)
said = box.console("import csv agents " .. file)
assert(said:find("rows taken in", 1, true), said)
assert(box.console("show | compare") == "", box.console("show | compare"))
os.remove(file)
for _, line in ipairs(queues(32, 700)) do box.console("set " .. line) end
said = box.console("export csv agents " .. file)
assert(said:find("agent 101, column queue: more than the 32767 bytes", 1, true), said)
assert(not io.open(file))
