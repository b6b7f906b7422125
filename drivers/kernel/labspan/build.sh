#!/usr/bin/env bash
# Builds the test-only span modules for the kernel that build_modules.sh has made DAHDI for.
#
#   build.sh KERNEL     KERNEL: build/qemu/kernel; gets modules-test/labspan.ko, labports.ko
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$(cd "$1" && pwd)
release=$(cut -d' ' -f1 "$kernel/stamp")
mkdir -p "$kernel/labspan" "$kernel/modules-test"
cp -p "$here"/{labspan.c,labports.c,Makefile} "$kernel/labspan/"
make -s -C "/usr/src/linux-headers-$release" M="$kernel/labspan" DAHDI="$kernel/dahdi/modules/dahdi" \
	KBUILD_EXTRA_SYMBOLS="$kernel/dahdi/modules/dahdi/drivers/dahdi/Module.symvers" modules >"$kernel/labspan.log" 2>&1 ||
	{ tail -n 30 "$kernel/labspan.log" >&2; exit 1; }
cp "$kernel"/labspan/{labspan,labports}.ko "$kernel/modules-test/"
