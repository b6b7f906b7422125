#!/usr/bin/env bash
# Makes the root file system: locked packages, kernel modules, belfryd, and our overlay; squashed and hashed.
#
#   make_root.sh BOARD BUILD PACKAGES DAHDI PROMPTS OUT
#     LOCK: another lock than rootfs/packages.lock; PACKAGES: what fetch_packages.sh has fetched of it
#     BUILD: has belfryd, belfry, serial-login, libpcaudio.so.0; DAHDI: folder of .ko; OUT: gets root.squashfs, root.verity, manifest, tree/root
set -euo pipefail
board=$1 build=$2 packages=$(realpath "$3") dahdi=$4 prompts=$5
out=$(mkdir -p "$6" && cd "$6" && pwd)
cd "$(dirname "$0")/../.."
lock=${LOCK:-rootfs/packages.lock}
. "board/$board/board"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export LC_ALL=C TZ=UTC
OLDEST_CLOCK=2025-01-01
# One folder deeper than needed: the Makefile takes every *.d that it finds near the top for a list of dependencies.
root=$out/tree/root base=$out/tree/base
mkdir -p "$out/tree"
rm -rf "$root"

# What is taken whole makes the base; a change of the single files leaves it as it is.
if ! cmp -s <(grep '^whole' "$lock") "$base.lock"; then
	echo "  ROOT   $(grep -c '^whole' "$lock") packages"
	rm -rf "$base" "$base.lock"
	mmdebstrap --variant=extract --mode=root --architectures=amd64 --format=directory --quiet \
		--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --setup-hook='mkdir -p "$1"/tmp' \
		--include="$(sed -n 's/^whole \([^ ]*\) .*/\1/p' "$lock" | paste -sd,)" \
		bookworm "$base" "deb [trusted=yes] copy:$packages/whole ./" >"$out/mmdebstrap.log" 2>&1 ||
		{ tail -n 20 "$out/mmdebstrap.log" >&2; exit 1; }
	grep '^whole' "$lock" >"$base.lock"
fi
cp -a "$base" "$root"

# Single files out of packages that are not wanted whole; their licences come along.
sed -e 's/#.*//' -e '/^$/d' rootfs/parts.list | while read -r package files; do
	dpkg-deb --fsys-tarfile "$packages"/part/"$package"_*.deb |
		tar -C "$root" --keep-directory-symlink -x $(printf './%s ' $files) "./usr/share/doc/$package/copyright"
done

