#!/usr/bin/env bash
# The door on the serial port: keys that end a program do not end the wait that a wrong password costs.
exec python3 "$(dirname "$0")/serial_door.py"
