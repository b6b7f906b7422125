#!/usr/bin/env python3
"""Updates that go wrong: slot b is filled by hand as an update would, and must be confirmed, or left for slot a.

tests/system/image_slots.py [good|tampered|damaged|seldom|alone|hung|deaf|torn|missing ...]      about 2 minutes each, 4 for hung (the
watchdog's 90 s) and deaf (belfryd does not answer)
"""
import json
import os
import subprocess
import sys
import time

from image_guest import PARTS, hooked_kernel, partitions, run
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


# belfryd starts and never answers.
DEAF = """mkdir -p /run/systemd/system/belfryd.service.d
printf '[Service]\\nType=simple\\nWatchdogSec=0\\nExecStart=\\nExecStart=/usr/bin/busybox sleep 100000\\n' >/run/systemd/system/belfryd.service.d/deaf.conf
"""


def flip(disk, places):
    with open(disk, "r+b") as out:
        for place in places:
            out.seek(place)
            byte = out.read(1)
            out.seek(place)
            out.write(bytes([byte[0] ^ 1]))


def content(squashfs, name):
    shown = subprocess.run(["unsquashfs", "-cat", squashfs, name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return shown.stdout


def seldom_read(path):
    """Where in the root file system a block stands that this machine never needs: of the module of a card that it has not."""
    root = os.path.join(PARTS, "root.squashfs")
    name = [line.split("squashfs-root/", 1)[1] for line in run("unsquashfs", "-ls", root, text=True).splitlines()
            if line.endswith("/snd-ac97-codec.ko")][0]
    copy = os.path.join(path, "copy.squashfs")
    run("cp", root, copy)
    whole = content(root, name)
    for at in range(65536, os.path.getsize(root), 65536):
        flip(copy, [at])
        if content(copy, name) != whole:
            return at
        flip(copy, [at])
    raise AssertionError(f"{name}: no block of it was found")


def update(path, tampered=False, kernel=None, state="INSTALLED"):
    """A copy of the image whose slot b was just written by an update."""
    disk = os.path.join(path, "updated.img")
    run("cp", "--sparse=always", IMAGE, disk)
    places = partitions(disk)
    boot, root = places["belfry-boot-b"][0], places["belfry-root-b"][0]
    put(disk, root, os.path.join(PARTS, "root.squashfs"))
    if tampered:
        # a byte of every 64 KiB: some block that every start reads is among them
        flip(disk, range(root + MIB, root + os.path.getsize(os.path.join(PARTS, "root.squashfs")) // 2, 65536))
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


def alarm(box):
    box.log_in("bell-tower-9")
    found = [one["text"] for one in json.loads(box.ask("show alarms --json"))]
    need(any("Slot b did not start as it should" in text for text in found), f"{found}")


def damage_told(box):
    until = time.monotonic() + 60
    while not any("The software is damaged" in one["text"] for one in json.loads(box.ask("show alarms --json"))):
        need(time.monotonic() < until, box.ask("show alarms"))


def falls_back(report, path, disk, why, starts=True):
    box = Machine(path, image=disk)
    try:
        box.start()
        if starts:
            report.run(f"{why}: the new slot is tried", lambda: boots(box, "b"))
        report.run(f"{why}: it is left for the old one", lambda: boots(box, "a"))
        if report.run(f"{why}: which is ready", box.ready):
            report.run(f"{why}: an alarm says so", lambda: alarm(box))
        box.cut_power()
        report.run(f"{why}: the new slot is marked as failed",
                   lambda: need(state_of(box, path, "b") == 3, f"state {state_of(box, path, 'b')}"))
    finally:
        box.cut_power()


def seldom(report, path):
    """One block that no start reads: it is looked for before it is needed, and calls go on."""
    disk = update(path, state="OK")
    flip(disk, [partitions(disk)["belfry-root-b"][0] + seldom_read(path)])
    box = Machine(path, image=disk)
    try:
        box.start()
        report.run("a block that is seldom read: the slot starts", lambda: boots(box, "b"))
        if report.run("a block that is seldom read: and is ready", box.ready):
            box.log_in("bell-tower-9")
            report.run("a block that is seldom read: it is found", lambda: box.wait_for("the slot is damaged, 1 MiB of it", within=BOOT_S))
            report.run("a block that is seldom read: an alarm says so", lambda: damage_told(box))
            box.ask("request restart confirm")
        report.run("a block that is seldom read: the slot is left for the other one", lambda: boots(box, "a"))
        if report.run("a block that is seldom read: which is ready", box.ready):
            report.run("a block that is seldom read: an alarm says that, too", lambda: alarm(box))
    finally:
        box.cut_power()


def alone(report, path):
    """The same where the other slot is empty: there is nothing better, the box goes on, and goes on saying so."""
    disk = os.path.join(path, "alone.img")
    run("cp", "--sparse=always", IMAGE, disk)
    flip(disk, [partitions(disk)["belfry-root-a"][0] + seldom_read(path)])
    box = Machine(path, image=disk)
    try:
        for start in ("first", "second"):
            box.start()
            if report.run(f"a damaged block and no other slot: {start} start", box.ready):
                box.log_in("bell-tower-9")
                report.run(f"a damaged block and no other slot: it is found ({start})",
                           lambda: box.wait_for("the slot is damaged, 1 MiB of it", within=BOOT_S))
                report.run(f"a damaged block and no other slot: an alarm says so ({start})", lambda: damage_told(box))
            box.cut_power()
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
         "damaged": lambda r, p: falls_back(r, p, update(p, tampered=True, state="OK"), "confirmed slot, damaged later"),
         "seldom": seldom, "alone": alone,
         "deaf": lambda r, p: falls_back(r, p, update(p, kernel=hooked_kernel(p, slot="b", more=DEAF)), "belfryd does not answer"),
         "hung": lambda r, p: falls_back(r, p, update(p, kernel=hanging_kernel(p)), "hung kernel"), "torn": torn}


def main():
    report = Report()
    for name in sys.argv[1:] or CASES:
        with folder() as path:
            CASES[name](report, path)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
