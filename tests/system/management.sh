#!/usr/bin/env bash
# What a management system is told: traps and informs decoded by snmptrapd, the MIB read by smilint, syslog read strictly.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/system/management.py "${BUILD:-build}"
