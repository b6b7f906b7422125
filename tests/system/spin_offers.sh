#!/bin/bash
# Offer, answer, cancel and lease proved by spin over all interleavings; mutants without a guard must be refuted.
set -eu
cd "$(dirname "$0")/../.."
exec python3 tests/spin/run_spin.py "${BUILD:-build}/spin"
