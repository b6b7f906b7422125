#!/usr/bin/env bash
# Fetches Debian's PREEMPT_RT kernel and builds the DAHDI modules for it, without installing either on this machine.
#
#   build_modules.sh OUT   ->  OUT/vmlinuz  OUT/modules/*.ko (DAHDI and the guest's network card)
#                              OUT/modules-disk/*.ko, order (a disk for the guest, in the order of loading)
#
# What is there already and fits the headers is left alone. The headers are those of the lock's kernel (LOCK, else
# rootfs/packages.lock), which the image has, if they are installed; else the newest.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."
. tools/image/apt_archive.sh
headers=/usr/src/linux-headers-$(locked_release)
[ -d "$headers" ] || headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-rt-amd64' | sort -V | tail -n 1)
[ -n "$headers" ] || { echo "no PREEMPT_RT kernel headers: make deps installs them" >&2; exit 1; }
release=${headers#/usr/src/linux-headers-}
version=$(dpkg-query -W -f='${Version}' "linux-headers-$release")
stamp="$release $version $(dpkg-query -W -f='${Version}' dahdi-source)"
unpack_kernel() {
	echo "  KERNEL linux-image-$release $version"
	rm -rf "$out/package"
	mkdir -p "$out/package"
	tools/image/fetch_debs.sh "$out/package" "linux-image-$release=$version"
	dpkg-deb -x "$out"/package/*.deb "$out/package"
}
disk_modules() {
	rm -rf "$out/modules-disk"
	mkdir -p "$out/modules-disk"
	depmod -b "$out/package" "$release"
	tools/image/copy_modules.sh "$out/package" "$release" --flat "$out/modules-disk" \
		virtio_pci virtio_blk crc32c_generic ext4
}
if [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
	[ ! -f "$out/modules-disk/order" ] || exit 0
	unpack_kernel
	disk_modules
	rm -rf "$out/package"
	exit 0
fi
rm -rf "$out"/{stamp,package,dahdi,modules,modules-disk}
mkdir -p "$out"/{dahdi,modules}
unpack_kernel
disk_modules
cp "$out/package/boot/vmlinuz-$release" "$out/vmlinuz"
for module in drivers/net/ethernet/intel/e1000/e1000; do
	find "$out/package/lib/modules/$release/kernel" -path "*/$module.ko*" -exec cp {} "$out/modules/" \;
done

echo "  DAHDI  modules for $release (2 minutes)"
tar -xjf /usr/src/dahdi.tar.bz2 -C "$out/dahdi"
make -C "$out/dahdi/modules/dahdi" KVERS="$release" KSRC="$headers" KBUILD="$headers" modules >"$out/modules.log" 2>&1 ||
	{ tail -n 20 "$out/modules.log" >&2; exit 1; }
find "$out/dahdi" -name '*.ko' -exec cp {} "$out/modules/" \;
rm -rf "$out/package"
echo "$stamp" >"$out/stamp"
