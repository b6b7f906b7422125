#!/usr/bin/env bash
# The console as people and programs use it: belfryd as a process, belfry one-shot, from a pipe, on a terminal.
exec python3 "$(dirname "$0")/console.py"
