#!/usr/bin/env bash
# Fetches the packages of the lock (LOCK, else rootfs/packages.lock) and checks their hashes.
#
#   fetch_packages.sh OUT   ->  OUT/whole/*.deb with a package index, OUT/part/*.deb, OUT/modules-of (kernel release)
#
# The status is 3 when some cannot be had any more (fetch_debs.sh says which, and what to do).
# shellcheck disable=SC2046,SC2086 # names are words
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/image/apt_archive.sh
out=$(mkdir -p "$1"/{whole,part} && cd "$1" && pwd)
stamp=$(sha256sum <"$lock")
[ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
rm -f "$out/stamp"

file_of() { echo "${1}_${2//:/%3a}_$3.deb"; }
good() { [ -f "$1" ] && echo "$2  $1" | sha256sum --quiet --check - >/dev/null 2>&1; }
missing() { # -> "KIND FILE NAME=VERSION" of what is not there with the right hash
	local kind name version architecture sum file
	while read -r kind name version architecture sum; do
		file=$(file_of "$name" "$version" "$architecture")
		good "$out/$kind/$file" "$sum" || echo "$kind $file $name=$version"
	done <"$lock"
}
want=$(missing)
if [ -n "$want" ]; then
	echo "  FETCH  $(echo "$want" | wc -l) packages"
	rm -rf "$out/new"
	status=0
	tools/image/fetch_debs.sh "$out/new" $(echo "$want" | cut -d' ' -f3 | sort -u) || status=$?
	while read -r kind file _; do
		rm -f "$out/$kind/$file"
		[ ! -f "$out/new/$file" ] || ln "$out/new/$file" "$out/$kind/"
	done <<<"$want"
	# Right by Debian's lists, but not what the lock means: that is nothing to go round.
	wrong=$(missing | while read -r kind file package; do [ ! -f "$out/$kind/$file" ] || echo "$package"; done)
	[ -z "$wrong" ] || {
		echo "not the packages that were locked in $lock, but others of the same name and version (SHA-256):" $wrong >&2
		exit 1
	}
	[ "$status" = 0 ] || exit "$status"
	rm -rf "$out/new"
fi
# What an older lock named is not to be installed.
for kind in whole part; do
	for package in "$out/$kind"/*.deb; do
		[ -f "$package" ] || continue
		sum=$(sha256sum <"$package")
		grep -q "^$kind .* ${sum%% *}\$" "$lock" || rm "$package"
	done
done
(cd "$out/whole" && dpkg-scanpackages --multiversion . /dev/null 2>/dev/null >Packages)
locked_release >"$out/modules-of"
echo "$stamp" >"$out/stamp"
