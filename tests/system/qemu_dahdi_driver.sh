#!/usr/bin/env bash
# The dahdi driver on the kernel's own modules, in a guest (tests/system/drivers). A minute and a half.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
make --no-print-directory BUILD="$build" qemu-kernel "$build/tests/system/drivers/dahdi_guest"
exec bash tests/system/drivers/dahdi.sh "$build" build/qemu/kernel
