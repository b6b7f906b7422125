#!/usr/bin/env bash
# Makes the unified kernel images of the slots: kernel, initramfs, and the command line that names the root file system's hash.
#
#   make_boot.sh BOARD OUT     OUT: what make_root.sh made; gets boot/initramfs, belfry-a.efi, belfry-b.efi
set -euo pipefail
board=$1 out=$(cd "$2" && pwd)
cd "$(dirname "$0")/../.."
. "board/$board/board"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export LC_ALL=C TZ=UTC
release=$(basename "$out"/kernel/lib/modules/*)
rm -rf "$out/boot"
root=$out/boot/root
mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,tmp,root,modules,lib64}
install -m 755 rootfs/boot/init "$root/init"
install -m 755 "$out/tree/root/usr/bin/busybox" "$root/bin/busybox"
for program in usr/sbin/dmsetup; do
	install -m 755 "$out/tree/root/$program" "$root/sbin/"
	# The libraries are the slot's own, not the build machine's.
	"$out/tree/root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$out/tree/root/usr/lib/x86_64-linux-gnu" --list "$out/tree/root/$program" |
		sed -n 's|.*=> \(/[^ ]*\) .*|\1|p' | while read -r library; do
		install -D -m 755 "$library" "$root/usr/lib/x86_64-linux-gnu/$(basename "$library")"
	done
done
ln -s usr/lib "$root/lib"
install -m 755 "$out/tree/root/usr/lib64/ld-linux-x86-64.so.2" "$root/lib64/"
tools/image/copy_modules.sh "$out/kernel" "$release" --flat "$root/modules" $BOARD_BOOT_MODULES
find "$root" -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null --quiet --reproducible --owner=0:0 -o -H newc) |
	zstd -q -19 -T1 >"$out/boot/initramfs"
# One for each slot: a kernel takes the root file system of its own slot only, so that a damaged slot never hides behind
# the other, even when both hold the same version.
for slot in a b; do
	bg_gen_unified_kernel -c "$BOARD_CONSOLE $BOARD_CMDLINE belfry.slot=root-$slot belfry.root=$(cat "$out/root.verity")" \
		-i "$out/boot/initramfs" /usr/lib/x86_64-linux-gnu/efibootguard/kernel-stubx64.efi \
		"$out/kernel/boot/vmlinuz-$release" "$out/belfry-$slot.efi"
done
echo "  BOOT   $(($(stat -c %s "$out/belfry-a.efi") / 1048576)) MiB kernel image"
