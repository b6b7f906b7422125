#!/usr/bin/env bash
# The front panel on real kernel drivers: LEDs, alarm relay, reset button and the supply's warning, with belfryd in a
# small guest. About 60 seconds.
#
#   tests/system/qemu_panel.sh [KERNEL]     KERNEL: build/qemu/kernel
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
kernel=${1:-$build/qemu/kernel}
[ -f "$kernel/stamp" ] || { echo "no kernel: make qemu-kernel"; exit 77; }
drivers/kernel/panel/build.sh "$kernel"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
guest=$root/guest
mkdir -p "$guest"/{bin,dev,proc,sys,tmp,data,modules,etc,usr/bin}
install -m 755 /bin/busybox "$guest/bin/busybox"
install -m 755 "$build/belfryd" "$build/belfry" "$guest/usr/bin/"
install -m 644 board/qemu-x86_64/panel.conf "$guest/etc/panel.conf"
install -m 644 "$kernel"/modules-panel/*.ko "$guest/modules/"
mkdir -p "$guest/usr/share/belfry/prompts" "$guest/usr/share/zoneinfo" "$guest/usr/share/dahdi"
for program in belfryd belfry; do ldd "$build/$program" | awk '/\// { print $(NF - 1) }'; done | sort -u |
	while read -r library; do install -D -m 755 "$library" "$guest$library"; done
cat >"$guest/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mount -t debugfs debug /sys/kernel/debug
mkdir -p /dev/shm; mount -t tmpfs shm /dev/shm
ip link set lo up
dmesg -n 1
for module in evdev leds-gpio gpio_keys_polled panel; do insmod /modules/$module.ko || echo "FAILED insmod $module"; done
panel=/sys/kernel/debug/belfry-panel
failed=0
# NAME, then a condition that must hold within SECONDS
check() {
	name=$1 tries=$(($2 * 5)); shift 2
	until eval "$*"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { failed=$((failed + 1)); echo "FAILED $name ($(cat $panel/outputs))"; return; }
		usleep 200000
	done
	echo "ok $name"
}
led() { [ "$(cat /sys/class/leds/belfry:$1/brightness)" != 0 ]; }
alarms() { belfry -s /tmp/console show alarms | grep -q "$1"; }
check "the LEDs are there" 5 "[ -e /sys/class/leds/belfry:relay:alarm ]"
check "the keys are there" 5 "grep -q belfry-panel /sys/class/input/event*/device/name"
cat >/tmp/settings <<'SET'
span 1 type e1
span 1 signalling pri-cpe
SET
belfryd --driver tdmoe --socket /tmp/box --peer /tmp/lab --realtime --data /data --console /tmp/console \
	--board /etc/panel.conf --settings /tmp/settings --log error &
box=$!
check "no signal: span 1 is red" 20 "led red:span1 && ! led green:span1"
check "no signal: the status is red and the relay closed" 20 "led red:status && ! led green:status && led relay:alarm"
check "spans that are not there stay dark" 1 "! led green:span2 && ! led red:span2"
echo 0x1000 >$panel/inputs
check "the supply's warning is an alarm" 10 "alarms 'supply is failing'"
echo 0 >$panel/inputs
check "and over when it is back" 10 "! alarms 'supply is failing'"
echo 65000 >$panel/temperature
check "warm: an alarm" 15 "alarms 'minor.*Temperature box: 65 degrees'"
echo 78000 >$panel/temperature
check "hot: a worse one" 15 "alarms 'major.*Temperature box: 78 degrees'"
echo 40000 >$panel/temperature
check "and over when it is cool" 15 "! alarms Temperature"
echo 9 >$panel/used_life
check "flash that is nearly worn out" 15 "alarms 'Flash emmc has used 90 %'"
echo 1 >$panel/used_life
check "flash that is not" 15 "! alarms 'Flash emmc'"
echo 0x800 >$panel/inputs; sleep 2; echo 0 >$panel/inputs; sleep 1
check "a short press does nothing" 1 "! alarms 'reset' && [ ! -e /data/factory-reset ]"
echo 0x800 >$panel/inputs
check "ten seconds ask for a factory reset" 25 "alarms 'factory reset was asked for'"
check "which is noted for the next start" 5 "[ -e /data/factory-reset ]"
echo 0 >$panel/inputs
kill $box
wait $box
echo "guest: $failed failed"
dmesg | grep -i 'BUG\|WARNING' | head
poweroff -f
INIT
chmod 755 "$guest/init"
(cd "$guest" && find . -print0 | cpio --null --quiet -o -H newc) | gzip -1 >"$root/initramfs"
timeout 300 qemu-system-x86_64 -accel tcg -cpu max -m 512 -smp 2 -nodefaults -no-reboot -display none \
	-kernel "$kernel/vmlinuz" -initrd "$root/initramfs" -append "console=ttyS0 quiet panic=-1" -serial stdio </dev/null |
	tr -d '\r' | tee "$root/log"
grep -q '^guest: 0 failed' "$root/log"
