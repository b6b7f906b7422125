#!/usr/bin/env bash
# Makes the disk that is flashed: a GPT with the boot guard, two slots, and room for settings and recordings.
#
#   make_disk.sh BOARD OUT DISK     OUT: belfry-a.efi, rescue.efi, root.squashfs; DISK: the image
#
# Slot a is filled, slot b waits for the first update. vpd, conf and data are empty: the factory writes vpd, the box
# formats conf and data at its first start.
set -euo pipefail
board=$1 out=$2 disk=$3
cd "$(dirname "$0")/../.."
. "board/$board/board"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export LC_ALL=C TZ=UTC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The same board has the same identities in every build.
guid() { printf '%s' "$board/$1" | sha256sum | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-5\3-8\4-\5/'; }
volume() { printf '%s' "$board/$1" | sha256sum | cut -c1-8; }
fat() { # NAME MIB LABEL
	truncate -s "$2M" "$work/$1"
	mkfs.vfat --invariant -i "$(volume "$1")" -n "$3" "$work/$1" >/dev/null
}
copy() { # FAT FILE NAME
	touch --date="@$SOURCE_DATE_EPOCH" "$2"
	mcopy -m -i "$work/$1" "$2" "::$3"
}
slot() { # NAME LABEL REVISION
	fat "$1" "$BOARD_BOOT_MIB" "$2"
	printf '%s' "$2" | iconv -t UTF-16LE >"$work/label"
	copy "$1" "$work/label" EFILABEL
	bg_setenv -f "$work/BGENV.DAT" -r "$3" -s OK -w "$BOARD_WATCHDOG_S" -k "C:$2:BELFRY.EFI" >/dev/null
	copy "$1" "$work/BGENV.DAT" BGENV.DAT
	rm "$work/BGENV.DAT"
}

cp /usr/lib/x86_64-linux-gnu/efibootguard/efibootguardx64.efi "$work/guard"
fat esp "$BOARD_ESP_MIB" ESP
mmd -i "$work/esp" ::EFI ::EFI/BOOT ::EFI/BELFRY
copy esp "$work/guard" EFI/BOOT/BOOTX64.EFI
cp "$out/rescue.efi" "$work/rescue"
copy esp "$work/rescue" EFI/BELFRY/RESCUE.EFI
slot boot-a BOOTA 2
slot boot-b BOOTB 1
cp "$out/belfry-a.efi" "$work/kernel"
copy boot-a "$work/kernel" BELFRY.EFI
[ "$(stat -c %s "$out/root.squashfs")" -le $((BOARD_ROOT_MIB << 20)) ] || {
	echo "the root file system is larger than its slot" >&2
	exit 1
}

names=(esp boot-a boot-b root-a root-b vpd conf data)
sizes=("$BOARD_ESP_MIB" "$BOARD_BOOT_MIB" "$BOARD_BOOT_MIB" "$BOARD_ROOT_MIB" "$BOARD_ROOT_MIB" "$BOARD_VPD_MIB" "$BOARD_CONF_MIB"
	"$BOARD_DATA_MIB")
# ESP; basic data (where the boot guard looks for environments); Linux root x86-64; Linux data
types=(ef00 0700 0700 8304 8304 8300 8300 8300)
files=("$work/esp" "$work/boot-a" "$work/boot-b" "$out/root.squashfs" "" "" "" "")
total=2
for size in "${sizes[@]}"; do total=$((total + size)); done
rm -f "$disk.new"
truncate -s "${total}M" "$disk.new"
arguments=(--disk-guid="$(guid disk)")
start=2048
for i in "${!names[@]}"; do
	end=$((start + sizes[i] * 2048 - 1))
	arguments+=(--new="$((i + 1)):$start:$end" --typecode="$((i + 1)):${types[i]}" --change-name="$((i + 1)):belfry-${names[i]}"
		--partition-guid="$((i + 1)):$(guid "${names[i]}")")
	[ -z "${files[i]}" ] || dd if="${files[i]}" of="$disk.new" bs=1M seek=$((start / 2048)) conv=notrunc,sparse status=none
	start=$((end + 1))
done
sgdisk --clear "${arguments[@]}" "$disk.new" >/dev/null
mv "$disk.new" "$disk"
echo "  DISK   $disk: $total MiB, $(($(du -k "$disk" | cut -f1) / 1024)) MiB filled"
