#!/usr/bin/env bash
# Packs the quick guest's initramfs: busybox, DAHDI modules, belfryd and belfry with the libraries they need, prompts.
#
#   make_initramfs.sh BUILD KERNEL OUT.cpio.gz
set -euo pipefail
build=$1 kernel=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,tmp,root,modules,etc/dahdi,usr/bin,usr/sbin,usr/share/belfry,var/lib/belfry}
install -m 755 "$here/init" "$root/init"
install -m 755 /bin/busybox "$root/bin/busybox"
install -m 755 "$build/belfryd" "$build/belfry" "$root/usr/bin/"
install -D -m 755 "$build/lab-disk.so" "$root/usr/lib/lab-disk.so"
install -m 755 /usr/sbin/dahdi_cfg "$root/usr/sbin/"
for module in echo dahdi dahdi_echocan_oslec dahdi_dynamic dahdi_dynamic_eth e1000; do
	install -m 644 "$kernel/modules/$module.ko" "$root/modules/"
done
cp -r "$kernel/modules-disk" "$root/modules/disk"
for program in "$build/belfryd" "$build/belfry" /usr/sbin/dahdi_cfg; do
	ldd "$program" | awk '/\// { print $(NF - 1) }'
done | sort -u | while read -r library; do
	install -D -m 755 "$library" "$root$library"
done
# Which device belongs to which name of a sound card.
mkdir -p "$root/usr/share"
cp -rL /usr/share/alsa "$root/usr/share/alsa"
rm -rf "$root"/usr/share/alsa/{ucm,ucm2,topology}
# Announcements, and the one piece of music that "default" names: the guest's memory is small.
mkdir -p "$root/usr/share/belfry/prompts"
tar -C "$build/prompts" --exclude='./music' --exclude='*.wav' -cf - . | tar -C "$root/usr/share/belfry/prompts" -xf -
mkdir -p "$root/usr/share/belfry/prompts/music"
cp -L "$build/prompts/music/default.ulaw" "$root/usr/share/belfry/prompts/music/default.ulaw"
mkdir -p "$root/usr/share/zoneinfo/Europe" "$root/usr/share/zoneinfo/America"
for zone in UTC Europe/Berlin Europe/London Europe/Paris Europe/Madrid America/New_York America/Chicago \
	America/Los_Angeles; do
	[ ! -e "/usr/share/zoneinfo/$zone" ] || cp -L "/usr/share/zoneinfo/$zone" "$root/usr/share/zoneinfo/$zone"
done
for terminal in d/dumb v/vt100 l/linux x/xterm; do
	install -D -m 644 "/lib/terminfo/$terminal" "$root/lib/terminfo/$terminal"
done
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null --quiet -o -H newc) | gzip -1 >"$out.new"
mv "$out.new" "$out"