# Kernel modules: the board's and DAHDI's, with what they need.
release=$(cat "$packages/modules-of")
kernel=$out/kernel
rm -rf "$kernel"
mkdir -p "$kernel"
dpkg-deb --fsys-tarfile "$packages"/part/linux-image-"$release"_*.deb | tar -C "$kernel" -x
mkdir -p "$kernel/lib/modules/$release/dahdi"
cp "$dahdi"/*.ko "$kernel/lib/modules/$release/dahdi/"
rm -f "$kernel/lib/modules/$release/dahdi/"{e1000,loop}.ko
# The simulated board's front panel is a module of ours.
[ -z "$BOARD_EMULATED" ] || cp "$dahdi/../modules-panel/panel.ko" "$kernel/lib/modules/$release/dahdi/"
depmod -b "$kernel" "$release"
tools/image/copy_modules.sh "$kernel" "$release" "$root" $BOARD_MODULES $BOARD_SPAN_MODULES ${BOARD_CARD_MODULES:-} $BOARD_PANEL_MODULES
install -D -m 644 "$kernel/usr/share/doc/linux-image-$release/copyright" "$root/usr/share/doc/linux-image-$release/copyright"

# Ours.
install -m 755 "$build/belfryd" "$build/belfry" "$root/usr/bin/"
strip "$root/usr/bin/belfryd" "$root/usr/bin/belfry"
cp -r --no-preserve=ownership rootfs/overlay/. "$root/"
install -m 755 "$build/serial-login" "$root/usr/lib/belfry/serial-login"
strip "$root/usr/lib/belfry/serial-login"
install -m 644 "$build/libpcaudio.so.0" "$root/usr/lib/x86_64-linux-gnu/libpcaudio.so.0"
strip "$root/usr/lib/x86_64-linux-gnu/libpcaudio.so.0"
install -m 644 "board/$board/board" "$root/usr/lib/belfry/board"
install -m 644 "board/$board/panel.conf" "$root/usr/lib/belfry/panel.conf"
if [ -n "${BOARD_CARD_MODULES:-}" ]; then
	install -m 644 "board/$board/cards" "$root/usr/lib/belfry/cards"
	install -m 644 "board/$board/modprobe.conf" "$root/etc/modprobe.d/board.conf"
	mkdir -p "$root/usr/lib/firmware"
	find "board/$board/firmware" -name '*.bin' -exec install -m 644 {} "$root/usr/lib/firmware/" \;
fi
mkdir -p "$root/usr/share/belfry/prompts"
tar -C "$prompts" --exclude='*.wav' --exclude=.stamp -cf - . | tar -C "$root/usr/share/belfry/prompts" -xf -
rootfs/finish.sh "$root"
# Every licence: of what is linked in and of the prompts, too; ours.
for package in dahdi-source libpri-dev asterisk-core-sounds-en-wav asterisk-moh-opsound-wav; do
	install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
done
install -D -m 644 LICENSE "$root/usr/share/doc/belfry/copyright"
without=$(sed 's/^[^ ]* \([^ ]*\) .*/\1/' "$lock" | while read -r package; do
	[ -s "$root/usr/share/doc/$package/copyright" ] || echo "$package"
done)
[ -z "$without" ] || { echo "no licence in the image of:" $without >&2; exit 1; }

# The bill of materials: Debian's packages, the modules' source, the boot guard, ours.
{
	echo "ours belfry $(git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown) all -"
	echo "source dahdi-source $(dpkg-query -W -f='${Version}' dahdi-source) all -"
	echo "part efibootguard-loader $(dpkg-query -W -f='${Version}' efibootguard) amd64 -"
	cat "$lock"
} >"$out/manifest"
install -m 644 "$out/manifest" "$root/usr/share/belfry/manifest"
# systemd sets the clock forward to the day on which it was built itself, at each start, unless this file is older: the
# clock is the board's, and where that has none the alarm "clock" says so.
install -m 444 /dev/null "$root/usr/lib/clock-epoch"
find "$root" -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
touch --date="$OLDEST_CLOCK" "$root/usr/lib/clock-epoch"
rm -f "$out/root.squashfs"
env -u SOURCE_DATE_EPOCH mksquashfs "$root" "$out/root.squashfs" -all-root -noappend -no-xattrs -no-exports -no-progress -quiet -comp zstd \
	-Xcompression-level 19 -b 128K -mkfs-time "$SOURCE_DATE_EPOCH" >/dev/null
# Whole blocks, then the tree: salt and identity come from the content, so that the same content has the same hash.
size=$(stat -c %s "$out/root.squashfs")
blocks=$(((size + 4095) / 4096))
truncate -s $((blocks * 4096)) "$out/root.squashfs"
salt=$(sha256sum <"$out/root.squashfs" | cut -c1-64)
uuid=$(echo "$salt" | sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{12\}\).*/\1-\2-\3-\4-\5/')
veritysetup format --hash-offset=$((blocks * 4096)) --salt="$salt" --uuid="$uuid" \
	"$out/root.squashfs" "$out/root.squashfs" >"$out/verity.log"
hash=$(sed -n 's/^Root hash:[[:space:]]*//p' "$out/verity.log")
echo "$blocks,$hash,$salt" >"$out/root.verity"
echo "  ROOT   $((blocks * 4 / 1024)) MiB, root hash $hash"
