#!/usr/bin/env bash
# Every show command says what it has said before, byte for byte, in 80 columns (tests/golden).
cd "$(dirname "$0")/../.." && exec "${BUILD:-build}/belfry-lab" run tests/golden/golden.lua
