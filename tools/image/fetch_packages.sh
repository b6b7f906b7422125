#!/usr/bin/env bash
# Fetches the packages of rootfs/packages.lock and checks their hashes.
#
#   fetch_packages.sh OUT   ->  OUT/whole/*.deb with a package index, OUT/part/*.deb, OUT/modules-of (kernel release)
set -euo pipefail
cd "$(dirname "$0")/../.."
lock=rootfs/packages.lock
out=$(mkdir -p "$1"/{whole,part} && cd "$1" && pwd)
stamp=$(sha256sum <"$lock")
[ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
rm -f "$out/stamp"

file_of() { echo "${1}_${2//:/%3a}_$3.deb"; }
good() { [ -f "$1" ] && echo "$2  $1" | sha256sum --quiet --check - 2>/dev/null; }
missing() { # KIND -> name=version of what is not there with the right hash
	while read -r kind name version architecture sum; do
		[ "$kind" != "$1" ] || good "$out/$kind/$(file_of "$name" "$version" "$architecture")" "$sum" ||
			echo "$name=$version"
	done <"$lock"
}
update=0
for kind in whole part; do
	want=$(missing $kind)
	[ -n "$want" ] || continue
	echo "  FETCH  $(echo "$want" | wc -l) packages"
	if ! (cd "$out/$kind" && apt-get download -q $want >"$out/download.log" 2>&1) && [ $update = 0 ]; then
		update=1
		apt-get update -q >>"$out/download.log" 2>&1
		(cd "$out/$kind" && apt-get download -q $want >>"$out/download.log" 2>&1) || true
	fi
	want=$(missing $kind)
	[ -z "$want" ] || {
		tail -n 5 "$out/download.log" >&2
		echo "not as locked in $lock (make image-lock takes the mirror's present versions):" $want >&2
		exit 1
	}
done
# What an older lock named is not to be installed.
for kind in whole part; do
	for package in "$out/$kind"/*.deb; do
		sum=$(sha256sum <"$package")
		grep -q "^$kind .* ${sum%% *}\$" "$lock" || rm "$package"
	done
done
(cd "$out/whole" && dpkg-scanpackages --multiversion . /dev/null 2>/dev/null >Packages)
sed -n 's/^part linux-image-\([^ ]*\) .*/\1/p' "$lock" >"$out/modules-of"
echo "$stamp" >"$out/stamp"
