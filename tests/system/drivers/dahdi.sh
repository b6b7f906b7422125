#!/usr/bin/env bash
# The dahdi driver on the real kernel modules: builds a small initramfs around dahdi_guest and boots it in QEMU.
#
#   tests/system/drivers/dahdi.sh BUILD KERNEL     BUILD: has tests/system/drivers/dahdi_guest; KERNEL: build/qemu/kernel
set -euo pipefail
build=$1 kernel=$2
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/guest/{bin,dev,proc,sys,tmp,modules}
program=$build/tests/system/drivers/dahdi_guest
install -m 755 /bin/busybox "$root/guest/bin/busybox"
install -m 755 "$program" "$root/guest/bin/dahdi_guest"
for module in echo dahdi dahdi_echocan_oslec dahdi_dynamic dahdi_dynamic_loc; do
	install -m 644 "$kernel/modules/$module.ko" "$root/guest/modules/"
done
ldd "$program" | awk '/\// { print $(NF - 1) }' | while read -r library; do
	install -D -m 755 "$library" "$root/guest$library"
done
cat >"$root/guest/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/shm; mount -t tmpfs shm /dev/shm
dmesg -n 1
insmod /modules/echo.ko
insmod /modules/dahdi.ko auto_assign_spans=1
for module in dahdi_echocan_oslec dahdi_dynamic dahdi_dynamic_loc; do insmod /modules/$module.ko; done
dahdi_guest
echo "guest exit $?"
dmesg | tail -n 15
poweroff -f
INIT
chmod 755 "$root/guest/init"
(cd "$root/guest" && find . -print0 | cpio --null --quiet -o -H newc) | gzip -1 >"$root/initramfs"
# Time in the guest follows its instructions, so that a busy host changes nothing: half a billion of them a second.
timeout 800 qemu-system-x86_64 -accel tcg -icount shift=1,sleep=off -cpu max -m 256 -smp 1 -nodefaults -no-reboot -display none \
	-kernel "$kernel/vmlinuz" -initrd "$root/initramfs" -append "console=ttyS0 quiet panic=-1" -serial stdio </dev/null |
	tee "$root/log"
grep -q 'dahdi guest: .* 0 failed' "$root/log"
