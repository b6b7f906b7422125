#!/usr/bin/env bash
# Resolves packages.list and parts.list against the Debian mirrors of this machine as they are now, and writes the lock:
# one line a package, "whole|part NAME VERSION ARCHITECTURE SHA256". The kernel is the one that Debian's own
# linux-headers-rt-amd64 of the day stands for, whatever headers are installed here.
#
#   lock_packages.sh FILE     FILE is replaced only if it differs
#
#   LISTS=DIR  where these lists are, else rootfs   APT_ETC=DIR  apt's settings in place of /etc/apt, and lists of its own
# shellcheck disable=SC2046 # names are words
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/image/apt_archive.sh
lists=${LISTS:-rootfs}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/partial"
: >"$work/status"
machine=()
apt_update() { apt-get -q update >"$work/log" 2>&1 && ! grep -q '^[EW]: Failed to fetch' "$work/log"; }
[ -z "${APT_ETC:-}" ] || {
	own_apt "$work/own" 30 deb
	machine=("${options[@]}")
	apt_update() { use_mirrors; }
}
apt_update || echo "  note: not every mirror of this machine answers: its lists may be old" >&2
list() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$lists/$1" | awk '{ print $1 }'; }
clean=("${machine[@]}" -o "Dir::State::status=$work/status" -o "Dir::Cache::archives=$work" -o Debug::NoLocking=1
	-o APT::Architecture=amd64 -o Acquire::ForceHash=SHA256)
release=$(apt-cache "${clean[@]}" depends --important linux-headers-rt-amd64 | sed -n 's/.*Depends: linux-headers-//p' | head -n 1)
[ -n "$release" ] || { echo "no mirror has linux-headers-rt-amd64" >&2; exit 1; }
apt-get "${clean[@]}" --no-install-recommends -qq -y --print-uris install $(list packages.list) >"$work/whole"
apt-get "${clean[@]}" -qq --print-uris download $(list parts.list) "linux-image-$release" >"$work/part"
for kind in whole part; do
	while read -r _ file _ sum; do
		IFS=_ read -r name version architecture <<<"${file%.deb}"
		case $sum in SHA256:*) ;; *) echo "no SHA-256 of $file" >&2; exit 1 ;; esac
		echo "$kind $name ${version//%3a/:} $architecture ${sum#SHA256:}"
	done <"$work/$kind"
done | LC_ALL=C sort >"$work/lock"
others=$(LC_ALL=C comm -23 "$work/lock" "$lists/packages.lock" | wc -l)
mkdir -p "$(dirname "$1")"
cmp -s "$work/lock" "$1" || cp "$work/lock" "$1"
echo "  LOCK   the versions that the mirror has now, ${1#"$PWD/"}: $others of $(wc -l <"$1") packages are not as in" \
	"$lists/packages.lock"
