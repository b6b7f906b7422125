#!/usr/bin/env python3
"""Figures of the disk image in QEMU (TCG): payload of an update, time and CPU to "calls can be answered", memory, bytes
written for a call, and the audio's missed periods beside those of a bare timer thread in the same guest.

usage: bench_image.py BUILD_FOLDER      BENCH_SECONDS=600: also with calls, and how long their audio is watched

The image is that of `make image`; without one nothing is measured. Real time: a busy machine makes every figure worse.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests/system"))
SECTOR, MIB, TICKS_A_SECOND = 512, 1 << 20, 100
AT_READY = ("(until [ -e /run/belfry-console/ready ]; do sleep 0.2; done; cat /proc/uptime /proc/stat >/run/hook/at-ready) "
            "</dev/null >/dev/null 2>&1 &\n")


def figure(name, value, unit):
    print(f"{name} {value:.6g} {unit}", flush=True)


def cpu_seconds(stat, columns):
    words = re.search(r"^cpu +(.*)", stat, re.M).group(1).split()
    return sum(int(words[i]) for i in columns) / TICKS_A_SECOND


def sectors_written(stat):
    return int(stat.split()[6])


def payload(image):
    parts = os.path.join(os.path.dirname(image), "root")
    return sum(os.path.getsize(os.path.join(parts, name)) for name in ("root.squashfs", "belfry-a.efi"))


def boot_figures(memory, analyze, ready):
    values = {name: int(kib) for name, kib in re.findall(r"(\w+): +(\d+) kB", memory)}
    figure("image.mem_mib", (values["MemTotal"] - values["MemAvailable"]) / 1024, "MiB")
    figure("boot.ready_s", float(ready.split()[0]), "s")
    figure("boot.user_cpu_s", cpu_seconds(ready, (0, 1)), "s")
    figure("boot.system_cpu_s", cpu_seconds(ready, (2, 5, 6)), "s")
    for part, name in (("firmware", "firmware_s"), ("loader", "loader_s"), ("kernel", "kernel_s"), ("userspace", "userspace_s")):
        found = re.search(r"(?:(\d+)min )?([\d.]+)(ms|s) \(" + part + r"\)", analyze)
        if found:
            seconds = float(found.group(2)) / (1000 if found.group(3) == "ms" else 1) + 60 * int(found.group(1) or 0)
            figure(f"boot.{name}", seconds, "s")


def boot(image_guest, folder):
    """One start of a box at rest."""
    box = image_guest.Guest(folder, os.path.join(folder, "hooked.img"))
    try:
        box.start()
        box.ready()
        ready = box.root("until [ -s /run/hook/at-ready ]; do sleep 1; done; cat /run/hook/at-ready")
        boot_figures(box.root("cat /proc/meminfo"), box.root("systemd-analyze time", fails=True), ready)
    finally:
        box.cut_power()


def traffic(build, folder, seconds):
    """With the lab at the other end of four spans: writes a call, and the audio's periods."""
    env = dict(os.environ, BELFRY_QEMU_RUN=os.path.join(ROOT, "tests/system/image_lab.py"), BELFRY_IMAGE_WATCH=folder,
               BENCH_SECONDS=seconds)
    done = subprocess.run([f"{build}/belfry-lab", "run", os.path.join(HERE, "image.lua"), "--target", "image"], env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    said = dict(re.findall(r"^\s*(at-rest|calls|tick|audio) (.*)$", done.stdout, re.M))
    if done.returncode != 0 or len(said) != 4:
        sys.exit(f"image.lua failed:\n{done.stdout[-3000:]}")
    calls, _, after = said["calls"].partition(" ")
    written = (sectors_written(json.loads(after)[0]) - sectors_written(json.loads(said["at-rest"])[0])) * SECTOR
    figure("image.bytes_written_per_1000_calls", 1000 * written / int(calls), "bytes")
    tick = re.search(r"periods (\d+) missed (\d+) worst_us (\d+)", said["tick"])
    periods, late = said["audio"].split()
    for name, value, unit in (("timer.periods", tick.group(1), "count"), ("timer.missed_periods", tick.group(2), "count"),
                              ("timer.worst_us", tick.group(3), "us"), ("media.periods", periods, "count"),
                              ("media.missed_periods", late, "count")):
        figure(name, int(value), unit)


def main():
    build, seconds = os.path.abspath(sys.argv[1]), os.environ.get("BENCH_SECONDS")
    import image_guest  # here, when it is known where the tests are
    if not os.path.exists(image_guest.IMAGE):
        print("# the image is not measured: make image")
        return 0
    figure("image.bytes", payload(image_guest.IMAGE), "bytes")
    with tempfile.TemporaryDirectory(prefix="belfry-bench-") as folder:
        image_guest.SHELL = AT_READY + image_guest.SHELL
        image_guest.hooked_image(folder, ["tools/bench/image_tick.c"])
        boot(image_guest, folder)
        if seconds:
            traffic(build, folder, seconds)
        else:
            print("# missed periods and writes a call are not measured: BENCH_SECONDS=600, on a machine with nothing else to do")
    return 0


if __name__ == "__main__":
    sys.exit(main())
