#!/usr/bin/env python3
"""What belfry-sim takes: bench_sim.py BUILD. Events replayed a CPU second, and a day of 10,000 calls with other rules."""
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 5
CALLS_AN_HOUR, TALK_S, AGENTS, PATIENCE_S = 1250, 180, 66, 120  # busy: callers wait, and some give up
DAY_CALLS, LONG_CALLS = 10000, 100000


def journal(sim, path, calls):
    subprocess.run([sim, "model", "--calls", str(CALLS_AN_HOUR), "--aht", str(TALK_S), "--agents", str(AGENTS),
                    "--patience", str(PATIENCE_S), "--length", str(calls), "--runs", "2", "--journal", path],
                   check=True, stdout=subprocess.DEVNULL)


def measured(command):
    """CPU seconds of several runs, and what the last one printed."""
    seconds, output = [], ""
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return sorted(seconds), output


def main():
    sim = os.path.join(sys.argv[1], "belfry-sim")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "long")
        journal(sim, path, LONG_CALLS)
        seconds, output = measured([sim, "replay", "--hash", path])
        events = int(re.search(r"events (\d+) decisions", output).group(1))
        print(f"acd.replay_events_per_s {events / statistics.median(seconds):.0f} events/s n={ROUNDS} "
              f"min={events / seconds[-1]:.0f} max={events / seconds[0]:.0f}")
        path = os.path.join(folder, "day")
        journal(sim, path, DAY_CALLS)
        seconds, _ = measured([sim, "whatif", "--journal", path, "--set", "queue model strategy least-occupied",
                               "--set", "agents +2"])
        print(f"acd.whatif_day_s {statistics.median(seconds):.3f} s n={ROUNDS} min={seconds[0]:.3f} max={seconds[-1]:.3f}")


main()
