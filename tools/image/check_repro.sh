#!/usr/bin/env bash
# Makes the image twice in fresh folders and compares the bytes.
#
#   check_repro.sh BOARD BUILD OUT DAHDI PROMPTS
set -euo pipefail
board=$1 build=$2 out=$3 dahdi=$4 prompts=$5
here=$(dirname "$0")
# Both builds are of the same commit, whatever happens to the tree meanwhile.
SOURCE_DATE_EPOCH=$(git -C "$here" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
"$here/fetch_packages.sh" "$out/packages"
for turn in 1 2; do
	rm -rf "$out/repro-$turn"
	mkdir -p "$out/repro-$turn"
	cp -al "$out/packages" "$out/repro-$turn/packages"
	"$here/make_image.sh" "$board" "$build" "$out/repro-$turn" "$dahdi" "$prompts"
done
status=0
for part in root/root.squashfs root/boot/initramfs root/belfry-a.efi root/belfry-b.efi belfry.img; do
	if cmp "$out/repro-1/$part" "$out/repro-2/$part"; then
		echo "  ok     $part is the same twice"
	else
		echo "  FAILED $part differs"
		status=1
	fi
done
[ $status != 0 ] || rm -rf "$out"/repro-{1,2}
exit $status
