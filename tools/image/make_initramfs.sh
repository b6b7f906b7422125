#!/usr/bin/env bash
# Makes the first file system of a kernel image: busybox, kernel modules in the order in which to load them, programs
# with their libraries, all of them the image's own.
#
#   make_initramfs.sh OUT INIT NAME MODULES PROGRAMS [FILE=PATH...]
#     OUT: what make_root.sh made; gets boot/NAME. INIT: the first process. FILE=PATH: more files, put there as programs.
set -euo pipefail
out=$(cd "$1" && pwd)
init=$2 name=$3 modules=$4 programs=$5
shift 5
cd "$(dirname "$0")/../.."
export LC_ALL=C TZ=UTC
release=$(basename "$out"/kernel/lib/modules/*)
tree=$out/tree/root
root=$out/boot/$name.root
rm -rf "$root"
mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,tmp,root,modules,lib64,usr/bin,usr/sbin,usr/lib/belfry,etc}
ln -s usr/lib "$root/lib"
install -m 755 "$init" "$root/init"
install -m 755 "$tree/usr/bin/busybox" "$root/bin/busybox"
install -m 755 "$tree/usr/lib64/ld-linux-x86-64.so.2" "$root/lib64/"
libraries_of() {
	"$tree/usr/lib64/ld-linux-x86-64.so.2" --library-path "$tree/usr/lib/x86_64-linux-gnu" --list "$1" |
		sed -n 's|.*=> \(/[^ ]*\) .*|\1|p'
}
for program in $programs; do
	install -D -m 755 "$tree/$program" "$root/$program"
	libraries_of "$tree/$program" | while read -r library; do
		install -D -m 755 "$library" "$root/usr/lib/x86_64-linux-gnu/$(basename "$library")"
	done
done
for file; do install -D -m 755 "${file%%=*}" "$root/${file#*=}"; done
tools/image/copy_modules.sh "$out/kernel" "$release" --flat "$root/modules" $modules
find "$root" -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null --quiet --reproducible --owner=0:0 -o -H newc) |
	zstd -q -19 -T1 >"$out/boot/$name"
rm -rf "$root"
