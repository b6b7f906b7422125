# The slots, for the rescue menu and for a slot that finds itself damaged: what they hold, whether it is whole, writing them
# anew. Sourced by busybox sh; $disk is the box's disk.
BOARD_WATCHDOG_S=90
kernels=/run/kernels
usb=/run/usb

attach_boot() { # SLOT [ro]: the slot's kernel partition at $kernels
	mkdir -p $kernels
	device=$(partition "$disk" "belfry-boot-$1") && mount -t vfat -o "${2:-rw},noatime" "$device" $kernels
}
detach_boot() { sync; umount $kernels; }
variable() { # FILE NAME, of a boot environment
	bg_printenv -f "$1" -r -o "$2" 2>/dev/null | sed -n 's/^[A-Z]*=//p'
}
state_name() {
	case $1 in 0) echo good ;; 1) echo "to be tried" ;; 2) echo "on trial" ;; 3) echo failed ;; *) echo unreadable ;; esac
}
# BLOCKS,HASH,SALT as the slot's kernel image names it (its command line is UTF-16)
root_of_kernel() { tr -d '\000' <$kernels/BELFRY.EFI | grep -o 'belfry\.root=[0-9]*,[0-9a-f]*,[0-9a-f]*' | head -n 1 | cut -d= -f2; }
# Every block of the slot's root file system against the hash in its kernel.
check_root() { # DEVICE BLOCKS,HASH,SALT
	IFS=, read -r blocks hash salt <<-ROOT
		$2
	ROOT
	[ -n "$salt" ] || return 1
	dmsetup --noudevsync create check --readonly --table \
		"0 $((blocks * 8)) verity 1 $1 $1 4096 4096 $blocks $((blocks + 1)) sha256 $hash $salt" || return 1
	dmsetup --noudevsync mknodes check
	dd if=/dev/mapper/check of=/dev/null bs=1M 2>/dev/null
	whole=$?
	dmsetup --noudevsync remove check
	return $whole
}
slot_report() { # SLOT: a line; 0 if the slot can be started
	attach_boot "$1" ro 2>/dev/null || { echo "slot $1: its kernel partition is unreadable"; return 1; }
	state=$(variable $kernels/BGENV.DAT ustate) revision=$(variable $kernels/BGENV.DAT revision)
	parameters=
	[ ! -f $kernels/BELFRY.EFI ] || parameters=$(root_of_kernel)
	detach_boot
	about="revision ${revision:-?}, $(state_name "$state")"
	[ -n "$parameters" ] || { echo "slot $1: empty ($about)"; return 1; }
	check_root "$(partition "$disk" "belfry-root-$1")" "$parameters" || { echo "slot $1: damaged ($about)"; return 1; }
	echo "slot $1: whole ($about)"
}
highest_revision() {
	most=0
	for each in a b; do
		attach_boot $each ro 2>/dev/null || continue
		found=$(variable $kernels/BGENV.DAT revision)
		[ "${found:-0}" -gt $most ] && most=$found
		detach_boot
	done
	echo $most
}
# A new file beside the old one, then renamed.
set_environment() { # SLOT REVISION STATE
	upper=$(echo "$1" | tr ab AB)
	attach_boot "$1" || return 1
	rm -f $kernels/BGENV.NEW
	[ ! -f $kernels/BGENV.DAT ] || cp $kernels/BGENV.DAT $kernels/BGENV.NEW
	bg_setenv -f $kernels/BGENV.NEW -r "$2" -s "$3" -w "$BOARD_WATCHDOG_S" -k "C:BOOT$upper:BELFRY.EFI" >/run/setenv.log 2>&1
	result=$?
	sync
	[ $result != 0 ] || mv $kernels/BGENV.NEW $kernels/BGENV.DAT || result=1
	detach_boot
	return $result
}
# The slot is the one that starts from now on.
choose_slot() { set_environment "$1" $(($(highest_revision) + 1)) OK; } # SLOT
# The slot does not start any more, as the boot guard says it: without a revision it is behind every other.
mark_failed() { set_environment "$1" 0 FAILED; } # SLOT
# The first stick or disk that is not ours with a folder "belfry" on it.
find_usb() {
	mkdir -p $usb
	for entry in /sys/class/block/*; do
		name=$(basename "$entry")
		case $(readlink -f "$entry") in */block/"$disk"* | */virtual/*) continue ;; esac
		for type in vfat ext4; do
			mount -t $type -o ro "/dev/$name" $usb 2>/dev/null || continue
			[ -f $usb/belfry/sums ] && return 0
			umount $usb
		done
	done
	return 1
}
# Root, then kernel, then the environment: cut short anywhere, the slot does not start and can be written again.
write_slot() { # SLOT
	root=$(partition "$disk" "belfry-root-$1") || return 1
	echo "checking the files on the stick"
	(cd $usb/belfry && sha256sum -c sums >/run/sums.log 2>&1) || { echo "FAILED: the files on the stick are damaged"; return 1; }
	[ "$(stat -c %s $usb/belfry/root.squashfs)" -le $(($(cat "/sys/class/block/$(basename "$root")/size") * 512)) ] ||
		{ echo "FAILED: the stick's root file system is larger than the slot"; return 1; }
	echo "writing slot $1"
	dd if=$usb/belfry/root.squashfs of="$root" bs=1M conv=fsync 2>/dev/null || { echo "FAILED: the disk cannot be written"; return 1; }
	attach_boot "$1" || { mkfs.vfat -n "BOOT$(echo "$1" | tr ab AB)" "$(partition "$disk" "belfry-boot-$1")" && attach_boot "$1"; } || return 1
	rm -f $kernels/BELFRY.NEW
	printf 'B\000O\000O\000T\000%s\000' "$(echo "$1" | tr ab AB)" >$kernels/EFILABEL
	cp "$usb/belfry/belfry-$1.efi" $kernels/BELFRY.NEW && sync && mv $kernels/BELFRY.NEW $kernels/BELFRY.EFI
	parameters=$(root_of_kernel)
	detach_boot
	echo "checking slot $1"
	check_root "$root" "$parameters" || { echo "FAILED: what was written does not come back as it was written"; return 1; }
	choose_slot "$1"
}
