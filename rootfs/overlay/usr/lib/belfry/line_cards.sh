# Telephone cards: found by PCI id (the board's file cards), their drivers loaded, each line set to E1 or T1 as the
# settings say, its number given by its place and kept for ever, also while the card is away. Sourced by busybox sh, after
# disk.sh (say, alarm).

cards_sys=/sys
cards_table=/usr/lib/belfry/cards
cards_settings=/conf/belfry/settings
cards_map=/conf/cards/map # lines "PLACE SPAN-OF-THE-CARD NUMBER"
cards_spans_max=32
load() { /usr/sbin/modprobe "$@"; }
kernel_log() { dmesg; }
tell_kernel() { echo "$1" >"$2"; } # WORDS FILE

setting() { sed -n "s/^set $1 //p" "$cards_settings" 2>/dev/null | head -n 1; } # PATH
# "PLACE MODULE KIND SPANS FIRMWARE NAME" of each card that is there, in the order of their places.
found_cards() {
	for device in "$cards_sys"/bus/pci/devices/*; do
		[ -r "$device/vendor" ] || continue
		vendor=$(cat "$device/vendor") id=$(cat "$device/device")
		line=$(sed -n "s/^${vendor#0x}:${id#0x}  *//p" "$cards_table")
		[ -z "$line" ] || echo "${device##*/} $line"
	done | sort
}
# The modes that the drivers know (fxo_modes.h); for the other countries their default, FCC.
operating_mode() { # COUNTRY
	case $1 in
	ae) echo UAE ;; ar) echo ARGENTINA ;; at) echo AUSTRIA ;; au) echo AUSTRALIA ;; be) echo BELGIUM ;; bg) echo BULGARIA ;;
	br) echo BRAZIL ;; ch) echo SWITZERLAND ;; cl) echo CHILE ;; cn) echo CHINA ;; cz) echo CZECH ;; de) echo GERMANY ;;
	dk) echo DENMARK ;; es) echo SPAIN ;; fi) echo FINLAND ;; fr) echo FRANCE ;; gb) echo UK ;; gr) echo GREECE ;;
	hu) echo HUNGARY ;; il) echo ISRAEL ;; in) echo INDIA ;; it) echo ITALY ;; jp) echo JAPAN ;; mo) echo MACAO ;;
	mx) echo MEXICO ;; my) echo MALAYSIA ;; nl) echo NETHERLANDS ;; no) echo NORWAY ;; nz) echo NEWZEALAND ;;
	ph) echo PHILIPPINES ;; pl) echo POLAND ;; pt) echo PORTUGAL ;; ru) echo RUSSIA ;; se) echo SWEDEN ;;
	sg) echo SINGAPORE ;; tw) echo TAIWAN ;; za) echo SOUTHAFRICA ;; ee | lt) echo TBR21 ;; *) echo FCC ;;
	esac
}
module_options() { # MODULE
	country=$(setting country)
	case $1 in
	wctdm24xxp | wcaxx) echo "opermode=$(operating_mode "${country:-us}") fxshonormode=1" ;;
	*) case ${country:-us} in us | jp | tw) echo "default_linemode=t1" ;; *) echo "default_linemode=e1" ;; esac ;;
	esac
}
load_cards() { # stdin: found_cards
	for module in $(cut -d' ' -f2 | sort -u); do
		load "$module" $(module_options "$module") ||
			alarm "card-driver-$module" major "The driver $module of a telephone card does not load; the kernel's log says why."
	done
}
# The number of a card's span: as ever, or the first that nobody has.
number_of() { # PLACE SPAN
	number=$(sed -n "s/^$1 $2 //p" "$cards_map" 2>/dev/null)
	if [ -z "$number" ]; then
		number=1
		while grep -q " $number$" "$cards_map" 2>/dev/null; do number=$((number + 1)); done
		[ $number -le $cards_spans_max ] || return 1
		mkdir -p "${cards_map%/*}"
		{ cat "$cards_map" 2>/dev/null; echo "$1 $2 $number"; } >"$cards_map.new"
		sync
		mv "$cards_map.new" "$cards_map"
		sync
	fi
	echo "$number"
}
# E1, T1 or nothing, by the settings' name for this hardware, else by its number; nothing: the driver's default.
type_of() { # NUMBER LOCATION SERIAL SPAN-OF-THE-CARD
	wanted=$1
	for place in "$2" "$3"; do
		[ -n "$place" ] || continue
		by_place=$(sed -n "s|^set span \([0-9]*\) location \"*$place/$4\"*\$|\1|p" "$cards_settings" 2>/dev/null | head -n 1)
		wanted=${by_place:-$wanted}
	done
	type=$(setting "span $wanted type")
	# Not typed: what the settings take for granted. Of a span that they do not name at all nothing is known.
	case $type$(setting "span $wanted signalling") in
	e1* | t1*) ;;
	fxs) type=t1 ;;
	?*) type=e1 ;;
	esac
	echo "$type" | tr a-z A-Z
}
attribute() { cat "$1/$2" 2>/dev/null; } # DEVICE NAME
# Each DAHDI device by the place of its PCI card; its spans are listed in spantype, "1:E1" a line.
assign_spans() {
	for device in $(for entry in "$cards_sys"/bus/dahdi_devices/devices/*; do echo "$entry"; done | sort); do
		[ -e "$device/spantype" ] || continue
		place=${device##*/}
		place=${place#pci:}
		for line in $(cat "$device/spantype"); do
			local_span=${line%%:*}
			number=$(number_of "$place" "$local_span") || {
				alarm "card-spans" major "There are more spans in the box than the $cards_spans_max that it can have."
				continue
			}
			type=$(type_of "$number" "$(attribute "$device" location)" "$(attribute "$device" hardware_id)" "$local_span")
			case "${line#*:} $type" in
			[EJT]1" "[ET]1) tell_kernel "$local_span:$type" "$device/spantype" || say "span $number: the card does not take $type" ;;
			esac
			# 31 channels a span, whatever it is: a span that comes or goes moves no other's.
			tell_kernel "$local_span:$number:$(((number - 1) * 31 + 1))" "$device/assign_span" ||
				alarm "card-span-$number" major "Span $number ($(attribute "$device" location)) cannot be given its number; the kernel's log says why."
		done
	done
}
look_for_trouble() { # stdin: found_cards
	while read -r place module kind spans file name; do
		[ -e "$cards_sys/bus/pci/devices/$place/driver" ] && continue
		if [ "$file" != - ] && kernel_log | grep -q "$file.*\(failed\|not available\)"; then
			alarm "card-$place" critical "The card $name ($place) does not start: its firmware $file is not in this image (board/rack-x86_64/firmware)."
		else
			alarm "card-$place" critical "The card $name ($place) does not start; the kernel's log says why."
		fi
	done
	kernel_log | sed -n 's/.*Direct firmware load for \(dahdi-fw-[^ ]*\) failed.*/\1/p' | sort -u | while read -r file; do
		alarm "firmware-$file" minor "A card asked for the firmware $file, which is not in this image: see board/rack-x86_64/firmware."
	done
}
start_cards() {
	cards=$(found_cards)
	if [ -z "$cards" ]; then
		alarm no-card critical "No telephone card that this box knows is found: check its seat, and whether it is in the list of cards."
		return 1
	fi
	echo "$cards" | while read -r place module kind spans file name; do say "card $name at $place: $module"; done
	echo "$cards" | load_cards
	assign_spans
	echo "$cards" | look_for_trouble
}
