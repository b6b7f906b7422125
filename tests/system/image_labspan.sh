#!/usr/bin/env bash
# The lab's span modules in a small guest, and the dahdi driver on them (tests/system/labspan): what TDMoE spans cannot
# show. An analogue card, also with the whole of belfryd on it. About a minute and a half.
#
#   tests/system/image_labspan.sh [KERNEL]     KERNEL: build/qemu/kernel
set -euo pipefail
cd "$(dirname "$0")/../.."
kernel=${1:-build/qemu/kernel}
build=${BUILD:-build}
program=$build/tests/system/labspan/labspan_guest
make --no-print-directory BUILD="$build" "$program" "$build/belfryd" "$build/belfry"
[ -f "$kernel/stamp" ] || { echo "no kernel: make qemu-kernel"; exit 77; }
drivers/kernel/labspan/build.sh "$kernel"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/guest/{bin,dev,proc,sys,tmp,modules,usr/sbin,etc/dahdi}
install -m 755 /bin/busybox "$root/guest/bin/busybox"
install -m 755 /usr/sbin/dahdi_cfg /usr/sbin/dahdi_maint "$root/guest/usr/sbin/"
for module in echo dahdi; do install -m 644 "$kernel/modules/$module.ko" "$root/guest/modules/"; done
install -m 644 "$kernel"/modules-test/{labspan,labports}.ko "$root/guest/modules/"
install -m 755 "$program" "$root/guest/bin/labspan_guest"
install -s -m 755 "$build/belfryd" "$build/belfry" "$root/guest/bin/"
for file in /usr/sbin/dahdi_cfg /usr/sbin/dahdi_maint "$program" "$build/belfryd" "$build/belfry"; do ldd "$file" | awk '/\// { print $(NF - 1) }'; done | sort -u |
	while read -r library; do install -D -m 755 "$library" "$root/guest$library"; done
