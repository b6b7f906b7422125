# The box's disk, for the scripts of the start and of the rescue system: partitions are told by the names of their GPT
# entries on the disk that the box was booted from, never by device name. Sourced by busybox sh.
# (busybox prefers its own applets: what must be the real program has its whole path)

boot_folder=/run/belfry-boot
say() { echo "belfry: $*"; }
# KEY SEVERITY SENTENCE: said here, and raised by belfryd until the next start.
alarm() {
	say "ALARM: $3"
	echo "$1 $2 $3" >>$boot_folder/alarms
}
partition() { # DISK NAME -> device
	for entry in "/sys/class/block/$1"/*/uevent; do
		grep -qx "PARTNAME=$2" "$entry" 2>/dev/null && sed -n 's|^DEVNAME=|/dev/|p' "$entry" && return 0
	done
	return 1
}
label_at() { # DEVICE BYTE: the file system's name in the superblock there; nothing if there is none
	[ "$(dd if="$1" bs=1 skip=$(($2 + 56)) count=2 2>/dev/null | hexdump -v -e '1/1 "%02x"')" = 53ef ] || return 1
	dd if="$1" bs=1 skip=$(($2 + 120)) count=16 2>/dev/null | tr -d '\000'
}
has_superblock() { label_at "$1" 1024 >/dev/null; }
has_label() { [ "$(label_at "$1" 1024)" = "$2" ]; }
# The first copy of the superblock, where a file system of 1 KiB and one of 4 KiB blocks keep it. Prints e2fsck's words.
backup_superblock() { # DEVICE LABEL
	[ "$(label_at "$1" $((8193 * 1024)))" = "$2" ] && echo "-b 8193 -B 1024" && return 0
	[ "$(label_at "$1" $((32768 * 4096)))" = "$2" ] && echo "-b 32768 -B 4096"
}
# What the factory wrote, of two copies the first that holds.
vpd_read() { # DEVICE FILE: the lines without their checksum
	for block in 0 128; do
		dd if="$1" bs=4096 skip=$block count=1 2>/dev/null | tr -d '\000' >"$2.copy"
		sed '/^sha256 /,$d' "$2.copy" >"$2"
		[ "$(head -n 1 "$2")" = "belfry-vpd 1" ] &&
			[ "sha256 $(sha256sum <"$2" | cut -c1-64)" = "$(grep '^sha256 ' "$2.copy")" ] && rm "$2.copy" && return 0
	done
	rm -f "$2" "$2.copy"
	return 1
}
# How often the box was started without getting ready since: a sector of its own at the end of vpd, which a power cut
# leaves as it was or as it is to be. Counted up by the slot's first process, cleared by belfry-confirm. Behind it
# "damaged" where belfry-look has found blocks of the slot damaged, which restart the box when they are needed.
starts_read() { # DISK
	vpd_device=$(partition "$1" belfry-vpd) || { echo 0; return; }
	count=$(dd if="$vpd_device" bs=4096 skip=255 count=1 2>/dev/null | head -c 8 | tr -dc 0-9)
	echo "${count:-0}"
}
found_damaged() { # DISK
	vpd_device=$(partition "$1" belfry-vpd) && dd if="$vpd_device" bs=4096 skip=255 count=1 2>/dev/null | head -n 1 | grep -q ' damaged$'
}
starts_write() { # DISK COUNT [damaged]
	vpd_device=$(partition "$1" belfry-vpd) || return 1
	echo "$2 $3" | dd of="$vpd_device" bs=4096 seek=255 count=1 conv=sync,notrunc,fsync 2>/dev/null
}
# The label is written last: a file system without it was never finished.
format() { # DEVICE LABEL
	/usr/sbin/mke2fs -q -F -t ext4 -m 0 -O ^resize_inode "$1" && sync && /usr/sbin/tune2fs -L "$2" "$1" >/dev/null && sync
}
