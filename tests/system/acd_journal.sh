#!/usr/bin/env bash
# The scheduler's journal of a box that worked, was killed and lost its power: every decision comes again, byte for byte,
# in this build of belfry-sim and in another one (other compiler, sanitizers). What was changed by hand is told.
set -u
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

check() { # TEXT STATUS
	if [ "$2" -eq 0 ]; then
		echo "ok     $1"
	else
		echo "FAILED $1"
		failed=1
	fi
}

cat >"$folder/day.lua" <<EOF
local common = dofile("$PWD/tests/scenario/lib/common.lua")
box{ spool = "$folder/data", date = "2026-11-22 09:00 Europe/Berlin", set = common.with{
  "timezone Europe/Berlin", "queue sales strategy round-robin", "queue sales wrap-up 3s",
  "queue support agent 103", "queue support agent 101", "queue support strategy random",
  "did 8005553000 queue support", "hours never open mon 00:00-00:01", -- it is a Sunday
  "queue shut hours never", "did 8005554000 queue shut" } }
local function morning(seed)
  common.log_in("2/1", "101")
  common.log_in("2/2", "102")
  common.log_in("2/3", "103")
  common.caller{ to = "8005554000", from = "2125550199" }
  local t = traffic{ calls_per_hour = 200, dids = { "8005551000", "8005553000" }, talk = 40, patience = 60,
                     agents = { "2/1", "2/2", "2/3" }, seed = seed }
  t:run(700)
end
local function sums()
  local offered, answered, calls, refused = 0, 0, 0, 0
  for _, q in ipairs(box.query("show queues --json")) do
    offered, answered, refused = offered + q.offered, answered + q.answered, refused + q.refused
  end
  for _, a in ipairs(box.query("show agents --json")) do calls = calls + a.calls end
  assert(refused > 0, "a closed queue has counted nobody")
  return ("offered %d, answered %d, refused %d, agents' calls %d"):format(offered, answered, refused, calls), answered, calls
end
morning(1)
local before, answered, calls = sums()
assert(answered > 10 and calls == answered, before)
box.kill()
wait(15)
box.start()
assert(sums() == before, before .. "; after the kill " .. sums())
morning(2)
wait(10)
before = sums()
box.power_cut()
wait(15)
box.start()
assert(sums() == before, before .. "; after the power cut " .. sums())
morning(3)
box.stop()
EOF
"$build/belfry-lab" run "$folder/day.lua" >"$folder/lab.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/lab.txt"
check "the day's counters go on after kill -9 and after a power cut" $status

journal=$folder/data/acd
"$build/belfry-sim" replay --hash "$journal" >"$folder/here.txt" 2>"$folder/notes.txt"
status=$?
[ $status -eq 0 ] || cat "$folder/here.txt" "$folder/notes.txt"
check "replay makes every decision again: $(tail -n 1 "$folder/here.txt")" $status
[ "$(grep -c ': the same as the box\|decisions were not written' "$folder/here.txt")" -ge 3 ]
check "three files, one a start, each compared" $?

other=clang
case "$build" in *clang*) other=gcc ;; esac
make -s CC=$other SAN=address BUILD="$folder/other" "$folder/other/belfry-sim" >"$folder/make.txt" 2>&1 ||
	cat "$folder/make.txt"
fixed="setarch -R" # some kernels place programs where a sanitizer wants to be
$fixed true 2>/dev/null || fixed=
$fixed "$folder/other/belfry-sim" replay --hash "$journal" >"$folder/there.txt" 2>/dev/null
cmp -s "$folder/here.txt" "$folder/there.txt"
check "the same from a build by $other with sanitizers" $?

