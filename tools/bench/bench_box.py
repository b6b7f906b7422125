#!/usr/bin/env python3
"""Figures of the whole box, taken with the lab on this machine: `name value unit` lines (see docs of make bench).

usage: bench_box.py BUILD_FOLDER [--quick]
"""
import array
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
CLICK_SAMPLES = 8000 // 10
PERIOD_MS = 10


def figure(name, value, unit):
    print(f"{name} {value:.6g} {unit}", flush=True)


def run(build, scenario, folder, wrapped="", **environment):
    """Runs a scenario and returns its output, wall seconds, and the box's log. wrapped: what runs belfryd."""
    log, program = os.path.join(folder, "log"), os.path.join(folder, "belfryd")
    with open(program, "w", encoding="utf-8") as wrapper:
        wrapper.write(f'#!/bin/sh\nexec {wrapped} "{build}/belfryd" "$@" 2>>"{log}"\n')
    os.chmod(program, 0o755)
    env = dict(os.environ, BELFRYD=program, BELFRY_LOG="info", **environment)
    begun = time.monotonic()
    done = subprocess.run([f"{build}/belfry-lab", "run", os.path.join(HERE, scenario)], env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    wall = time.monotonic() - begun
    if done.returncode != 0:
        sys.exit(f"{scenario} failed:\n{done.stdout[-2000:]}")
    with open(log, encoding="utf-8", errors="replace") as lines:
        return done.stdout, wall, lines.read()


def number(pattern, text):
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"no {pattern!r} in:\n{text[-1500:]}")
    return float(found.group(1))


def busy_hour(build, seconds):
    with tempfile.TemporaryDirectory() as folder:
        output, wall, _ = run(build, "hour.lua", folder, BENCH_SECONDS=str(seconds))
    figure("lab.speed", number(r"\(([\d.]+) s of lab time", output) / wall, "s/s")


def cost_of_a_call(build):
    """Everything but audio, by the difference between few and many short calls in the same time."""
    calls, rest_us = [], []
    for per_hour in (120, 6000):
        with tempfile.TemporaryDirectory() as folder:
            output, _, log = run(build, "hour.lua", folder, BENCH_SECONDS="600", BENCH_TALK="8",
                                 BENCH_CALLS_PER_HOUR=str(per_hour))
        calls.append(number(r"offered (\d+)", output))
        rest_us.append(number(r"everything else (\d+) us", log))
    figure("call.cpu_us", (rest_us[1] - rest_us[0]) / (calls[1] - calls[0]), "us")


def instructions_of_a_call(build):
    """The same work counted: instructions while the actors settle, that is, in all threads but audio."""
    if not shutil.which("valgrind"):
        return
    calls, counted = (4, 24), []
    for count in calls:
        with tempfile.TemporaryDirectory() as folder:
            callgrind = f"valgrind --tool=callgrind --callgrind-out-file={folder}/counts --collect-atstart=no " \
                        "--toggle-collect=actors_settle"
            _, _, log = run(build, "few_calls.lua", folder, callgrind, BENCH_CALLS=str(count))
        counted.append(number(r"Collected\s*:\s*(\d+)", log))
    figure("call.insn", (counted[1] - counted[0]) / (calls[1] - calls[0]), "instructions")


def clicks(path):
    samples = array.array("h", bytes(2 * CLICK_SAMPLES * 60))
    for i in range(60):
        samples[i * CLICK_SAMPLES] = 20000
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(samples.tobytes())


def channel(path, which):
    with wave.open(path, "rb") as source:
        samples = array.array("h", source.readframes(source.getnframes()))
        return samples[which::source.getnchannels()]


def loud(samples, level=10000):
    return [i for i, value in enumerate(samples) if abs(value) > level]


def reaction(build):
    with tempfile.TemporaryDirectory() as folder:
        clicks(os.path.join(folder, "clicks.wav"))
        output, _, _ = run(build, "reaction.lua", folder, BENCH_WAV=folder)
        talk = loud(channel(os.path.join(folder, "lift.wav"), 0), 4000)
        said = loud(channel(os.path.join(folder, "caller.wav"), 1))
        heard = loud(channel(os.path.join(folder, "agent.wav"), 0))
    figure("call.setup_to_ring_ms", number(r"setup_to_ring_ms ([\d.]+)", output), "ms")
    if not said or not heard or not talk:
        sys.exit("no click was heard through the bridge")
    figure("call.lift_to_talk_ms", talk[0] / 8, "ms")
    # A sample is sent when its period is complete: one period more than the recordings show.
    delays = [min(h - s for s in said if s <= h) for h in heard if said[0] <= h <= said[-1]]
    figure("audio.delay_ms.user", max(delays) / 8 + PERIOD_MS, "ms")


def spans(build):
    for count in (1, 8):
        with tempfile.TemporaryDirectory() as folder:
            output, _, log = run(build, "idle_spans.lua", folder, BENCH_SPANS=str(count))
        lab_s = number(r"box_time ([\d.]+)", output)
        audio_us = number(r"audio and driver (\d+) us", log)
        figure(f"driver.tdmoe_frames_per_cpu_s.{count}spans", count * 1000 * lab_s / (audio_us / 1e6), "frames/s")
        figure(f"box.rss_mib.{count}spans", number(r"memory (\d+) KiB", log) / 1024, "MiB")


def main():
    build = os.path.abspath(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reaction(build)
    spans(build)
    cost_of_a_call(build)
    instructions_of_a_call(build)
    busy_hour(build, 600 if "--quick" in sys.argv else 3600)


main()
