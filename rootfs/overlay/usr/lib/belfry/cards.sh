# The network cards that are not the spans' own, in the order of their places in the machine. Sourced, with the board.
own_cards() {
	for entry in /sys/class/net/*/device; do
		[ -e "$entry" ] && echo "$(readlink -f "$entry") $(basename "$(dirname "$entry")")"
	done | sort | cut -d' ' -f2 | while read -r card; do
		[ "$(cat "/sys/class/net/$card/address")" = "$BOARD_SPAN_CARD" ] || echo "$card"
	done
}
