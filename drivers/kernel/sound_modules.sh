#!/usr/bin/env bash
# Takes the kernel's own sound drivers (HDA, the loopback card) from the package that build_modules.sh has fetched from.
#
#   sound_modules.sh KERNEL     KERNEL: build/qemu/kernel; gets modules-sound/*.ko, order-hda and order-aloop
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$(cd "$1" && pwd)
read -r release version _ <"$kernel/stamp"
out=$kernel/modules-sound
[ "$(cat "$out/stamp" 2>/dev/null)" != "$release $version" ] || exit 0
package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
"$here/../../tools/image/fetch_debs.sh" "$package" "linux-image-$release=$version"
dpkg-deb -x "$package"/*.deb "$package"
depmod -b "$package" "$release"
rm -rf "$out"
for set in "hda snd_hda_codec_generic snd_hda_intel" "aloop snd_aloop"; do
	mkdir -p "$out"
	# shellcheck disable=SC2086
	set -- $set
	"$here/../../tools/image/copy_modules.sh" "$package" "$release" --flat "$out" "${@:2}"
	mv "$out/order" "$out/order-$1"
done
echo "$release $version" >"$out/stamp"
