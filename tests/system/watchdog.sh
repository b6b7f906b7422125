#!/usr/bin/env bash
# belfryd's link in the watchdog chain, with its real threads.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/system/watchdog.py "${BUILD:-build}"
