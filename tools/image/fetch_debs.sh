#!/usr/bin/env bash
# Fetches Debian packages in exactly these versions: from this machine's mirrors, and what they have no more (a mirror keeps
# the newest only) from Debian's archive, as it was on the day of the lock. apt checks them by Debian's signed lists.
#
#   fetch_debs.sh OUT NAME=VERSION...   OUT gets the .deb files, and log
#
# The status is 3, with a sentence that says what to do, when some cannot be had any more; 1 when the mirror is silent.
# LOCK, SNAPSHOT, APT_ETC, LOCKED: apt_archive.sh.
# shellcheck disable=SC2046,SC2086 # names are words
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
shift
cd "$(dirname "$0")/../.."
. tools/image/apt_archive.sh
NAMED=10      # so many are told by name
PATIENCE_S=10 # a machine without the internet is to hear of it soon
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

absent() { # those whose file is not there
	local package version
	for package in "$@"; do
		version=${package#*=}
		compgen -G "$out/${package%%=*}_${version//:/%3a}_*.deb" >/dev/null || echo "$package"
	done
}
listed() { # OPTIONS...: those of $want that apt can name a place for; one that it cannot would keep it from all others
	apt-cache "$@" -o Dir::State::status=/dev/null show $want 2>/dev/null |
		awk '/^Package:/ { name = $2 } /^Version:/ { print name "=" $2 }' | sort -u || true
}
download() { # OPTIONS...
	local have
	have=$(listed "$@")
	: >"$out/log"
	[ -z "$have" ] || (cd "$out" && apt-get "$@" -q download $have >"$out/log" 2>&1) || true
	want=$(absent $want)
}
update_log=$work/update.log
update_mirrors() { apt-get -q update >"$update_log" 2>&1 || true; }
mirror=()
want=$(absent "$@")
[ -z "${APT_ETC:-}" ] || {
	own_apt "$work/mirror" "$PATIENCE_S" deb
	mirror=("${options[@]}") update_log=$own/log
	update_mirrors() { use_mirrors || true; }
	update_mirrors
}
[ -z "$want" ] || download "${mirror[@]}"
[ -z "$want" ] || { update_mirrors; download "${mirror[@]}"; }
[ -n "$want" ] || exit 0
# Of the mirrors it is Debian's that count, whoever else's this machine has.
silent=$({ grep "$unreachable" "$out/log"; grep "Failed to fetch [^ ]*/debian[a-z-]*/dists/.*\($unreachable\)" "$update_log"; } |
	sed -n 's/^[EW]: Failed to fetch [^ ]* *//p' | head -n 1 || true)

own_apt "$work/archive" "$PATIENCE_S" deb
[ -z "$snapshot" ] || echo "  FETCH  $(echo "$want" | wc -l) packages that the mirror has no more, from $snapshot" >&2
if old_lists; then download "${options[@]}"; fi
[ -n "$want" ] || exit 0

number=$(echo "$want" | wc -l)
named=$(echo "$want" | head -n "$NAMED" | paste -sd' ')
[ "$number" -le "$NAMED" ] || named+=" and $((number - NAMED)) more"
[ -z "$silent" ] || {
	echo "the Debian mirror does not answer ($silent), and these were not fetched: $named" >&2
	exit 1
}
nobody="neither the Debian mirror nor $snapshot has them"
[ -n "$snapshot" ] || nobody="the Debian mirror does not have them, and no archive is to be asked"
[ -z "$snapshot" ] || answers || nobody="the Debian mirror does not have them, and $snapshot does not answer"
echo "locked packages cannot be had any more ($nobody): $named. \`make image LOCK=now\` builds with the versions that the" \
	"mirror has now: another image than the locked one (\`make image-lock\` makes that the lock)." >&2
exit 3
