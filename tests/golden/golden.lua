-- Golden transcripts: every show command of the console after the same few calls, compared byte for byte with the files
-- beside this one. BELFRY_UPDATE_GOLDEN=1 writes them anew: look at the difference before you commit it.
local folder = arg[0]:match("^(.*)/[^/]*$") or "."
local update = os.getenv("BELFRY_UPDATE_GOLDEN") == "1"

box{ date = "2026-11-23 09:00 UTC", set = {
  "system name Golden", "timezone UTC",
  "span 1 type e1", "span 1 signalling pri-cpe", "span 1 switch euroisdn", "span 1 yellow on",
  "span 2 type t1", "span 2 signalling fxs",
  "port 2/1 extension 201", "port 2/2 extension 202", "port 2/3 extension 203",
  "agent 101 name Ann", "agent 101 pin 4711", "agent 101 port 2/1",
  "agent 102 name \"Bob Builder\"", "agent 102 pin 4712", "agent 102 port 2/2",
  "reason 1 Lunch",
  "queue sales strategy longest-idle", "queue sales agent 101", "queue sales agent 102", "queue sales wrap-up 5s",
  "queue support agent 102", "queue support strategy linear",
  "hours office open mon-fri 08:00-18:00", "hours office then queue sales", "hours office else hangup 17",
  "trunk pstn span 1", "trunk pstn number 4930555", "outside 9 trunk pstn",
  "did 8005551000 queue sales", "did 8005552000 queue support", "did 8005553000 hours office",
} }
local ann, bob, guest = phone("2/1"), phone("2/2"), phone("2/3")
for code, p in pairs{ ["*11101#4711#"] = ann } do
  p:lift(); p:dial(code); p:hears("agent-loginok", 10); p:hang_up()
end

-- 1: answered, held, transferred to a colleague. 2: leads nowhere. 3: gives up. 4: out through the trunk.
local c = call{ span = 1, to = "8005551000", from = "2125550123", name = "ACME Ltd" }
c:expect("answered", 2); ann:expect("ringing", 3); wait(2); ann:lift(); wait(3)
ann:flash(); ann:dial("202"); bob:expect("ringing", 3); bob:lift(); wait(1); ann:hang_up(); wait(2)
c:hang_up(16); bob:expect("busy-or-reorder", 5); bob:hang_up()
call{ span = 1, to = "5550000", from = "2125550124" }:expect("rejected", 2)
ann:lift(); wait(1)
local d = call{ span = 1, to = "8005551000", from = "2125550125", presentation = "restricted" }
d:expect("answered", 2); wait(4); d:hang_up(16); wait(1)
guest:lift(); guest:dial("92125550199")
local o = incoming(1, 10); o:alert(); wait(1); o:reject(41); wait(3)
guest:hang_up(); ann:hang_up(); wait(20)
-- And two in progress: one talks, one waits.
local t = call{ span = 1, to = "8005551000", from = "2125550126", name = "Zoë" }
ann:expect("ringing", 5); ann:lift(); wait(1)
local w = call{ span = 1, to = "8005553000", from = "2125550127" }
w:expect("answered", 2); wait(1)

-- Arguments of those that need some; what differs from run to run or from machine to machine is made alike.
local arguments = {
  ["show calls last"] = "5", ["show call"] = "1", ["show trace span"] = "1 last 12",
  ["show trace number"] = "2125550124 q931", ["show trace call"] = "3 q931", ["show queue"] = "sales next", ["why"] = "1",
  ["show log"] = "5", ["show audit"] = "5", ["show health"] = "",
  ["show agent"] = "101",
}
local numbers_only = { ["show storage"] = true, ["show audit"] = true, ["show revisions"] = true, ["show log"] = true,
  ["show system commit"] = true, ["show software"] = true, ["show journal"] = true, ["show time"] = true,
  ["show system"] = true }