cat >"$root/guest/etc/dahdi/system.conf" <<'CONF'
span=1,1,0,ccs,hdb3,crc4
span=2,2,0,ccs,hdb3,crc4
bchan=1-15,17-31,32-46,48-62
dchan=16,47
CONF
cat >"$root/guest/etc/settings" <<'CONF'
span 2 type t1
span 2 signalling fxs
span 2 location "labports/1"
port 2/1 extension 201
port 2/2 extension 202
port 2/3 extension 203
port 2/12 extension 212
CONF
cat >"$root/guest/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/usr/sbin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mount -t debugfs debug /sys/kernel/debug
mkdir -p /dev/shm; mount -t tmpfs shm /dev/shm
dmesg -n 1
insmod /modules/echo.ko
insmod /modules/dahdi.ko auto_assign_spans=1
insmod /modules/labspan.ko cables=1
lab=/sys/kernel/debug/labspan
failed=0
# NAME, then words that must stand in the file within 5 s (a ! before a word: must not)
check() {
	name=$1 file=$2; shift 2; tries=50
	while :; do
		good=1
		for word; do
			case $word in
			!*) grep -q -- "${word#!}" "$file" && good=0 ;;
			*) grep -q -- "$word" "$file" || good=0 ;;
			esac
		done
		[ $good = 1 ] && { echo "ok $name"; return; }
		tries=$((tries - 1))
		[ $tries -gt 0 ] || break
		usleep 100000
	done
	failed=$((failed + 1))
	echo "FAILED $name: $(head -n 4 "$file" | tr '\n' ' ')"
}
dahdi_cfg >/tmp/cfg 2>&1 || { echo "FAILED dahdi_cfg: $(cat /tmp/cfg)"; failed=1; }
check "line parameters arrive" $lab/1/state "lineconfig 0x700" "started 1"
check "no alarm when both ends run" $lab/1/state "alarms 0x0"
check "the clock is span 1's, of the better rank" $lab/2/state "clock 1"
echo 0 >$lab/1/cable
check "cable out: red and loss of signal" $lab/1/state "alarms 0x108"
check "cable out: the far end sees yellow" $lab/2/state "alarms 0x4"
check "cable out: DAHDI shows it" /proc/dahdi/1 "RED"
check "cable out: the clock changes to span 2" $lab/1/state "clock 2"
echo 1 >$lab/1/cable
check "cable in: no alarm" $lab/1/state "alarms 0x0" "clock 1"
echo 16 >$lab/2/alarms
check "blue" /proc/dahdi/2 "BLUE"
echo 0 >$lab/2/alarms
echo 3 >$lab/1/slips; echo 2 >$lab/1/slips; echo 7 >$lab/1/bpv
check "counters add up" /proc/dahdi/1 "Timing slips: 5" "BPV count: 7"
dahdi_maint -s 1 -i crc >/tmp/maint 2>&1
check "an inserted CRC error is counted at the far end" $lab/2/crc4 "^1$"
check "and told back" $lab/1/ebit "^1$"
dahdi_maint -s 1 -l localhost >/tmp/maint 2>&1
check "loopback shows" $lab/1/state "alarms 0x2" "maintenance 1"
dahdi_maint -s 1 -l off >/tmp/maint 2>&1
dahdi_maint -s 1 -l networkline >/tmp/maint 2>&1
check "line loopback shows" $lab/1/state "maintenance 2"
dahdi_maint -s 1 -l off >/tmp/maint 2>&1
check "loopback ends" $lab/1/state "alarms 0x0" "maintenance 0"
labspan_guest || failed=$((failed + 1))
rmmod labspan
insmod /modules/labspan.ko cables=1 t1=1
labspan_guest t1 || failed=$((failed + 1))
rmmod labspan
insmod /modules/labports.ko modules=os-sss-o alaw=1
labspan_guest ports-alaw || failed=$((failed + 1))
rmmod labports
insmod /modules/labports.ko modules=os-sss-o
labspan_guest ports || failed=$((failed + 1))
card=/sys/kernel/debug/labports
belfryd --driver dahdi --data /tmp/data --conf /tmp/conf --console /tmp/console --settings /etc/settings --prompts /none 2>/tmp/log &
box=$!
tries=600
while [ ! -S /tmp/console ] && [ $tries -gt 0 ]; do tries=$((tries - 1)); usleep 100000; done
tell() { belfry -s /tmp/console "$@" >/tmp/told 2>&1; } # COMMAND
tell show ports
check "the places of the card" /tmp/told "^2/1 .*FXO module" "^2/2 *202 .*on" "^2/3 .*no module" "^2/8 .*FXO module" "!^2/9" "!^2/12"
tell show spans hardware
check "and on the list of cards" /tmp/told "labports/1" "places for telephones (FXS): 2,4-6" "FXO), of no use here: 1,8" "without a working module: 3,7"
tell show spans
check "four telephones" /tmp/told "0/4"
tell show span-file
check "as DAHDI spells it: no span line" /tmp/told "^fxoks=33,35-37" "!^span="
tell show alarms
check "extensions where no telephone can be" /tmp/told "Port 2/1: no telephone works here: the module there is for a telephone line" \
	"Port 2/3: .*no working module" "Port 2/12: .*fewer places" "!Port 2/2:"
tell test port 2/1 ring
check "nothing to be tested there" /tmp/told "there is no telephone port 2/1"
echo 1 >$card/2/hook
tries=50
while tell show ports && ! grep -q "^2/2 *202 *off" /tmp/told && [ $tries -gt 0 ]; do tries=$((tries - 1)); usleep 100000; done
check "a telephone is lifted" /tmp/told "^2/2 *202 *off"
kill $box
wait $box
echo "guest: $failed failed"
dmesg | grep -i 'BUG\|WARNING' | head
poweroff -f
INIT
chmod 755 "$root/guest/init"
(cd "$root/guest" && find . -print0 | cpio --null --quiet -o -H newc) | gzip -1 >"$root/initramfs"
# Time in the guest follows its instructions, so that a busy host changes nothing.
timeout 300 qemu-system-x86_64 -accel tcg -icount shift=1,sleep=off -cpu max -m 256 -smp 1 -nodefaults -no-reboot -display none \
	-kernel "$kernel/vmlinuz" -initrd "$root/initramfs" -append "console=ttyS0 quiet panic=-1" -serial stdio </dev/null |
	tr -d '\r' | tee "$root/log"
grep -q '^guest: 0 failed' "$root/log"
