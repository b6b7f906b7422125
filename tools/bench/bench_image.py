#!/usr/bin/env python3
"""Figures of the disk image in QEMU (TCG): payload of an update, time and CPU to "calls can be answered", memory, bytes
written for a call, and the audio's missed periods beside those of a bare timer thread in the same guest.

usage: bench_image.py BUILD_FOLDER
  BENCH_IMAGE   which parts, of boot busy idle audio (default boot; all of them take half an hour of a machine with
                nothing else to do)
  BENCH_CALLS   calls at the pace of a busy hour (default 100: 6 minutes; 1000: an hour) and, a tenth, far apart
  BENCH_SECONDS how long the audio is watched (default 600)

The image is that of `make image`; without one nothing is measured. Real time: a busy machine makes every figure worse.
"""
import os
import re
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests/system"))
SECTOR, TICKS_A_SECOND, MICROSECONDS, HOUR_S, REST_S = 512, 100, 1e6, 3600, 60
AT_READY = ("(until [ -e /run/belfry-console/ready ]; do sleep 0.2; done; cat /proc/uptime /proc/stat >/run/hook/at-ready) "
            "</dev/null >/dev/null 2>&1 &\n")
FIRST_PROCESS = "dmesg | sed -n 's/^\\[ *\\([0-9.]*\\)\\] Run \\/init as init process.*/\\1/p'"


def figure(name, value, unit):
    print(f"{name} {value:.6g} {unit}", flush=True)


def cpu_seconds(stat, columns):
    words = re.search(r"^cpu +(.*)", stat, re.M).group(1).split()
    return sum(int(words[i]) for i in columns) / TICKS_A_SECOND


def bytes_written(stat):
    return int(stat.split()[6]) * SECTOR


def payload(image):
    parts = os.path.join(os.path.dirname(image), "root")
    return sum(os.path.getsize(os.path.join(parts, name)) for name in ("root.squashfs", "belfry-a.efi"))


def memory_figure(memory):
    values = {name: int(kib) for name, kib in re.findall(r"(\w+): +(\d+) kB", memory)}
    figure("image.mem_mib", (values["MemTotal"] - values["MemAvailable"]) / 1024, "MiB")


def start_figures(ready, first_process, systemd_us, before_kernel_s):
    """The guest's own clock begins with its kernel; what was before is told by the host's."""
    ready_s, first_s, systemd_s = float(ready.split()[0]), float(first_process), int(systemd_us) / MICROSECONDS
    figure("boot.ready_s", before_kernel_s + ready_s, "s")
    figure("boot.firmware_s", before_kernel_s, "s")
    figure("boot.kernel_s", first_s, "s")
    figure("boot.initramfs_s", systemd_s - first_s, "s")
    figure("boot.userspace_s", ready_s - systemd_s, "s")
    figure("boot.user_cpu_s", cpu_seconds(ready, (0, 1)), "s")
    figure("boot.system_cpu_s", cpu_seconds(ready, (2, 5, 6)), "s")


def boot(image_guest, folder):
    """A later start of a box at rest: at its first one it formats its disk."""
    box = image_guest.Guest(folder, os.path.join(folder, "hooked.img"))
    try:
        box.start()
        box.ready()
        box.cut_power()
        box.start()
        begun = time.monotonic()
        box.ready()
        passed = time.monotonic() - begun
        before_kernel = passed - float(box.root("cat /proc/uptime").split()[0])
        ready = box.root("until [ -s /run/hook/at-ready ]; do sleep 1; done; cat /run/hook/at-ready")
        start_figures(ready, box.root(FIRST_PROCESS), box.root("systemctl show -P UserspaceTimestampMonotonic"), before_kernel)
        memory_figure(box.root("cat /proc/meminfo"))
    finally:
        box.cut_power()


def played(image_lab, build, folder, wanted, **environment):
    """What image.lua says, by its first words."""
    status, output = image_lab.play(build, folder, "tools/bench/image.lua", **environment)
    said = dict(re.findall(r"^\s*(rest|before|after|tick|audio) (.*)$", output, re.M))
    if status != 0 or set(said) != set(wanted):
        sys.exit(f"image.lua failed:\n{output[-3000:]}")
    return said


def writes(image_lab, build, folder, phase, calls):
    said = played(image_lab, build, folder, ("rest", "before", "after"), BENCH_PHASE=phase, BENCH_CALLS=str(calls))
    rest, before, after = (bytes_written(said[name]) for name in ("rest", "before", "after"))
    figure(f"flash.bytes_per_call.{phase}", (after - before) / calls, "bytes")
    figure(f"flash.bytes_per_hour_at_rest.{phase}", (before - rest) * HOUR_S / REST_S, "bytes")


def audio(image_lab, build, folder, seconds):
    said = played(image_lab, build, folder, ("tick", "audio"), BENCH_PHASE="audio", BENCH_SECONDS=seconds)
    tick = re.search(r"periods (\d+) missed (\d+) worst_us (\d+)", said["tick"])
    periods, late = said["audio"].split()
    for name, value, unit in (("timer.periods", tick.group(1), "count"), ("timer.missed_periods", tick.group(2), "count"),
                              ("timer.worst_us", tick.group(3), "us"), ("media.periods", periods, "count"),
                              ("media.missed_periods", late, "count")):
        figure(name, int(value), unit)


def main():
    build, parts = os.path.abspath(sys.argv[1]), os.environ.get("BENCH_IMAGE", "boot").split()
    import image_guest  # here, when it is known where the tests are
    import image_lab
    if not os.path.exists(image_guest.IMAGE):
        print("# the image is not measured: make image")
        return 0
    calls = int(os.environ.get("BENCH_CALLS") or 100)
    figure("image.bytes", payload(image_guest.IMAGE), "bytes")
    with tempfile.TemporaryDirectory(prefix="belfry-bench-") as folder:
        image_guest.SHELL = AT_READY + image_guest.SHELL
        image_guest.hooked_image(folder, ["tools/bench/image_tick.c"])
        todo = {"boot": lambda: boot(image_guest, folder),
                "busy": lambda: writes(image_lab, build, folder, "busy", calls),
                "idle": lambda: writes(image_lab, build, folder, "idle", max(calls // 10, 10)),
                "audio": lambda: audio(image_lab, build, folder, os.environ.get("BENCH_SECONDS") or "600")}
        for name, what in todo.items():
            if name in parts:
                what()
            else:
                print(f"# {name} of the image is not measured: BENCH_IMAGE=\"{' '.join(todo)}\", on a machine with nothing else to do")
    return 0


if __name__ == "__main__":
    sys.exit(main())