local function alike(command, text)
  if not numbers_only[command] then return text end
  text = text:gsub("/tmp/[%w%-%./_]*", "FOLDER"):gsub("%x%x%x%x%x%x%x+", "N"):gsub("%d+", "N")
  text = text:gsub("Host +[^\n]*", "Host NAME"):gsub("Kernel +[^\n]*", "Kernel N")
  text = text:gsub("Up for [^\n]*", "Up for N") -- hours only where the machine has been up for one
  text = text:gsub('"(%l*host%l*)":"[^"]*"', '"%1":"NAME"'):gsub('"kernel":"[^"]*"', '"kernel":"N"')
  if command == "show time" then -- the kernel may be synchronised, and the machine have a clock on its board
    text = text:gsub("State [^\n]*", "State N"):gsub("RTC .*", "RTC N\n")
    text = text:gsub('"synchronised":%l+', '"synchronised":N')
    text = text:gsub('"max_error_ms":%w+', '"max_error_ms":N'):gsub('"rtc_behind_s":%-?%w+', '"rtc_behind_s":N')
  end
  text = text:gsub("root", "USER"):gsub("uid N", "USER"):gsub(" +", " ")
  return text
end

local failures, written = {}, 0
local function compare(name, command, text)
  local path = folder .. "/" .. name .. ".txt"
  local whole = "> " .. command .. "\n" .. text
  if update then
    local file = assert(io.open(path, "w")); file:write(whole); file:close()
    written = written + 1
    return
  end
  local file = io.open(path, "r")
  local wanted = file and file:read("a") or nil
  if file then file:close() end
  if wanted == whole then return end
  if not wanted then
    table.insert(failures, name .. ": there is no transcript " .. path)
    return
  end
  local next_wanted, number = wanted:gmatch("([^\n]*)\n"), 0
  for line in whole:gmatch("([^\n]*)\n") do
    local want = next_wanted(); number = number + 1
    if want ~= line then
      table.insert(failures, string.format("%s line %d:\n   now    %s\n   golden %s", name, number, line, want or "(nothing)"))
      return
    end
  end
  table.insert(failures, name .. ": the transcript goes on")
end

local function columns(text) -- of the widest line, in characters
  local most, widest = 0, ""
  for line in text:gmatch("([^\n]*)\n") do
    local n = utf8.len(line) or #line
    if n > most then most, widest = n, line end
  end
  return most, widest
end

-- The commands are those that help lists.
local ask = function(line) return (box.console(line)) end
local shows = {}
for line in ask("help"):gmatch("([^\n]+)\n") do
  local words = line:match("^(show [%l%d%- ]-)%s%s") or line:match("^(show [%l%-]+[%l%- ]*)")
  local usage = line:match("^(.-)%s%s+") or line
  if words and not words:find("|", 1, true) then
    words = words:gsub("%s+$", "")
    table.insert(shows, { words = words, json = usage:find("--json", 1, true) or line:find("--json", 1, true),
      needs = usage:match("^" .. words:gsub("%-", "%%-") .. " [A-Z]") })
  end
end
assert(#shows >= 20, "help lists " .. #shows .. " show commands")
table.insert(shows, { words = "why", json = true, needs = true })
for _, show in ipairs(shows) do
  local given = arguments[show.words]
  local command = show.words .. (given and given ~= "" and " " .. given or "")
  if show.needs and not given then
    table.insert(failures, show.words .. " needs an argument: add one to the table in " .. arg[0])
  else
    local name = show.words:gsub("^show ", ""):gsub("[ ]", "-")
    local text = ask(command)
    local most, widest = columns(text)
    if most > 80 then table.insert(failures, command .. ": " .. most .. " columns: " .. widest) end
    compare(name, command, alike(show.words, text))
    if show.json then compare(name .. ".json", command .. " --json", alike(show.words, ask(command .. " --json"))) end
    -- the filters say the same as the text itself
    if not command:find("configuration", 1, true) and show.words ~= "show log" and show.words ~= "show audit" and
      show.words ~= "show flight-recorder" then
      local lines = select(2, text:gsub("\n", "\n"))
      local counted = ask(command .. " | count")
      if counted ~= lines .. " lines\n" then
        table.insert(failures, command .. " | count: " .. counted .. " instead of " .. lines)
      end
    end
  end
end
local included = ask("show ports | include 2/1 ")
assert(included:find("2/1 ", 1, true) and not included:find("2/3 ", 1, true), included)
assert(not ask("show ports | exclude 2/1 "):find("\n2/1 ", 1, true))
if written > 0 then print(written .. " transcripts written") end
if #failures > 0 then
  error("\n" .. table.concat(failures, "\n") ..
    "\nIf that is as it should be: BELFRY_UPDATE_GOLDEN=1 build/belfry-lab run tests/golden/golden.lua")
end
