#!/usr/bin/env bash
# Boots the disk image, pulls the power, boots it again. `make image` first; status 77: there is no image to boot.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f "${BELFRY_IMAGE:-build/qemu-x86_64/belfry.img}" ] || { echo "no image: make image"; exit 77; }
exec python3 tests/system/image_boot.py
