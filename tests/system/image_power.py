#!/usr/bin/env python3
"""Pulls the power at seeded instants while settings are committed one after the other.

tests/system/image_power.py [CUTS [SEED]]      3 cuts by default; about a minute each

After each cut the box must start, its file systems must need no more than their journal, and its settings must be one
committed revision: the last that was answered, or the one under way.
"""
import random
import re
import sys
import time

from image_machine import Failed, Machine, Report, folder, need

PASSWORD = "bell-tower-9"
AGENTS = ("101", "102")
CUT_WITHIN_S = 6.0


def set_revision(box, revision):
    for agent in AGENTS:
        answer = box.ask(f"set agent {agent} name R{revision}")
        need(not answer, answer)


def commit_until(box, instant, revision):
    """Commits until the instant; the last revision answered, and the one under way or None."""
    while True:
        revision += 1
        set_revision(box, revision)
        box.type("commit")
        while True:
            if "commit complete" in box.text[box.seen:]:
                box.wait_for("commit complete")
                box.wait_for("belfry> ")
                break
            if time.monotonic() > instant:
                return revision - 1, revision
            box.serial.settimeout(0.01)
            box.read()
        if time.monotonic() > instant:
            return revision, None


def found_revision(box):
    answer = box.ask("show configuration agent")
    names = re.findall(r"agent (\d+) name R(\d+)", answer)
    need(len(names) == len(AGENTS), f"agents are missing: {answer!r}")
    need(len({revision for _, revision in names}) == 1, f"two revisions are mixed: {answer!r}")
    return int(names[0][1])


def after_cut(box, answered, under_way):
    box.start()
    ready = box.ready()
    need("ALARM" not in box.text and "FAILED" not in box.text, box.text[-400:])
    box.log_in(PASSWORD)
    found = found_revision(box)
    need(found in (answered, under_way), f"revision {found}, answered was {answered}, under way {under_way}")
    return f"revision {found} of {answered} answered{f' and {under_way} under way' if under_way else ''}; {ready}"


def main():
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    report = Report()
    with folder() as path:
        box = Machine(path)
        try:
            box.start()
            if not report.run("first boot", box.ready):
                return report.end()
            box.log_in(PASSWORD)
            for agent in AGENTS:
                box.ask(f"set agent {agent} pin 4{agent}")
            set_revision(box, 0)
            need("commit complete" in box.ask("commit"), "the first commit failed")
            revision = 0
            for cut in range(1, cuts + 1):
                instant = time.monotonic() + rng.uniform(0.2, CUT_WITHIN_S)
                answered, under_way = commit_until(box, instant, revision)
                box.cut_power()
                if not report.run(f"cut {cut} of {cuts} (seed {seed})", lambda a=answered, u=under_way: after_cut(box, a, u)):
                    break
                revision = found_revision(box)
        except Failed as error:
            report.run("the box answers", lambda: need(False, str(error)))
        finally:
            box.cut_power()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
