#!/usr/bin/env bash
# The rack board without its cards: its table against the drivers, and what the box does with cards at its start, in a
# folder that stands for /sys.
set -uo pipefail
cd "$(dirname "$0")/../.."
board=board/rack-x86_64
scripts=rootfs/overlay/usr/lib/belfry
modules=${BELFRY_DAHDI_MODULES:-build/qemu/kernel/modules}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
check() { # NAME WANTED FOUND
	if [ "$2" = "$3" ]; then echo "ok $1"; return; fi
	echo "FAILED $1: expected"; echo "$2" | sed 's/^/    /'; echo "  found"; echo "$3" | sed 's/^/    /'
	failed=1
}
table() { sed -e 's/#.*//' -e '/^ *$/d' "$board/cards"; }
. "$board/board"

check "the watchdog that the boot guard arms: what tells its driver where it is comes first" "lpc_ich i2c_i801 iTCO_wdt" \
	"$(echo "$BOARD_BOOT_MODULES" | tr ' ' '\n' | grep -x 'lpc_ich\|i2c_i801\|iTCO_wdt' | paste -sd' ')"

check "and the others that it arms on a PC have theirs" "wdat_wdt hpwdt" "$(echo "$BOARD_BOOT_MODULES" | tr ' ' '\n' | grep -x 'wdat_wdt\|hpwdt' | paste -sd' ')"

# ---- the table against the drivers ----
if [ -f "$modules/wct4xxp.ko" ]; then
	for module in $BOARD_CARD_MODULES; do
		check "$module: every PCI id of the driver is in the table, and no other" \
			"$(modinfo -F alias "$modules/$module.ko" | sed -n 's/^pci:v0000\(....\)d0000\(....\)sv.*/\1:\2/p' | tr A-F a-f | sort -u)" \
			"$(table | awk -v m="$module" '$2 == m { print $1 }' | sort -u)"
		check "$module: the firmware of the table is what the driver asks for" "" \
			"$(table | awk -v m="$module" '$2 == m && $5 != "-" { print $5 }' | sort -u |
				while read -r file; do grep -qaF "$file" "$modules/$module.ko" || echo "$file"; done)"
		for option in $(bash -c ". $scripts/line_cards.sh; cards_settings=/dev/null; module_options $module"); do
			check "$module has the option ${option%%=*}" "${option%%=*}" "$(modinfo -F parm "$modules/$module.ko" | sed -n "s/^\(${option%%=*}\):.*/\1/p")"
		done
	done
	countries=$(sed -n '/^static const char \*const countries/,/;/p' firmware/config/types.c | grep -o '"[a-z][a-z]"' | tr -d '"')
	check "the countries of the settings are read" yes "$([ "$(echo "$countries" | wc -l)" -gt 40 ] && echo yes)"
	check "every country's mode is one of the drivers'" "" "$(
		. "$scripts/line_cards.sh"
		for country in $countries; do
			mode=$(operating_mode "$country")
			grep -qaxF "$mode" <(strings -n 2 -a "$modules/wcaxx.ko") && grep -qaxF "$mode" <(strings -n 2 -a "$modules/wctdm24xxp.ko") || echo "$country $mode"
		done)"
	mkdir -p "$folder/kernel/lib/modules/6.1.0"
	cp "$modules"/*.ko "$folder/kernel/lib/modules/6.1.0/"
	depmod -b "$folder/kernel" 6.1.0 2>/dev/null
	mkdir "$folder/modprobe.d"
	cp rootfs/overlay/etc/modprobe.d/belfry.conf "$board/modprobe.conf" "$folder/modprobe.d/"
	for module in $BOARD_CARD_MODULES; do
		check "modprobe -n $module: dahdi comes first, and leaves numbers to us" "dahdi.ko auto_assign_spans=1 auto_assign_spans=0" \
			"$(modprobe -n -d "$folder/kernel" -S 6.1.0 -C "$folder/modprobe.d" --show-depends "$module" |
				sed -n 's|.*/\(dahdi.ko\)|\1|p' | sed 's/ *$//')"
	done
else
	echo "skip the table against the drivers: no modules in $modules (make qemu-kernel)"
fi

