#!/usr/bin/env bash
# What the box says of D-channel frames is what tshark says; trace and monitor on a terminal, with Ctrl-C and cut lines.
exec python3 "$(dirname "$0")/trace.py"