whatif() { "$build/belfry-sim" whatif --journal "$journal" "$@" >"$folder/whatif.txt" 2>&1; }
answered() { awk '/^answered/ { print $3 - $2 }' "$folder/whatif.txt"; }
whatif && grep -q "without the changes all .* decisions come out as they were" "$folder/whatif.txt" && [ "$(answered)" -eq 0 ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "what if nothing changed: the day comes out as it was, over both restarts" $status
whatif --set "agents -1 from 09:00" && [ "$(answered)" -lt 0 ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "what if there had been one agent fewer: fewer calls answered ($(answered))" $status
whatif --set "agents +2 from 09:00" --set "queue sales strategy longest-idle" && [ "$(answered)" -gt 0 ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "what if there had been two more: more calls answered ($(answered))" $status
whatif --set "queue sales strategy fastest"
[ $? -eq 2 ] && grep -q "no such strategy: fastest" "$folder/whatif.txt"
check "a line that is wrong is told" $?
whatif --set "queue sales overflow 30s hangup 17"
[ $? -eq 2 ] && grep -q "does not concern the scheduler, or is not known: overflow" "$folder/whatif.txt"
check "a line that it cannot set is named" $?
whatif --set "agents +2 from 25:00"
[ $? -eq 2 ] && grep -q "time of day.*25:00" "$folder/whatif.txt"
check "a time of day that is none is named" $?
whatif --set "queue sales need dutch 3" --set "queue sales relax 10s need dutch 2"
[ $? -eq 2 ] && grep -q "contradict each other" "$folder/whatif.txt"
check "lines that contradict each other are refused" $?
whatif --set "queue sales best-of support" --set "agent 102 max-occupancy 1%" && [ "$(answered)" -lt 0 ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "what if sales' callers had gone to support, and an agent had worked less: fewer calls answered ($(answered))" $status
whatif && cp "$folder/whatif.txt" "$folder/all.txt" && whatif --day 2026-11-22 && cmp -s "$folder/all.txt" "$folder/whatif.txt"
check "the one day of the journal is all of it" $?
whatif --day 2026-11-23
[ $? -eq 2 ] && grep -q "nothing of that day" "$folder/whatif.txt"
check "a day that is not there is told" $?
"$build/belfry-sim" whatif --journal "$folder/data" >"$folder/whatif.txt" 2>&1 && cmp -s "$folder/all.txt" "$folder/whatif.txt"
check "the data folder will do for the journal in it" $?
whatif --set "agents +1 from 03:10 to 03:20" && grep -q '"agents +1 from 03:10 to 03:20" changes nothing' "$folder/whatif.txt"
check "a time of day that the journal does not have is told" $?

# Three days and three hours in one go: each day has its hours, and who has logged in before them goes too.
"$build/belfry-sim" model --calls 40 --aht 180 --agents 3 --length 3000 --runs 2 --journal "$folder/days.events" >/dev/null
journal=$folder/days.events
share() { awk -v row="$1" '$0 ~ "^" row { print $NF / $(NF - 1) < '"$2"' }' "$folder/whatif.txt"; }
whatif --set "agents +2 from 10:00 to 12:00" && [ "$(share occupancy 0.965)" = 1 ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "two more from ten to twelve, on each of the days" $status
whatif --set "agents -1 from 10:00 to 12:00" && [ "$(share "service level" 0.98)" = 1 ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "one fewer from ten to twelve, who was there before and comes back" $status
journal=$folder/data/acd
cp -r "$journal" "$folder/gap"
rm "$(ls "$folder"/gap/*.events | sed -n 2p)"
"$build/belfry-sim" whatif --journal "$folder/gap" >"$folder/whatif.txt" 2>&1
status=$?
[ $status -eq 0 ] && grep -q "the file before it is missing" "$folder/whatif.txt" || cat "$folder/whatif.txt"
grep -q "the file before it is missing" "$folder/whatif.txt" && [ $status -eq 0 ] &&
	[ "$(awk '/^answered/ { print $2 }' "$folder/whatif.txt")" -lt "$(awk '/^answered/ { print $2 }' "$folder/all.txt")" ]
check "a gap in the journal is told, and the day runs up to it" $?

# The journal of a box whose software was updated: the older version is refused in words, what is behind it is not.
cp -r "$folder/data" "$folder/older"
cp -r "$folder/data" "$folder/same"
for file in "$folder"/older/acd/*.events; do python3 tests/system/journal_edit.py older "$file"; done
cp -r "$journal" "$folder/half"
python3 tests/system/journal_edit.py older "$(ls "$folder"/half/*.events | head -n 1)"
"$build/belfry-sim" replay --hash "$folder/half" >"$folder/updated.txt" 2>&1
[ $? -eq 2 ] && [ "$(grep -c "of another version" "$folder/updated.txt")" -eq 1 ] && grep -q ": the same as the box" "$folder/updated.txt"
status=$?
[ $status -eq 0 ] || cat "$folder/updated.txt"
check "over an update: the file of the older version is refused, those behind it replayed" $status
"$build/belfry-sim" whatif --journal "$folder/half" >"$folder/whatif.txt" 2>&1 &&
	grep -q "by older software, .* left out" "$folder/whatif.txt" && grep -q "without the changes all" "$folder/whatif.txt"
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "what if over an update: from the first file of this version on" $status
cat >"$folder/older.lua" <<EOF
local function answered()
  local sum = 0
  for _, q in ipairs(box.query("show queues --json")) do sum = sum + q.answered end
  return sum
end
box{ spool = "$folder/same", date = "2026-11-22 12:00 Europe/Berlin" }
local before = answered()
box.stop()
assert(before > 10, before)
box{ spool = "$folder/older", date = "2026-11-22 12:00 Europe/Berlin" }
assert(answered() == before, answered())
box.stop()
EOF
"$build/belfry-lab" run "$folder/older.lua" >"$folder/lab.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/lab.txt"
check "a box that is updated goes on with the day's counters" $status

# A disposition that is owed, and an answer dropped at once: both belong to their call, whoever takes it then.
cat >"$folder/owed.lua" <<EOF
local common = dofile("$PWD/tests/scenario/lib/common.lua")
box{ spool = "$folder/owed", date = "2026-11-22 09:00 Europe/Berlin", set = common.with{
  "timezone Europe/Berlin", "queue sales strategy ring-all", "queue sales wrap-up 0s",
  'queue sales dispositions 5 "Order" forced' } }
local phones = { common.log_in("2/1", "101"), common.log_in("2/2", "102"), common.log_in("2/3", "103") }
for i = 1, 12 do
  local caller = common.caller{ from = "21255501" .. (10 + i) }
  local drops, agent = phones[i % 3 + 1], phones[(i + 1) % 3 + 1]
  wait(2) -- all three ring
  if i % 4 == 0 then
    drops:lift() wait(0.4) drops:hang_up() wait(2)
  end
  agent:lift() wait(20) caller:hang_up(16) wait(1)
  agent:dial("*165#") wait(3) agent:hang_up()
  wait(10)
end
box.stop()
EOF
"$build/belfry-lab" run "$folder/owed.lua" >"$folder/lab.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/lab.txt"
check "a day of forced dispositions, and of answers dropped at once" $status
journal=$folder/owed/acd
accepted() { "$build/belfry-sim" replay "$journal" | grep -c " accepted "; }
as_it_was() { grep -q "without the changes all .* decisions come out as they were" "$folder/whatif.txt"; }
row() { awk -v row="$1" '$0 ~ "^" row { print $(NF - 1), $NF }' "$folder/whatif.txt"; }
whatif && as_it_was && grep -q "^12 calls" "$folder/whatif.txt" && [ "$(accepted)" -eq 15 ] && [ "$(row answered)" = "12 12" ] &&
	[ "$(row "fairness: most")" = "4 4" ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "what if nothing changed: an answer dropped at once is none again, and counts for nobody" $status
for change in "agents +1 from 09:00" "agents -1 from 09:00" "queue sales strategy linear"; do
	whatif --set "$change" && as_it_was && [ "$(row answered)" = "12 12" ] && [ "$(row occupancy | awk '{ print $2 < 60 }')" = 1 ]
	status=$?
	[ $status -eq 0 ] || cat "$folder/whatif.txt"
	check "what if $change: who took a call gives its disposition, and takes the next one" $status
done

# One disposition that a kill cut off, then callers who give up: who talks with them in its likeness does not owe for ever.
cat >"$folder/cut.lua" <<EOF
local common = dofile("$PWD/tests/scenario/lib/common.lua")
box{ spool = "$folder/cut", date = "2026-11-22 09:00 Europe/Berlin", set = common.with{
  "timezone Europe/Berlin", "queue sales wrap-up 0s", 'queue sales dispositions 5 "Order" forced' } }
local ann = common.log_in("2/1", "101")
local caller = common.caller{ from = "2125550101" }
ann:expect("ringing", 5)
ann:lift() wait(10) caller:hang_up(16) wait(1) ann:hang_up() wait(2)
assert(common.agent("101").state == "wrap-up")
box.kill()
wait(15)
box.start()
wait(5)
for i = 1, 3 do
  caller = common.caller{ from = "21255501" .. (10 + i) }
  wait(20) caller:hang_up(16) wait(20)
end
wait(60)
box.stop()
EOF
"$build/belfry-lab" run "$folder/cut.lua" >"$folder/lab.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/lab.txt"
check "a day whose one disposition was cut off" $status
journal=$folder/cut/acd
whatif --set "agents +1 from 09:00" && as_it_was && [ "$(row answered)" = "1 4" ]
status=$?
[ $status -eq 0 ] || cat "$folder/whatif.txt"
check "what if there had been one more: all three who gave up are answered" $status
journal=$folder/data/acd

# Random rules and every kind of trouble; BELFRY_ENEMY_SEED=N repeats or varies it.
seed=${BELFRY_ENEMY_SEED:-1}
SPOOL="$folder/enemy" "$build/belfry-lab" run --seed "$seed" tests/system/acd_enemy.lua >"$folder/lab.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/lab.txt"
check "random rules, commits during calls, kill -9, full disk, power cut (seed $seed): wire, records and counters agree" $status
"$build/belfry-sim" replay --hash "$folder/enemy/acd" >"$folder/enemy.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/enemy.txt"
check "and every decision comes again: $(tail -n 1 "$folder/enemy.txt")" $status
"$build/belfry-sim" whatif --journal "$folder/enemy/acd" >"$folder/enemy.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/enemy.txt"
check "and the day runs again without change as it was" $status

# The second file's state as other software may write it: a number in two bytes where this one writes it in one.
cp -r "$journal" "$folder/updated"
python3 tests/system/journal_edit.py longer-number "$(ls "$folder"/updated/*.events | sed -n 2p)"
"$build/belfry-sim" replay --hash "$folder/updated" >"$folder/updated.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/updated.txt"
check "over an update of the software: the state written otherwise is no gap" $status
rm "$(ls "$folder"/updated/*.events | sed -n 1p)"
: >"$(ls "$folder"/updated/*.events | tail -n 1)"
"$build/belfry-sim" replay --hash "$folder/updated" >"$folder/updated.txt" 2>&1
status=$?
[ $status -eq 0 ] || cat "$folder/updated.txt"
grep -q "the box stopped here while writing" "$folder/updated.txt"
check "an empty file, as a power cut leaves it: told, and no fault" $((status + $?))

# One decision changed and the checksums made right again: replay says which one, in words.
python3 tests/system/journal_edit.py other-time "$(ls "$journal"/*.decisions | head -n 1)"
"$build/belfry-sim" replay --hash "$journal" >"$folder/changed.txt" 2>&1
[ $? -eq 1 ] && grep -q "the first decision that differs is number" "$folder/changed.txt"
status=$?
[ $status -eq 0 ] || cat "$folder/changed.txt"
check "a decision that was changed: status 1, and told in words" $status

last=$(ls "$journal"/*.events | tail -n 1)
head -c $(($(stat -c %s "$last") - 3)) "$last" >"$folder/cut.events"
"$build/belfry-sim" replay --hash "$folder/cut.events" >"$folder/cut.txt" 2>&1
[ $? -eq 2 ] && grep -q "byte .*after event" "$folder/cut.txt"
check "a journal that is cut: status 2, and where" $?
printf 'BELFRYJ1old' >"$folder/old.events"
"$build/belfry-sim" replay "$folder/old.events" >"$folder/old.txt" 2>&1
[ $? -eq 2 ] && grep -q "of another version" "$folder/old.txt"
check "a journal of an older version is refused with a sentence" $?
exit $failed
