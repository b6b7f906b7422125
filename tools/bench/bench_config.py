#!/usr/bin/env python3
"""Figures of the console and the settings, taken from belfryd in real time: `name value unit` lines.

usage: bench_config.py BUILD_FOLDER [--quick]

CPU is that of all threads of belfryd (schedstat), less what they use in the same time without us.
"""
import glob
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

LINES = 2000
ROUNDS = 5
ASKED = 200


def figure(name, value, unit):
    print(f"{name} {value:.6g} {unit}", flush=True)


def settings():
    """A large box: 400 agents with name, PIN and skill, 10 queues of 40, 96 telephones, 200 numbers."""
    lines = ["span 1 type e1", "span 1 signalling pri-cpe"]
    for span in range(2, 6):
        lines += [f"span {span} type t1", f"span {span} signalling fxs"]
        lines += [f"port {span}/{slot} extension {span}{slot:02}" for slot in range(1, 25)]
    lines += [f"queue q{i} strategy longest-idle" for i in range(10)]
    for agent in range(400):
        lines += [f'agent {1000 + agent} name "Agent {agent}"', f"agent {1000 + agent} pin {4000 + agent}",
                  f"agent {1000 + agent} skill spanish {agent % 16 + 1}", f"queue q{agent % 10} agent {1000 + agent}"]
    number = 0
    while len(lines) < LINES:
        lines.append(f"did 800555{number:04} queue q{number % 10}")
        number += 1
    return lines


class Console:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("r", encoding="utf-8", newline="\n")

    def ask(self, line):
        self.socket.sendall((line + "\n").encode())
        text = ""
        while True:
            got = self.file.readline()
            if got.startswith("\x1e"):
                return got[1], text
            text += got

    def must(self, line, status="0"):
        got, text = self.ask(line)
        if got != status:
            sys.exit(f"{line}: {text}")
        return text


def cpu_ns(pid):
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path, encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total


def measured(pid, work):
    """CPU in ms of what work() makes belfryd do."""
    begun_s, begun = time.monotonic(), cpu_ns(pid)
    work()
    used, took_s = cpu_ns(pid) - begun, time.monotonic() - begun_s
    idle = cpu_ns(pid)
    time.sleep(max(took_s, 0.5))
    idle = (cpu_ns(pid) - idle) / max(took_s, 0.5) * took_s
    return max(used - idle, 0) / 1e6


def periods_missed(console, work):
    """Media periods that came too late while work() runs, and in the same time without it."""
    def late():
        return json.loads(console.must("show system --json"))["audio_periods_late"]
    begun_s, begun = time.monotonic(), late()
    work()
    took_s, missed = time.monotonic() - begun_s, late() - begun
    begun = late()
    time.sleep(took_s)
    return missed, late() - begun


def load(console, lines):
    console.must("load terminal", "+")
    for line in lines:
        console.must(line, "+")
    console.must(".")


def commits(pid, console):
    """Every line new, and one line of two thousand changed."""
    lines, whole, one, missed = settings(), [], [], []
    for i in range(ROUNDS):
        load(console, lines)
        whole.append(measured(pid, lambda: console.must("commit")))
        console.must("rollback 1")
        missed.append(periods_missed(console, lambda: console.must("commit")))
        console.must("rollback 1")
        missed.append(periods_missed(console, lambda: console.must("commit")))
        console.must(f'set system name "round {i}"')
        one.append(measured(pid, lambda: console.must("commit")))
        console.must("delete agent")  # so that all of it is new again
        for root in ("queue", "did", "port", "span", "system"):
            console.must("delete " + root)
        console.must("commit")
    figure("config.commit_ms", min(whole), "ms")
    figure("config.commit_missed_periods", sum(m[0] for m in missed), "periods")
    figure("config.idle_missed_periods", sum(m[1] for m in missed), "periods")
    figure("config.commit_one_ms", min(one), "ms")
    load(console, lines)
    figure("config.check_ms", min(measured(pid, lambda: console.must("commit check")) for _ in range(ROUNDS)), "ms")
    console.must("commit")


def completions(pid, console):
    for name, line in (("complete", "\x05cset queue q1 agent 1"), ("help", "set queue q1 ?")):
        def work(asked=line):
            for _ in range(ASKED):
                console.must(asked)
        figure(f"config.{name}_ms", min(measured(pid, work) for _ in range(3)) / ASKED, "ms")


def main():
    build = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/console"
        box = subprocess.Popen(
            [build + "/belfryd", "--driver", "tdmoe", "--socket", folder + "/box", "--peer", folder + "/lab", "--data",
             folder + "/data", "--console", path, "--prompts", build + "/prompts", "--realtime"],
            stderr=subprocess.DEVNULL)
        try:
            while not os.path.exists(path):
                time.sleep(0.05)
            console = Console(path)
            commits(box.pid, console)
            completions(box.pid, console)
        finally:
            box.kill()
            box.wait()


if __name__ == "__main__":
    main()
