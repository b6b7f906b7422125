#!/usr/bin/env python3
"""First boot of the disk image, then power cuts at seeded instants while settings are committed one after the other,
from the second cut on with calls.

tests/system/image_boot.py [CUTS [SEED]]     3 cuts by default; a minute each, more on a busy machine

At the first boot: no default password, the README's installation chapter as far as the first call (technician.py), real
DAHDI, what `show software` and `show system` say. After each cut the box
must start, its file systems must need no more than their journal, its settings must be one committed revision (the last
that was answered, or the one under way), and every call must be accounted for (image_cuts.lua, played by the lab).
"""
import json
import os
import random
import subprocess
import sys
import time

import technician
from image_machine import ANSWER_S, ROOT, Failed, Machine, Report, folder, need, real_time

PASSWORD = "bell-tower-9"
AGENTS = ("101", "102")
CUT_WITHIN_S = 6.0


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


def installed(box, telephones):
    """The chapter by pexpect: the console is left and entered again, the wizard, the first call."""
    there = technician.Technician(box.serial.fileno())
    there.line.send("exit\r")
    there.log_in(PASSWORD, ANSWER_S)
    pin = technician.wizard(there)
    technician.first_call(telephones, pin)
    technician.look(there)
    technician.bundle_shown(there)
    technician.plain(there)


def first_settings(box):
    for line in (f"set agent {agent} pin 4{agent}" for agent in AGENTS):
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


def services(box):
    """What runs beside belfryd: espeak-ng, chronyd (no network here: it runs and has heard nobody), the users' door."""
    for line in ("set user eve role viewer", "set user eve password battery-staple-9", "set prompt spoken text \"We are closed\"",
                 "set ntp server 192.0.2.1"):
        answer = box.ask(line)
        need(not answer, f"{line}: {answer}")
    answer = box.ask("commit")
    need("commit complete" in answer, answer)
    end = time.monotonic() + 60
    while "not known: no server has been heard" not in (answer := box.ask("show time")) or "RTC       " not in answer:
        need(time.monotonic() < end, answer)
    box.type("exit")
    box.wait_for("Password: ")
    box.type("")
    box.wait_for("User: ")
    box.type("eve")
    box.wait_for("password: ")
    box.type("battery-staple-9")
    box.wait_for("belfry> ")
    answer = box.ask("request restart")
    need("needs the role technician; eve is viewer" in answer, answer)
    box.type("exit")
    box.log_in(PASSWORD)
    return answer


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


def with_calls(report, path, cuts, seed, answered, under_way):
    """The lab goes on with the disk: what became of the first cut, then the others."""
    lab = os.path.join(ROOT, os.environ.get("BUILD") or "build", "belfry-lab")
    env = dict(os.environ, BELFRY_CUTS=f"2 {cuts} {answered} {under_way or answered}", BELFRY_CUTS_DISK=f"{path}/box")
    played = subprocess.Popen([lab, "run", "--target", "image", "--seed", str(seed), os.path.join(ROOT, "tests/system/image_cuts.lua")],
                              env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = ""
    for line in played.stdout:
        said += line
        if line.startswith("ok "):
            report.run(line[3:].strip(), lambda: None)
    why = said[max(said.rfind("  why:"), 0):]
    report.run(f"{cuts} cuts (seed {seed}) are survived", lambda s=played.wait(): need(s == 0, f"{why[:2000]} ... {said[-2000:]}"))


def first_boot(report, box, telephones):
    box.start()
    return (report.run("first boot: conf and data are formatted, the box is ready", box.ready) and
            report.run("there is no default password; a short or mistyped one is refused", lambda: refuse_short(box)) and
            report.run("first password chosen, console open", lambda: box.log_in(PASSWORD)) and
            report.run("what the image is made of, and which slot runs", lambda: told(box)) and
            report.run("the README's installation chapter: wizard, first call", lambda: installed(box, telephones)) and
            report.run("settings committed", lambda: first_settings(box)) and
            report.run("both spans are the kernel's DAHDI", lambda: spans(box)) and
            report.run("an announcement is spoken, the time servers are asked, a user logs in", lambda: services(box)))


def main():
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rng = random.Random(seed)
    report = Report()
    with folder() as path:
        telephones = technician.Telephones(path)
        box = Machine(path, ["-smp", "1"], telephones.environment, real_time)
        box.disk = os.path.join(path, "box.overlay")  # where the lab looks for the disk of the folder "box"
        try:
            if first_boot(report, box, telephones):
                instant = time.monotonic() + rng.uniform(0.2, CUT_WITHIN_S)
                answered, under_way = commit_until(box, instant, 0)
                box.cut_power()
                telephones.end()
                with_calls(report, path, cuts, seed, answered, under_way)
        except Failed as error:
            report.run("the box answers", lambda: need(False, str(error)))
        finally:
            box.cut_power()
            telephones.end()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
