#!/usr/bin/env bash
# Somebody else reads what we send: tshark finds no malformed frame in the D-channel captures of the trunk scenarios,
# neither in the lab's nor in the box's own (belfryd --pcap).
set -u
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# DMS-100 offers its release link trunk in SETUP (Nortel NIS A211-1: operation 1 of its own, without arguments); tshark
# takes that for operation 1 of another set and misses the arguments.
dms100_rlt='frame contains 1c:0a:11:be:a1:06:02:01:01:02:01:01'

malformed_as() { # ETSI|QSIG FILE
	tshark -o "q932.facility_encoding:Dissect facility as $1" -r "$2" -Y "_ws.malformed && !($dms100_rlt)" 2>/dev/null | sort
}

judge() { # NAME FILE: at least one SETUP, nothing malformed
	local setups malformed
	setups=$(tshark -r "$2" -Y 'q931.message_type == 0x05' 2>/dev/null | wc -l)
	# ETSI and QSIG number their facilities alike, and tshark reads all of a file as one of them: a frame counts when
	# it is malformed as either.
	malformed=$(comm -12 <(malformed_as ETSI "$2") <(malformed_as QSIG "$2"))
	if [ "$setups" -eq 0 ]; then
		echo "FAILED $1: tshark sees no SETUP in $2"
		failed=1
	elif [ -n "$malformed" ]; then
		echo "FAILED $1: tshark finds malformed frames:"
		echo "$malformed" | head -n 5
		failed=1
	else
		echo "ok     $1: $setups SETUPs, nothing malformed"
	fi
}

cat >"$folder/belfryd" <<EOF
#!/bin/sh
exec "$PWD/$build/belfryd" "\$@" --pcap "$folder/box-\$\$.pcap"
EOF
chmod +x "$folder/belfryd"
for name in first_call all_switch_types names_and_presentation overlap_receiving redirecting causes restart outside_call \
	t1_trunk network_side; do
	rm -f "$folder"/*.pcap
	if ! BELFRYD="$folder/belfryd" "$build/belfry-lab" run --pcap "$folder/lab.pcap" "tests/scenario/$name.lua" \
		>"$folder/out" 2>&1; then
		echo "FAILED $name:"
		tail -n 20 "$folder/out"
		failed=1
		continue
	fi
	judge "$name, the lab's capture" "$folder/lab.pcap"
	for capture in "$folder"/box-*.pcap; do # one a start
		judge "$name, the box's own capture" "$capture"
	done
done
exit $failed
