#!/usr/bin/env bash
# What a caller who waits costs of the journal of call records: an entry is a sync.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
entries() { # SECONDS [SETTING]: in the journal when one caller has waited so long
	cat >"$folder/waits.lua" <<END
box{ set = { "span 1 type e1", "span 1 signalling pri-cpe", "queue sales max-wait 1h", "queue support max-wait 1h", "did 800 queue sales", ${2:-} } }
local c = call{ span = 1, to = "800", from = "2125550123" }
c:expect("answered", 3)
wait($1)
box.kill()
assert(os.execute("cp $folder/belfry-lab-*/data/journal $folder/journal"))
END
	TMPDIR=$folder "$build/belfry-lab" run "$folder/waits.lua" >&2 || return 1
	grep -ao JBRC "$folder/journal" | wc -l
}
judge() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || { echo "FAILED $1: $2 entries instead of $3"; exit 1; }
	echo "ok $1"
}
judge "a number that leads straight to a queue: one entry, the SETUP's" "$(entries 5)" 1
judge "on to another queue: that is one more" "$(entries 9 '"queue sales overflow 5s queue support"')" 2
