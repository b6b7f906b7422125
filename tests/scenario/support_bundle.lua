-- The support bundle: the listed rows, no secret in it; a secret that got into a file of it all the same is found by the
-- second search, and then there is no bundle.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder .. "/flight-recorder"))

-- Long enough never to stand by chance in the counters and times of the machine that are in the bundle too.
local pin, wrong = "471108155921", "407863302916"
box{ spool = folder, set = common.with{ "agent 101 pin " .. pin, "user bob password geheim99" } }
common.caller{ to = "8005552000" }:hang_up(16)
wait(3)
-- PINs that were dialled, right and wrong, and one dialled as a number: none of them is written down anywhere.
common.log_in("2/1", "101", pin)
local p = phone("2/2")
p:lift()
p:dial("*11102#" .. wrong .. "#")
p:hears("agent-incorrect", 10)
p:hang_up()
wait(2)
p:lift()
p:dial("9*11102#" .. wrong .. "#")
wait(8)
p:hang_up()
wait(1)
p:lift()
p:dial("*1#" .. wrong .. "#")
wait(8)
p:hang_up()
assert(box.console("flight-recorder freeze"):find("frozen", 1, true))
wait(1)
local function run(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  assert(pipe:close(), command)
  return text
end
local file = folder .. "-bundle.tar.gz"
local said = box.console("support bundle " .. file)
assert(said:find("support bundle written to " .. file, 1, true), said)
local names = run("tar -tzf " .. file)
for _, name in ipairs{ "README", "software", "configuration", "alarms", "log", "audit", "spans", "memory", "data-folder",
  "captures", "recordings", "storage", "system" } do
  assert(names:find("support/" .. name .. ".txt", 1, true), name .. " is not in it:\n" .. names)
end
local all = run("tar -xzOf " .. file)
assert(all:find("set agent 101 pin ********", 1, true) and all:find("set user bob password ********", 1, true))
for _, secret in ipairs{ pin, wrong:sub(1, 8), "geheim99", "hmac:", "$y$j9T$" } do
  local at = all:find(secret, 1, true)
  assert(not at, at and all:sub(math.max(1, at - 300), at + 60))
end
assert(names:find("support/flight%-recorder%-%d+%.pcap"), "the captures are in it:\n" .. names)
assert(run("tar -xzOf " .. file .. " support/captures.txt"):find("by-hand", 1, true), "and their list")
assert(all:find("8005552000", 1, true), "the calls are in it")
assert(os.execute("test $(stat -c %a " .. file .. ") = 600"))
os.remove(file)

-- As text, for a line that carries nothing else.
local text = box.console("support bundle -")
local f = assert(io.open(folder .. "-text", "w"))
f:write(text)
f:close()
assert(run("base64 -d " .. folder .. "-text | tar -tzf -") == names)

local function planted(name, bytes)
  local path = folder .. "/flight-recorder/" .. name
  local out = assert(io.open(path, "w"))
  out:write("\0\1\2" .. bytes .. "\0\3")
  out:close()
  local answer = box.console("support bundle " .. file)
  assert(answer:find("flight-recorder-" .. name .. " has ", 1, true) and answer:find("not written", 1, true), answer)
  assert(not io.open(file) and not io.open(file .. ".new"))
  os.remove(path)
end
local settings = assert(io.open(folder .. "/settings")):read("a")
local hash = settings:match("pin hmac:(%x+)")
planted("pin.pcap", hash) -- a value of the settings, without what says so
planted("foreign.pcap", "hmac:" .. string.rep("ab", 32)) -- another box's
planted("password.pcap", settings:match("(%$y%$%S+)"))
planted("key.pcap", (assert(io.open(folder .. "/key")):read("a"):gsub("\n", "")))
planted("backup.pcap", box.console("backup -"))
assert(box.console("support bundle " .. folder .. "/no/such/folder"):find("not", 1, true))
assert(box.console("support bundle"):find("expected a file", 1, true))
-- However long it is made, and however busy the machine: the lab's clock waits for the program that makes it.
assert(os.execute("truncate -s 64M " .. folder .. "/flight-recorder/long.pcap"))
local begun = now()
assert(box.console("support bundle " .. file):find("written to", 1, true))
assert(now() - begun < 1, now() - begun)
os.remove(file)
os.execute("rm -rf " .. folder .. " " .. folder .. "-text")
