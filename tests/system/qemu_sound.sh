#!/usr/bin/env bash
# Sound cards on real kernel drivers, with belfryd in a small guest: an emulated HDA card whose loudspeaker is captured
# into a WAV file and recognised, that is not there at first, unplugged and plugged in again; an announcement recorded
# through the loopback card (snd-aloop) and recognised. About 90 seconds.
#
#   tests/system/qemu_sound.sh [KERNEL]     KERNEL: build/qemu/kernel
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
kernel=${1:-$build/qemu/kernel}
[ -f "$kernel/stamp" ] || { echo "no kernel: make qemu-kernel"; exit 77; }
drivers/kernel/sound_modules.sh "$kernel"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
guest=$root/guest
mkdir -p "$guest"/{bin,dev,proc,sys,tmp,data,modules,etc,usr/bin,usr/share/belfry/prompts,usr/share/zoneinfo,usr/share/dahdi}
install -m 755 /bin/busybox "$guest/bin/busybox"
install -m 755 "$build/belfryd" "$build/belfry" "$guest/usr/bin/"
cp "$kernel"/modules-sound/* "$guest/modules/"
cp -rL /usr/share/alsa "$guest/usr/share/alsa"
cp -L "$build"/prompts/{beep,agent-loginok,queue-thankyou}.ulaw "$guest/usr/share/belfry/prompts/"
for program in belfryd belfry; do ldd "$build/$program" | awk '/\// { print $(NF - 1) }'; done | sort -u |
	while read -r library; do install -D -m 755 "$library" "$guest$library"; done
cat >"$guest/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/shm; mount -t tmpfs shm /dev/shm
ip link set lo up
dmesg -n 1
load() { for module in $(cat /modules/order-$1); do [ -d /sys/module/$(basename $module .ko | tr - _) ] || insmod /modules/$module || echo "FAILED insmod $module"; done; }
failed=0
# NAME, then a condition that must hold within SECONDS
check() {
	name=$1 tries=$(($2 * 5)); shift 2
	until eval "$*"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { failed=$((failed + 1)); echo "FAILED $name"; box show sound; box show alarms; return; }
		usleep 200000
	done
	echo "ok $name"
}
box() { belfry -s /tmp/console "$@"; }
alarms() { box show alarms | tr '\n' ' ' | grep -q "$1"; }
sound() { box show sound | grep -q "$1"; }
set_lines() { { for line in "$@"; do echo "$line"; done; echo commit; } | belfry -s /tmp/console >/tmp/answers 2>&1; }
cat >/tmp/settings <<'SET'
sound main device plughw:0
sound main volume 100
page zone 1 speaker main
SET
belfryd --driver tdmoe --socket /tmp/box --peer /tmp/lab --realtime --data /data --console /tmp/console \
	--settings /tmp/settings --log error &
box=$!
check "no card: an alarm" 20 "alarms 'there is no such card'"
check "no card: refused" 5 "box announce zone 1 beep | grep -q 'no loudspeaker works'"
load hda
check "the card is found by itself" 30 "sound 'main .*working'"
check "the alarm is over" 5 "! alarms 'sound card main'"
check "announced" 5 "box announce zone 1 agent-loginok | grep -q 'heard in 1 place'"
check "heard to its end" 20 "! sound paging"
pci=$(basename $(readlink -f /sys/class/sound/card0/device))
echo $pci >/sys/bus/pci/drivers/snd_hda_intel/unbind
check "unplugged: an alarm" 10 "alarms 'Sound card main'"
echo $pci >/sys/bus/pci/drivers/snd_hda_intel/bind
check "plugged in again" 40 "sound 'main .*working'"
check "announced again" 5 "box announce zone 1 queue-thankyou | grep -q 'heard in 1 place'"
check "heard to its end again" 20 "! sound paging"
box show sound
load aloop
set_lines "delete sound main" "delete page" "set sound speaker device plughw:1,0" "set sound line device plughw:1,1" \
	"set page zone 2 speaker speaker" "set prompt office/hello record 31" || cat /tmp/answers
check "both ends of the loopback card work" 30 "sound 'speaker .*working' && sound 'line .*working'"
sleep 3
check "recording" 5 "box record prompt office/hello card line for 4s | grep -q 'is recorded'"
check "announced into it" 5 "box announce zone 2 agent-loginok | grep -q 'heard in 1 place'"
check "recorded and kept" 30 "ls /data/prompts/own-*.ulaw >/dev/null 2>&1"
check "nothing was wrong with it" 5 "! alarms recording"
box show sound
kill $box
wait $box
echo "guest: $failed failed"
echo "recorded: $(base64 /data/prompts/own-*.ulaw | tr -d '\n')"
dmesg | grep -i 'BUG\|WARNING' | head
poweroff -f
INIT
chmod 755 "$guest/init"
(cd "$guest" && find . -print0 | cpio --null --quiet -o -H newc) | gzip -1 >"$root/initramfs"
timeout 400 qemu-system-x86_64 -accel tcg -cpu max -m 512 -smp 2 -nodefaults -no-reboot -display none \
	-audiodev "wav,id=card,path=$root/played.wav,out.frequency=48000" -device ich9-intel-hda -device hda-duplex,audiodev=card \
	-kernel "$kernel/vmlinuz" -initrd "$root/initramfs" -append "console=ttyS0 quiet panic=-1" -serial stdio </dev/null |
	tr -d '\r' >"$root/log"
grep -v '^recorded:' "$root/log" || true
[ -z "${KEEP:-}" ] || cp "$root/played.wav" "$root/log" "$KEEP/"
grep -q '^guest: 0 failed' "$root/log"
sed -n 's/^recorded: //p' "$root/log" | base64 -d >"$root/recorded.ulaw"
[ -z "${KEEP:-}" ] || cp "$root/recorded.ulaw" "$KEEP/"
python3 tests/system/recognise.py "$build/prompts/agent-loginok.ulaw" "$root/played.wav"
python3 tests/system/recognise.py "$build/prompts/queue-thankyou.ulaw" "$root/played.wav"
python3 tests/system/recognise.py "$build/prompts/agent-loginok.ulaw" "$root/recorded.ulaw"
if python3 tests/system/recognise.py "$build/prompts/queue-thankyou.ulaw" "$root/recorded.ulaw"; then
	echo "FAILED: anything is recognised"
	exit 1
fi
