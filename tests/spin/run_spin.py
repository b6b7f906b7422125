#!/usr/bin/env python3
"""Proves tests/spin/offers.pml with spin over all interleavings, then takes out one guard after another: each mutant
must be refuted, or the proof proves nothing.

Usage: run_spin.py [FOLDER]   (FOLDER: where the verifiers are built, default build/spin)
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "offers.pml")
# macro: what the verifier must find
MUTANTS = {
    "NO_LEASE": "an offer that nobody confirms stays for ever",
    "FIRST_DOES_NOT_WIN": "two agents win one caller",
    "BLOCKING": "control and scheduler wait for each other's mailbox",
}
VERIFIER = ["cc", "-O2", "-w", "-DMEMLIM=1500", "-DCOLLAPSE"]


def run(command, folder):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400)


def verify(folder, name, macros, cycles):
    """True when spin finds no error in the whole state space; also its own words."""
    place = os.path.join(folder, name)
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    made = run(["spin", *[f"-D{m}" for m in macros], "-a", MODEL], place)
    if made.returncode != 0:
        sys.exit(f"spin does not take the model:\n{made.stdout}")
    built = run([*VERIFIER, *(["-DNP"] if cycles else ["-DSAFETY"]), "-o", "pan", "pan.c"], place)
    if built.returncode != 0:
        sys.exit(f"the verifier does not compile:\n{built.stdout}")
    said = run(["./pan", "-m200000", *(["-l"] if cycles else [])], place).stdout
    errors = re.search(r"errors: (\d+)", said)
    if not errors or "max search depth too small" in said or "out of memory" in said:
        sys.exit(f"{name}: the search did not finish:\n{said}")
    states = re.search(r"(\d+) states, stored", said)
    found = re.search(r"pan:\d+: (.*?) \(at depth", said)
    print(f"{name}: {states.group(1) if states else '?'} states, "
          f"{'error: ' + found.group(1) if found else 'no error'}", flush=True)
    return errors.group(1) == "0"


def main():
    folder = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/spin")
    if not shutil.which("spin"):
        sys.exit("spin is not installed (make deps)")
    failed = []
    if not verify(folder, "offers", [], cycles=False):
        failed.append("offers: deadlock, two winners, or an offer that does not end")
    if not verify(folder, "offers-cycles", [], cycles=True):
        failed.append("offers: something goes on for ever")
    for macro, fault in MUTANTS.items():
        if verify(folder, macro.lower().replace("_", "-"), [macro], cycles=False):
            failed.append(f"mutant {macro}: not refuted, though {fault}")
    for text in failed:
        print("FAILED " + text)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
