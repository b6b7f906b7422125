#!/usr/bin/env python3
"""What goes wrong while calls go on, on the disk image with the lab attached: a sound card and a span that are not there,
data full, temperature, flash wear, the clock chip and the supply, the front panel's LEDs and reset button. Two boots, six
minutes.

tests/system/image_calls.py
"""
import os
import sys

from image_guest import hooked_image
from image_lab import play
from image_machine import ROOT, Report, folder, need


def main():
    report, build = Report(), os.path.join(ROOT, os.environ.get("BUILD") or "build")
    with folder() as path:
        hooked_image(path)
        status, output = play(build, path, "tests/system/image_calls.lua",
                              lambda line: line.startswith("ok ") and report.run(line[3:].strip(), lambda: None))
        report.run("calls go on through all of it", lambda: need(status == 0, output[-4000:]))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
