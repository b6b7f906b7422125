#!/usr/bin/env bash
# Installs the kernel headers of the lock's release (LOCK, else rootfs/packages.lock) if the mirror has them: DAHDI's modules
# are built for them. If it has them no more, make_image.sh says what to do.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/image/apt_archive.sh
release=$(locked_release)
[ -n "$release" ] && [ ! -d "/usr/src/linux-headers-$release" ] || exit 0
headers=linux-headers-$release
# Asked for once an hour at most: a mirror that has moved on does not get them back.
[ -n "$(find /var/lib/apt/lists -maxdepth 0 -mmin -60)" ] || apt-get -qq update >/dev/null 2>&1 || true
[ -n "$(apt-cache madison "$headers" 2>/dev/null)" ] || exit 0
echo "  installing: $headers"
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$headers" ||
	echo "  note: $headers could not be installed" >&2
