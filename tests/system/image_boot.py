#!/usr/bin/env python3
"""First boot of the disk image, then power cuts at seeded instants while settings are committed one after the other.

tests/system/image_boot.py [CUTS [SEED]]     3 cuts by default; a minute each, more on a busy machine

At the first boot: no default password, real DAHDI, what `show software` and `show system` say. After each cut the box
must start, its file systems must need no more than their journal, and its settings must be one committed revision: the
last that was answered, or the one under way.
"""
import json
import random
import re
import sys
import time

from image_machine import Failed, Machine, Report, folder, need

PASSWORD = "bell-tower-9"
AGENTS = ("101", "102")
CUT_WITHIN_S = 6.0
SPAN = ("set span 1 type e1", "set span 1 signalling pri-cpe", "set span 1 switch euroisdn", "set span 2 type t1",
        "set span 2 signalling fxs")


# ---- first boot ----

def refuse_short(box):
    box.wait_for("New password: ")
    box.type("short")
    box.wait_for("% too short")
    box.wait_for("New password: ")
    box.type(PASSWORD)
    box.wait_for("again: ")
    box.type("another-one")
    box.wait_for("% the two differ")


def first_settings(box):
    for line in (*SPAN, *(f"set agent {agent} pin 4{agent}" for agent in AGENTS)):
        answer = box.ask(line)
        need(not answer, f"{line}: {answer}")
    set_revision(box, 0)
    answer = box.ask("commit")
    need("commit complete" in answer, answer)


def spans(box):
    rows = json.loads(box.ask("show spans --json"))
    need(sorted(row["span"] for row in rows) == [1, 2], f"{rows}")
    need(all(row["driver"] == "dahdi" for row in rows), f"{rows}")


def told(box):
    software = json.loads(box.ask("show software --json"))
    parts = {part["name"]: part["version"] for part in software["components"]}
    need({"belfry", "dahdi-source", "systemd", "libsqlite3-0"} <= set(parts), f"{sorted(parts)}")
    system = json.loads(box.ask("show system --json"))
    need(system["slot"] == "root-a" and "rt" in system["kernel"], f"{system}")
    return f"{len(parts)} packages"


def refuse_wrong(box):
    box.wait_for("Password: ")
    box.type("not-the-one")
    box.wait_for("% wrong password")


# ---- cuts ----

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
    refuse_wrong(box)
    box.log_in(PASSWORD)
    spans(box)
    found = found_revision(box)
    need(found in (answered, under_way), f"revision {found}, answered was {answered}, under way {under_way}")
    return f"revision {found} of {answered} answered{f' and {under_way} under way' if under_way else ''}; {ready}"


def first_boot(report, box):
    box.start()
    return (report.run("first boot: conf and data are formatted, the box is ready", box.ready) and
            report.run("there is no default password; a short or mistyped one is refused", lambda: refuse_short(box)) and
            report.run("first password chosen, console open", lambda: box.log_in(PASSWORD)) and
            report.run("what the image is made of, and which slot runs", lambda: told(box)) and
            report.run("settings committed", lambda: first_settings(box)) and
            report.run("both spans are the kernel's DAHDI", lambda: spans(box)))


def main():
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    report = Report()
    with folder() as path:
        box = Machine(path)
        try:
            revision = 0
            for cut in range(1, cuts + 1) if first_boot(report, box) else ():
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