# ---- cards in a folder ----
sys=$folder/sys
pci() { # PLACE ID DRIVER
	mkdir -p "$sys/bus/pci/devices/$1"
	echo "0x${2%%:*}" >"$sys/bus/pci/devices/$1/vendor"
	echo "0x${2##*:}" >"$sys/bus/pci/devices/$1/device"
	[ -z "$3" ] || mkdir "$sys/bus/pci/devices/$1/driver"
}
spans() { # PLACE LOCATION SERIAL TYPES...
	device=$sys/bus/dahdi_devices/devices/pci:$1
	mkdir -p "$device"
	echo "$2" >"$device/location"
	echo "$3" >"$device/hardware_id"
	shift 3
	n=0
	for type; do n=$((n + 1)); echo "$n:$type"; done >"$device/spantype"
}
start() { # as belfry-spans does, in the box's own shell
	busybox sh -c "
		. $scripts/disk.sh
		. $scripts/line_cards.sh
		boot_folder=$folder cards_sys=$sys cards_table=$board/cards cards_settings=$folder/settings cards_map=$folder/conf/map
		load() { echo \"load \$*\" >>$folder/done; case \$1 in \$broken) return 1 ;; esac; }
		kernel_log() { cat $folder/dmesg 2>/dev/null; }
		tell_kernel() { echo \"\${2#$sys/bus/dahdi_devices/devices/pci:} \$1\" >>$folder/done; }
		start_cards" >"$folder/said" 2>&1
	status=$?
	done=$(cat "$folder/done" 2>/dev/null)
	alarms=$(cat "$folder/alarms" 2>/dev/null)
	rm -f "$folder/done" "$folder/alarms"
}
mkdir -p "$sys/bus/pci/devices"
start
check "no card: an alarm" "1 no-card critical No telephone card that this box knows is found: check its seat, and whether it is in the list of cards." "$status $alarms"

cat >"$folder/settings" <<-END
	set country de
	set span 1 type e1
	set span 3 type t1
	set span 3 location "PCI Express Bus 03 Slot 01/2"
	set span 9 type t1
END
pci 0000:00:1f.2 8086:a282 ahci
pci 0000:05:08.0 d161:8005 wctdm24xxp
pci 0000:03:00.0 d161:1420 wct4xxp
spans 0000:05:08.0 "PCI Bus 05 Slot 09" "" FXS
spans 0000:03:00.0 "PCI Express Bus 03 Slot 01" "" E1 E1 T1 T1
start
check "two cards: drivers with the country's options, types by the settings, numbers by place" "load wct4xxp default_linemode=e1
load wctdm24xxp opermode=GERMANY fxshonormode=1
0000:03:00.0/spantype 1:E1
0000:03:00.0/assign_span 1:1:1
0000:03:00.0/spantype 2:T1
0000:03:00.0/assign_span 2:2:32
0000:03:00.0/spantype 3:T1
0000:03:00.0/assign_span 3:3:63
0000:03:00.0/assign_span 4:4:94
0000:05:08.0/assign_span 1:5:125" "$done"
check "and no alarm" "0 " "$status $alarms"

cp "$folder/settings" "$folder/settings.typed"
cat >"$folder/settings" <<-END
	set span 2 signalling pri-cpe
	set span 3 location "PCI Express Bus 03 Slot 01/1"
	set span 3 signalling fxs
END
start
check "types that nobody typed: as the settings take them, whatever the country" "load wct4xxp default_linemode=t1
0000:03:00.0/spantype 1:T1
0000:03:00.0/spantype 2:E1
0000:03:00.0/spantype 3:T1" "$(echo "$done" | grep 'wct4xxp\|spantype')"
mv "$folder/settings.typed" "$folder/settings"

rm -r "$sys/bus/pci/devices/0000:03:00.0" "$sys/bus/dahdi_devices/devices/pci:0000:03:00.0"
pci 0000:01:00.0 d161:800c wcaxx
spans 0000:01:00.0 "PCI Bus 01 Slot 01" "1A8AF1234" FXS
start
check "a card away, another one new: numbers stay, the new one has the next" "load wcaxx opermode=GERMANY fxshonormode=1
load wctdm24xxp opermode=GERMANY fxshonormode=1
0000:01:00.0/assign_span 1:6:156
0000:05:08.0/assign_span 1:5:125" "$done"

pci 0000:07:00.0 d161:1820 ""
echo "[    9.1] wct4xxp 0000:07:00.0: Direct firmware load for dahdi-fw-te820.bin failed with error -2" >"$folder/dmesg"
start
check "a card without its firmware" "card-0000:07:00.0 critical The card TE820 (0000:07:00.0) does not start: its firmware dahdi-fw-te820.bin is not in this image (board/rack-x86_64/firmware).
firmware-dahdi-fw-te820.bin minor A card asked for the firmware dahdi-fw-te820.bin, which is not in this image: see board/rack-x86_64/firmware." "$alarms"
echo "[    9.1] wct4xxp 0000:07:00.0: TE8XXP: Launching failed" >"$folder/dmesg"
broken=wctdm24xxp start
check "a card that does not start for another reason, a driver that does not load" "card-driver-wctdm24xxp major The driver wctdm24xxp of a telephone card does not load; the kernel's log says why.
card-0000:07:00.0 critical The card TE820 (0000:07:00.0) does not start; the kernel's log says why." "$alarms"

rm -rf "$sys/bus/pci/devices/0000:07:00.0" "$sys"/bus/dahdi_devices/devices/*
for n in 1 2 3 4 5 6 7 8; do spans "0000:2$n:00.0" "PCI Bus 2$n Slot 01" "" E1 E1 E1 E1; done
start
check "more spans than numbers: an alarm, and none twice" "26 card-spans major There are more spans in the box than the 32 that it can have." \
	"$(echo "$done" | grep -c assign_span) $(echo "$alarms" | sort -u)"
check "no number and no channels twice" "" "$(echo "$done" | sed -n 's/.*assign_span [0-9]*:\([0-9]*:.*\)/\1/p' | sort | uniq -d)"
exit $failed
