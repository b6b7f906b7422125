#!/usr/bin/env python3
"""The whole box at the depths of the peers' table, with limits and lines as large as they get: `name value unit` lines.

usage: bench_depth.py BUILD_FOLDER [--quick]

call.free_to_ring_us: belfryd with its real threads in real time; from the hook of an agent who hangs up, as control gets
it, to the ring command for the next caller, by the box's own clock. The command leaves with the next period of audio.
call.cpu_us: CPU of everything but audio, from the difference between few and many routed calls in the same time.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
WAITING, AGENTS = (10, 100, 1000, 5000), (10, 100, 500)
SPANS, LINES, TELEPHONES, TALKING, PERIOD_MS, REPEATS = 64, 30, 24, 100, 10, 3
ELSEWHERE = "theirs measured elsewhere, on a machine like this one, without audio"
# (agents, waiting): medians in ms of app_queue and mod_callcenter; None: nobody has measured it
PEERS_RING = {(10, 10): (462, 47), (100, 100): (355, 291), (100, 1000): (494, 4650), (500, 1000): (424, None)}
PEERS_CPU = {(10, 10): (2.9, 4.15), (100, 100): (8.0, 6.2), (100, 1000): (7.6, 94.5), (500, 1000): (19.8, None)}


def figure(name, value, unit, more=""):
    print(f"{name} {value:.6g} {unit}{more}", flush=True)


def spans(waiting, agents):
    """That depth.lua needs: 100 agents talk at most, the others are paused."""
    return -(-agents // TELEPHONES) + -(-(min(agents, TALKING) + waiting) // LINES)


def run(build, waiting, agents, routed, most, *options):
    """One run of depth.lua; returns belfryd's log."""
    with tempfile.TemporaryDirectory() as folder:
        log, program = os.path.join(folder, "log"), os.path.join(folder, "belfryd")
        with open(program, "w", encoding="utf-8") as wrapper:
            wrapper.write(f'#!/bin/sh\nexec {shlex.quote(build)}/bench-large/belfryd "$@" 2>>{shlex.quote(log)}\n')
        os.chmod(program, 0o755)
        env = dict(os.environ, BELFRYD=program, BELFRY_LOG="info", BENCH_AGENTS=str(agents), BENCH_WAITING=str(waiting),
                   BENCH_ROUTED=str(routed), BENCH_MOST=str(most))
        done = subprocess.run([f"{build}/belfry-lab", "run", *options, os.path.join(HERE, "depth.lua")], env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"depth.lua, {waiting} waiting, {agents} agents, failed:\n{done.stdout[-2000:]}")
        with open(log, encoding="utf-8", errors="replace") as lines:
            return lines.read()


def found(pattern, text):
    match = re.search(pattern, text)
    if not match:
        sys.exit(f"no {pattern!r} in:\n{text[-1500:]}")
    return [int(group) for group in match.groups()]


def compare(what, point, ours_ms, peers):
    for name, theirs in zip(("app_queue", "mod_callcenter"), peers.get(point, (None, None))):
        if theirs:
            print(f"# {what}, {point[0]} agents, {point[1]} waiting: {ours_ms:.3g} ms; {name} {theirs:g} ms, "
                  f"{theirs / ours_ms:.0f} times as much ({ELSEWHERE})", flush=True)


def free_to_ring(build, waiting, agents, rounds):
    count, p50, p95, most = found(r"for who waited (\d+) times: half of them within (\d+) us, 95 of 100 within (\d+) us, "
                                  r"the slowest after (\d+) us", run(build, waiting, agents, rounds, rounds, "--realtime"))
    if count < rounds:
        sys.exit(f"{rounds} calls, {count} of them taken by a freed agent")
    name = f"call.free_to_ring_us.w{waiting}.a{agents}"
    figure(f"{name}.p50", p50, "us", f" n={count}")
    figure(f"{name}.p95", p95, "us", f" n={count} max={most}")
    compare("agent free to ring, with a whole period of audio", (agents, waiting), p50 / 1000 + PERIOD_MS, PEERS_RING)


def cpu_per_call(build, waiting, agents, rounds):
    """The least of several runs each: what disturbs only adds."""
    few, name = rounds // 10, f"call.cpu_us.w{waiting}.a{agents}"
    least = [min(found(r"everything else (\d+) us", run(build, waiting, agents, routed, rounds))[0] for _ in range(REPEATS))
             for routed in (few, rounds)]
    us = (least[1] - least[0]) / (rounds - few)
    if us <= 0:
        print(f"# {name} not measured: the machine is too busy with other work to tell few calls from many", flush=True)
        return
    figure(name, us, "us", f" n={rounds - few}")
    compare("CPU a routed call", (agents, waiting), us / 1000, PEERS_CPU)


def main():
    build = os.path.abspath(sys.argv[1])
    rounds = 20 if "--quick" in sys.argv else 60
    for waiting in WAITING:
        for agents in AGENTS:
            if spans(waiting, agents) <= SPANS:
                free_to_ring(build, waiting, agents, rounds)
            else:
                print(f"# call.free_to_ring_us.w{waiting}.a{agents} not measured: needs {spans(waiting, agents)} spans, a box "
                      f"has {SPANS} at most; acd.free_to_ring_us has the scheduler's own part", flush=True)
    for agents, waiting in PEERS_CPU:
        cpu_per_call(build, waiting, agents, 2 * rounds)


main()
