#!/usr/bin/env bash
# How much each of the box's services could do that it need not: systemd-analyze's exposure, from 0 (nothing) to 10, must
# not be above the figure given here.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze"; exit 77; }
overlay=$PWD/rootfs/overlay failed=0 listed=" "
while read -r name bound; do
	instance=${name/@/@ttyS0}
	listed+="$name "
	said=$(systemd-analyze security --offline=true --root="$overlay" --no-pager "$instance.service" 2>&1) ||
		{ echo "FAILED $name: $said"; failed=1; continue; }
	exposure=$(sed -n 's/^.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p' <<<"$said")
	if [ -n "$exposure" ] && awk "BEGIN { exit !($exposure <= $bound) }"; then
		echo "ok $name: $exposure, at most $bound"
	else
		echo "FAILED $name: exposure ${exposure:-unknown}, at most $bound; what lets it do so:"
		grep ✗ <<<"$said" || true
		failed=1
	fi
done <<'BOUNDS'
belfryd 2.0
belfry-console@ 1.5
belfry-chrony 3.5
belfry-clock 3.0
belfry-confirm 9.6
belfry-dhcp 3.5
belfry-identity 9.6
belfry-look 2.0
belfry-network 7.0
belfry-power 8.0
belfry-spans 8.4
belfry-ssh 2.0
belfry-storage 4.0
belfry-time 8.0
belfry-time-tracking 7.0
belfry-usb@ 9.6
BOUNDS
# Whoever adds a service gives its figure. Those that only say that the box restarts are no services of it.
for unit in "$overlay"/etc/systemd/system/*.service; do
	name=$(basename "$unit" .service)
	case "$listed rescue emergency " in *" $name "*) ;; *) echo "FAILED $name: its exposure is not bounded here"; failed=1 ;; esac
done
exit $failed
