-- Agents, telephones and numbers as tables: out, changed, in again; what is wrong is named by line and column, and then
-- nothing is taken in. What was taken in works: an agent of the table logs in and is rung.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

local function import(kind, text)
  local said = box.console("import csv " .. kind .. " -")
  assert(said:find("a line with only", 1, true), said)
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do box.console(line) end
  return box.console(".")
end

local pin = "471108155921" -- never by chance in a hash or a time
box{ set = common.with{ "agent 101 pin " .. pin } }
local agents = box.console("export csv agents")
assert(agents:find("^agent,name,pin,port,"), agents)
assert(not agents:find(pin, 1, true) and agents:find("hmac@", 1, true), agents)
assert(agents:find("sales", 1, true), agents)

-- What goes out comes in and changes nothing.
for _, kind in ipairs{ "agents", "phones", "numbers" } do
  local said = import(kind, (box.console("export csv " .. kind):gsub("\r", "")))
  assert(said:find("rows taken in", 1, true), said)
  assert(box.console("show | compare") == "", kind .. ": " .. box.console("show | compare"))
end

local said = import("agents", [[
agent,name,pin,port,queue
104,"Dora ""Dee"" Müller",4714,2/4,sales penalty 3
105,Emil,47x5,2-5,sales
106,Finn,4716
104,Again,4714,,]])
for _, part in ipairs{ "line 3, column pin: agent 105 pin 47x5: expected a PIN", "line 3, column port: agent 105 port 2-5: ",
                       "line 4: 3 cells, but the header has 5", "line 5, column agent: agent 104 stands on line 2 already",
                       "4 errors, nothing taken in" } do
  assert(said:find(part, 1, true), part .. " is not in:\n" .. said)
end
assert(box.console("show | compare") == "")
said = import("agents", "agent,nmae\n104,Dora")
assert(said:find("unknown column \"nmae\": did you mean \"name\"?", 1, true), said)
said = import("phones", "extension\n201")
assert(said:find("expected a header with the column \"port\"", 1, true), said)
said = import("agents", "agent,name\n104,\"Dora")
assert(said:find("double quote is not closed", 1, true), said)

-- As a spreadsheet in Germany writes it: byte-order mark, semicolons, CRLF.
said = import("agents", "\xef\xbb\xbfagent;name;pin;port;queue\r\n104;\"Dora \"\"Dee\"\" Müller\";4714;2/4;sales penalty 0\r\n")
assert(said:find("1 rows taken in", 1, true), said)
assert(import("numbers", "number,destination\n8005553000,queue sales\n8005552000,"):find("2 rows", 1, true))
assert(import("phones", "port,extension,name\n2/4,209,\"Dora, desk\""):find("1 rows", 1, true))
assert(box.console("commit"):find("commit complete", 1, true))
local shown = box.console("show configuration")
assert(shown:find("set agent 104 name \"Dora \\\"Dee\\\" Müller\"", 1, true), shown)
assert(shown:find("set port 2/4 extension 209", 1, true) and not shown:find("did 8005552000", 1, true), shown)
wait(2)
local p = phone("2/4")
p:lift()
p:dial("*11104#4714#")
p:hears("agent-loginok", 10)
p:hang_up()
wait(2)
local c = common.caller{ to = "8005553000" }
c:expect("answered", 3)
p:expect("ringing", 5)
