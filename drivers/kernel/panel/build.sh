#!/usr/bin/env bash
# Builds the simulated front panel for the kernel that build_modules.sh has fetched, and takes the kernel's own drivers
# that sit on it from the same package.
#
#   build.sh KERNEL     KERNEL: build/qemu/kernel; gets modules-panel/*.ko
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$(cd "$1" && pwd)
read -r release version _ <"$kernel/stamp"
out=$kernel/modules-panel
mkdir -p "$kernel/panel" "$out"
cp -p "$here"/{panel.c,Makefile} "$kernel/panel/"
make -s -C "/usr/src/linux-headers-$release" M="$kernel/panel" modules >"$kernel/panel.log" 2>&1 ||
	{ tail -n 30 "$kernel/panel.log" >&2; exit 1; }
cp "$kernel/panel/panel.ko" "$out/"
[ "$(cat "$out/stamp" 2>/dev/null)" != "$release $version" ] || exit 0
package=$(mktemp -d)
trap 'rm -rf "$package"' EXIT
"$here/../../../tools/image/fetch_debs.sh" "$package" "linux-image-$release=$version"
dpkg-deb --fsys-tarfile "$package"/*.deb | tar -x -C "$package" --wildcards \
	'*/leds/leds-gpio.ko*' '*/keyboard/gpio_keys_polled.ko*' '*/input/evdev.ko*'
find "$package" -name '*.ko*' -exec cp {} "$out/" \;
echo "$release $version" >"$out/stamp"
