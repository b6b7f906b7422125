-- What is wrong with a line is said in plain words with its cause, and is over when it is over.
local common = dofile((arg[0]:match("^(.*/)") or "") .. "lib/common.lua")

box{ set = common.with{ "span 3 type e1", "span 3 signalling pri-cpe", "span 3 switch euroisdn", "span 3 clock 0" } }

local function findings(span)
  for _, line in ipairs(box.query("show health --json")) do
    if line.span == span then return line.findings, line.well end
  end
end
local function finds(span, name, words)
  local seen = {}
  for _, report in ipairs(findings(span)) do
    seen[#seen + 1] = report.finding .. " (" .. report.trend .. "): " .. report.text
    if report.finding == name then
      assert(report.text:find(words, 1, true), report.text)
      return report
    end
  end
  error("span " .. span .. ": " .. name .. " expected, found: " .. table.concat(seen, "; "))
end
local function well(span)
  local list, is_well = findings(span)
  assert(is_well and #list == 0, #list > 0 and list[1].text)
end
-- From the first second: a link that is being set up gets no answer yet, which is no fault.
well(1); well(3)
wait(5)
well(1); well(3)
assert(box.console("show health"):find("Span 1 is well.", 1, true))

fault{ span = 1, alarm = "yellow" }
wait(3)
finds(1, "far-no-signal", "our sending pair does not arrive there")
fault{ span = 1, alarm = "none" }
fault{ span = 1, l1 = "down" }
wait(5)
finds(1, "no-signal", "receives no signal")
assert(#findings(1) == 1, "what follows from a cut cable is not told as well")
fault{ span = 1, l1 = "up" }
wait(15)

-- Not on the network's clock: slips, and nothing lost.
local before = common.span(3)
fault{ span = 3, ppm = 200 }
wait(60)
local slips = common.span(3).slips - before.slips
assert(slips >= 11 and slips <= 12, "slips: " .. slips)
assert(common.span(3).frames_lost == before.frames_lost, "frames lost: " .. common.span(3).frames_lost)
finds(3, "clock", "span 3 is not taking the network's clock")
fault{ span = 3, ppm = -200 }
wait(60)
local more = common.span(3).slips - before.slips - slips
assert(more >= 10 and more <= 12, "slips the other way: " .. more)
assert(common.span(3).frames_lost == before.frames_lost, "frames lost: " .. common.span(3).frames_lost)
fault{ span = 3, ppm = 0 }
wait(310)
assert(finds(3, "clock", "in the last 60 minutes").trend == "over")

fault{ span = 3, dchannel = "dead" }
wait(60)
finds(3, "dchannel-down", "its D channel gets no answer")
assert(box.console("show health span 3"):find("dchannel-down", 1, true))
fault{ span = 3, dchannel = "ok" }
wait(20)

local lost = common.span(3).frames_lost
fault{ span = 3, loss = 5 }
wait(10)
assert(common.span(3).frames_lost > lost)
assert(common.span(3).errored_seconds > 5)
finds(3, "frames-lost", "lost frames")
fault{ span = 3, loss = 0 }
fault{ span = 3, ber = 0.001 }
wait(60)
finds(3, "bit-errors", "bit errors")

-- Who has mended the line begins anew, and sees it at once.
box.console("test span 3 reset-counters")
local anew = common.span(3)
assert(anew.slips == 0 and anew.frames_lost == 0 and anew.errored_seconds == 0, box.console("show spans 3"))
