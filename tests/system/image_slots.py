#!/usr/bin/env python3
"""Updates that go wrong: slot b is filled by hand as an update would, and must be confirmed, or left for slot a.

tests/system/image_slots.py [good|tampered|hung|torn|missing ...]      about 2 minutes each, 4 for hung (the watchdog's 90 s)
"""
import os
import sys

from image_guest import PARTS, partitions, run
from image_machine import IMAGE, BOOT_S, Machine, Report, folder, need

MIB = 1 << 20
WATCHDOG_S = 90


def put(disk, where, source):
    run("dd", f"if={source}", f"of={disk}", "bs=64K", "oflag=seek_bytes", f"seek={where}", "conv=notrunc")


def environment(path, revision, state, slot):
    name = os.path.join(path, "BGENV.DAT")
    if os.path.exists(name):
        os.unlink(name)
    run("bg_setenv", "-f", name, "-r", str(revision), "-s", state, "-w", str(WATCHDOG_S),
        "-k", f"C:BOOT{slot.upper()}:BELFRY.EFI")
    return name


def hanging_kernel(path):
    """Slot b's kernel with a first process that never feeds the watchdog."""
    init = os.path.join(path, "init")
    with open(init, "w") as out:
        out.write("#!/bin/busybox sh\nwhile :; do /bin/busybox sleep 1000; done\n")
    os.chmod(init, 0o755)
    os.makedirs(os.path.join(path, "bin"), exist_ok=True)
    run("cp", os.path.join(PARTS, "tree/root/usr/bin/busybox"), os.path.join(path, "bin/busybox"))
    archive = run("cpio", "--quiet", "-o", "-H", "newc", input=b"bin\nbin/busybox\ninit\n", cwd=path)
    with open(os.path.join(path, "hang.cpio"), "wb") as out:
        out.write(archive)
    kernel = [os.path.join(PARTS, "kernel/boot", name) for name in os.listdir(os.path.join(PARTS, "kernel/boot"))
              if name.startswith("vmlinuz")][0]
    run("bg_gen_unified_kernel", "-c", "console=ttyS0 quiet", "-i", os.path.join(path, "hang.cpio"),
        "/usr/lib/x86_64-linux-gnu/efibootguard/kernel-stubx64.efi", kernel, os.path.join(path, "hang.efi"))
    return os.path.join(path, "hang.efi")


def update(path, tampered=False, kernel=None, state="INSTALLED"):
    """A copy of the image whose slot b was just written by an update."""
    disk = os.path.join(path, "updated.img")
    run("cp", "--sparse=always", IMAGE, disk)
    places = partitions(disk)
    boot, root = places["belfry-boot-b"][0], places["belfry-root-b"][0]
    put(disk, root, os.path.join(PARTS, "root.squashfs"))
    if tampered:
        with open(disk, "r+b") as out:  # a byte of every 64 KiB: some block that every start reads is among them
            for at in range(MIB, os.path.getsize(os.path.join(PARTS, "root.squashfs")) // 2, 65536):
                out.seek(root + at)
                byte = out.read(1)
                out.seek(root + at)
                out.write(bytes([byte[0] ^ 1]))
    inside = f"{disk}@@{boot}"
    run("mcopy", "-o", "-i", inside, kernel or os.path.join(PARTS, "belfry-b.efi"), "::BELFRY.EFI")
    run("mcopy", "-o", "-i", inside, environment(path, 3, state, "b"), "::BGENV.DAT")
    return disk


def state_of(box, path, slot):
    """What the boot environment on the disk says now."""
    raw = os.path.join(path, "after.img")
    run("qemu-img", "convert", "-O", "raw", box.disk, raw)
    name = os.path.join(path, "after.env")
    run("mcopy", "-n", "-o", "-i", f"{raw}@@{partitions(raw)[f'belfry-boot-{slot}'][0]}", "::BGENV.DAT", name)
    lines = run("bg_printenv", "-f", name, "-r", "-o", "ustate", text=True)
    return int(lines.strip().rpartition("=")[2])


def boots(box, slot):
    box.wait_for(f"Starting C:BOOT{slot.upper()}:", within=BOOT_S)


def good(report, path):
    box = Machine(path, image=update(path))
    try:
        box.start()
        report.run("the new slot is tried", lambda: boots(box, "b"))
        if report.run("and is ready", box.ready):
            box.log_in("bell-tower-9")
            report.run("and is confirmed", lambda: box.wait_for("belfry: slot confirmed", within=BOOT_S)[0])
        box.cut_power()
        report.run("the environment says so", lambda: need(state_of(box, path, "b") == 0, "not OK"))
    finally:
        box.cut_power()


def falls_back(report, path, disk, why, starts=True):
    box = Machine(path, image=disk)
    try:
        box.start()
        if starts:
            report.run(f"{why}: the new slot is tried", lambda: boots(box, "b"))
        report.run(f"{why}: it is left for the old one", lambda: boots(box, "a"))
        report.run(f"{why}: which is ready", box.ready)
        box.cut_power()
        report.run(f"{why}: the new slot is marked as failed",
                   lambda: need(state_of(box, path, "b") == 3, f"state {state_of(box, path, 'b')}"))
    finally:
        box.cut_power()


def torn(report, path):
    """Both environments half written: the boot guard still starts something."""
    disk = os.path.join(path, "torn.img")
    run("cp", "--sparse=always", IMAGE, disk)
    name = environment(path, 2, "OK", "a")
    os.truncate(name, os.path.getsize(name) // 2)
    for slot in "ab":
        run("mcopy", "-o", "-i", f"{disk}@@{partitions(disk)[f'belfry-boot-{slot}'][0]}", name, "::BGENV.DAT")
    box = Machine(path, image=disk)
    try:
        box.start()
        report.run("both environments torn: the box is ready all the same", box.ready)
    finally:
        box.cut_power()


def missing(path):
    """The environment says that slot b was updated, and there is nothing in it."""
    disk = os.path.join(path, "missing.img")
    run("cp", "--sparse=always", IMAGE, disk)
    run("mcopy", "-o", "-i", f"{disk}@@{partitions(disk)['belfry-boot-b'][0]}", environment(path, 3, "INSTALLED", "b"), "::BGENV.DAT")
    return disk


CASES = {"missing": lambda r, p: falls_back(r, p, missing(p), "slot b empty", starts=False),
         "good": good, "tampered": lambda r, p: falls_back(r, p, update(p, tampered=True), "tampered root"),
         "hung": lambda r, p: falls_back(r, p, update(p, kernel=hanging_kernel(p)), "hung kernel"), "torn": torn}


def main():
    report = Report()
    for name in sys.argv[1:] or CASES:
        with folder() as path:
            CASES[name](report, path)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
