#!/usr/bin/env bash
# The whole image, from packages to disk. What has not changed since the last time is not made again.
#
#   make_image.sh BOARD BUILD OUT DAHDI PROMPTS     OUT gets belfry.img and usb/belfry
#
# LOCK: another lock than rootfs/packages.lock. The status is 3 when what it names cannot be had any more, and LOCK=now can.
set -euo pipefail
board=$1 build=$2 out=$3 dahdi=$4 prompts=$5
here=$(dirname "$0")
tree=$(cd "$here/../.." && pwd)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$tree" log -1 --format=%ct)}
[ "$(id -u)" = 0 ] || { echo "the root file system is made by root: run as root, or in a container" >&2; exit 1; }
lock=$(cd "$tree" && realpath "${LOCK:-rootfs/packages.lock}")
# DAHDI is built for the kernel headers of this machine, the kernel comes by the lock: where a mirror has moved on, those
# can be two, and none of the modules would load.
release=$(sed -n 's/^part linux-image-\([^ ]*\) .*/\1/p' "$lock")
built=$(modinfo -F vermagic "$dahdi/dahdi.ko" | cut -d' ' -f1)
[ "$built" = "$release" ] || {
	echo "DAHDI's modules are built for the kernel $built, the lock (${lock#"$tree/"}) has $release, which would not load them:" \
		"install linux-headers-$release, or \`make image LOCK=now\` builds with the versions that the mirror has now." >&2
	exit 3
}
mkdir -p "$out"
"$here/fetch_packages.sh" "$out/packages"
# What the image is made of: if none of it changed, neither did the image.
inputs=$( (cd "$tree" && find rootfs board/"$board" tools/image -type f -not -path rootfs/packages.lock -not -path 'rootfs/initramfs/*' -not -name README.md -not -name run_qemu -not -name make_vpd -not -name write_disk -print0 | LC_ALL=C sort -z |
	xargs -0 sha256sum; find "$dahdi" "$prompts" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
	sha256sum <"$lock"
	sha256sum "$build"/{belfryd,belfry,serial-login,libpcaudio.so.0}) | sha256sum)
[ ! -f "$out/belfry.img" ] || [ "$(cat "$out/inputs" 2>/dev/null)" != "$inputs" ] || exit 0
rm -f "$out/inputs"
"$here/make_root.sh" "$board" "$build" "$out/packages" "$dahdi" "$prompts" "$out/root"
"$here/make_boot.sh" "$board" "$out/root"
"$here/make_disk.sh" "$board" "$out/root" "$out/belfry.img"
# A folder for a USB stick, from which the rescue system writes a slot anew.
rm -rf "$out/usb"
mkdir -p "$out/usb/belfry"
ln "$out/root"/{root.squashfs,belfry-a.efi,belfry-b.efi} "$out/usb/belfry/"
(cd "$out/usb/belfry" && sha256sum root.squashfs belfry-a.efi belfry-b.efi >sums)
rm -rf "$out/root/kernel/lib"
echo "$inputs" >"$out/inputs"
