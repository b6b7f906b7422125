#!/usr/bin/env bash
# Resolves rootfs/packages.list and parts.list against the configured Debian mirror and prints the lock:
# one line a package, "whole|part NAME VERSION ARCHITECTURE SHA256".
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/partial"
: >"$work/status"
list() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1" | awk '{ print $1 }'; }
clean=(-o "Dir::State::status=$work/status" -o "Dir::Cache::archives=$work" -o Debug::NoLocking=1 -o APT::Architecture=amd64)
apt-get "${clean[@]}" --no-install-recommends -qq -y --print-uris install $(list rootfs/packages.list) >"$work/whole"
headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-rt-amd64' | sort -V | tail -n 1)
kernel=linux-image-${headers#/usr/src/linux-headers-}
apt-get "${clean[@]}" -qq --print-uris download $(list rootfs/parts.list) "$kernel" >"$work/part"
for kind in whole part; do
	sed -n "s/^'[^']*' \([^ ]*\) .*$/\1/p" "$work/$kind" | sed 's/\.deb$//' | while IFS=_ read -r name version architecture; do
		version=${version//%3a/:}
		sum=$(apt-cache show "$name=$version" | sed -n 's/^SHA256: //p' | head -n 1)
		[ -n "$sum" ] || { echo "no hash for $name $version" >&2; exit 1; }
		echo "$kind $name $version $architecture $sum"
	done
done | LC_ALL=C sort
