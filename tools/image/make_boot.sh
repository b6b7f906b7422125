#!/usr/bin/env bash
# Makes the unified kernel images: one for each slot (kernel, initramfs, and the command line that names the root file
# system's hash), and the rescue system's, which needs nothing but itself.
#
#   make_boot.sh BOARD OUT     OUT: what make_root.sh made; gets belfry-a.efi, belfry-b.efi, rescue.efi
set -euo pipefail
board=$1 out=$(cd "$2" && pwd)
cd "$(dirname "$0")/../.."
. "board/$board/board"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
release=$(basename "$out"/kernel/lib/modules/*)
rm -rf "$out/boot"
mkdir -p "$out/boot"
library=rootfs/overlay/usr/lib/belfry
unified() { # COMMAND-LINE INITRAMFS NAME
	bg_gen_unified_kernel -c "$1" -i "$out/boot/$2" /usr/lib/x86_64-linux-gnu/efibootguard/kernel-stubx64.efi \
		"$out/kernel/boot/vmlinuz-$release" "$out/$3.efi"
}
tools/image/make_initramfs.sh "$out" rootfs/boot/init initramfs "$BOARD_BOOT_MODULES" "usr/sbin/dmsetup usr/bin/efibootmgr usr/bin/bg_setenv usr/bin/bg_printenv" \
	$library/rescue-entry=usr/lib/belfry/rescue-entry $library/disk.sh=usr/lib/belfry/disk.sh rootfs/rescue/slots.sh=usr/lib/belfry/slots.sh
# One for each slot: a kernel takes the root file system of its own slot only, so that a damaged slot never hides behind
# the other, even when both hold the same version.
for slot in a b; do
	unified "$BOARD_CONSOLE $BOARD_CMDLINE belfry.slot=root-$slot belfry.root=$(cat "$out/root.verity")" initramfs belfry-$slot
done
tools/image/make_initramfs.sh "$out" rootfs/rescue/init rescue "$BOARD_BOOT_MODULES $BOARD_RESCUE_MODULES" \
	"usr/sbin/dmsetup usr/sbin/e2fsck usr/sbin/mke2fs usr/sbin/tune2fs usr/bin/bg_setenv usr/bin/bg_printenv usr/lib/belfry/serial-login" \
	rootfs/rescue/menu=usr/lib/belfry/menu rootfs/rescue/slots.sh=usr/lib/belfry/slots.sh $library/disk.sh=usr/lib/belfry/disk.sh \
	$library/rescue-entry=usr/lib/belfry/rescue-entry
unified "$BOARD_CONSOLE $BOARD_CMDLINE" rescue rescue
size() { echo $(($(stat -c %s "$out/$1") / 1048576)); }
echo "  BOOT   $(size belfry-a.efi) MiB kernel image, $(size rescue.efi) MiB rescue system"
