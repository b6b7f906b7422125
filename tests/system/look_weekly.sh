#!/usr/bin/env bash
# The booted slot is looked through for damage once a week: the timer is one that systemd takes, the box's start asks for
# it, its hours are a week apart, and what it begins is idle on disk and processor.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze"; exit 77; }
export TZ=UTC # systemd tells the hours with the zone's own letters
units=$PWD/rootfs/overlay/etc/systemd/system failed=0
judge() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@"; then echo "ok $what"; else echo "FAILED $what"; failed=1; fi
}
sound() { # UNIT: systemd-analyze tells of what it does not know and says yes all the same
	local said
	said=$(SYSTEMD_UNIT_PATH=$units:/usr/lib/systemd/system systemd-analyze verify --man=no --recursive-errors=no "$1" 2>&1) &&
		[ -z "$said" ] || { echo "$said"; return 1; }
}
a_week_apart() {
	local hours hour last=
	hours=$(systemd-analyze calendar --iterations=60 "$(sed -n 's/^OnCalendar=//p' "$units/belfry-look.timer")" |
		sed -n 's/^ *\(Next elapse\|Iter\. #[0-9]*\): //p')
	[ "$(wc -l <<<"$hours")" = 60 ] || return 1
	while read -r hour; do
		hour=$(date -u -d "${hour#* }" +%s)
		[ -z "$last" ] || [ $((hour - last)) = 604800 ] || return 1
		last=$hour
	done <<<"$hours"
}
judge "systemd takes the timer" sound belfry-look.timer
judge "the box's start asks for it" grep -Eq '^Wants=(.* )?belfry-look\.timer( |$)' "$units/belfry.target"
judge "its hours are a week apart" a_week_apart
for line in IOSchedulingClass=idle CPUSchedulingPolicy=idle ProtectSystem=strict; do
	judge "what it begins has $line" grep -qx "$line" "$units/belfry-look.service"
done
exit $failed
