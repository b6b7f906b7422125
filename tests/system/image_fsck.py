#!/usr/bin/env python3
"""The file systems of a box that is off: after their journals have been replayed (on a copy) nothing is wrong with them.

tests/system/image_fsck.py DISK     DISK: the overlay that run_qemu made; status 1 and e2fsck's words where something is
"""
import os
import subprocess
import sys
import tempfile

from image_guest import partitions, run
from image_machine import IMAGE

REPLAYED = (0, 1)  # e2fsck -p: clean, or put in order


def copy(disk, place, out):
    begins, size = place
    run("qemu-img", "convert", "-O", "raw", "--image-opts",
        f"driver=raw,offset={begins},size={size},file.driver=qcow2,file.file.filename={disk}", out)


def check(name):
    """e2fsck's words if the file system is not whole."""
    replay = subprocess.run(["e2fsck", "-p", name], capture_output=True, text=True, check=False)
    if replay.returncode not in REPLAYED:
        return replay.stdout + replay.stderr
    whole = subprocess.run(["e2fsck", "-f", "-n", name], capture_output=True, text=True, check=False)
    return whole.stdout + whole.stderr if whole.returncode else ""


def main():
    status = 0
    with tempfile.TemporaryDirectory(prefix="belfry-fsck-") as folder:
        places = partitions(IMAGE)
        for name in ("belfry-conf", "belfry-data"):
            image = os.path.join(folder, name)
            copy(sys.argv[1], places[name], image)
            wrong = check(image)
            if wrong:
                print(f"{name}: {wrong}", flush=True)
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
