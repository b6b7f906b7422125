#!/usr/bin/env python3
"""Boots the disk image twice with the power pulled between: first password, console, real DAHDI, nothing forgotten.

tests/system/image_boot.py     about 2 minutes (5 on a busy machine). BELFRY_IMAGE: another image.
"""
import json
import sys

from image_machine import Machine, Report, folder, need

PASSWORD = "bell-tower-9"
SPAN = ("set span 1 type e1", "set span 1 signalling pri-cpe", "set span 1 switch euroisdn", "set span 2 type t1",
        "set span 2 signalling fxs")


def refuse_short(box):
    box.wait_for("New password: ")
    box.type("short")
    box.wait_for("% too short")
    box.wait_for("New password: ")
    box.type(PASSWORD)
    box.wait_for("again: ")
    box.type("another-one")
    box.wait_for("% the two differ")


def commit(box):
    for line in SPAN:
        answer = box.ask(line)
        need(not answer, f"{line}: {answer}")
    answer = box.ask("commit")
    need("commit complete" in answer, answer)


def spans(box):
    rows = json.loads(box.ask("show spans --json"))
    rows = rows.get("spans", rows) if isinstance(rows, dict) else rows
    numbers = sorted(row["span"] if "span" in row else row["number"] for row in rows)
    need(numbers == [1, 2], f"spans {numbers}")


def dahdi(box):
    answer = box.ask("show software")
    need("dahdi" in answer, answer)


def refuse_wrong(box):
    box.wait_for("Password: ")
    box.type("not-the-one")
    box.wait_for("% wrong password")


def kept(box):
    answer = box.ask("show configuration")
    for line in SPAN:
        need(line[4:] in answer, f"\"{line}\" is gone after the power cut; {answer!r}")


def main():
    report = Report()
    with folder() as path:
        box = Machine(path)
        try:
            box.start()
            if not report.run("first boot: conf and data are formatted, the box is ready", box.ready):
                return report.end()
            report.run("there is no default password; a short or mistyped one is refused", lambda: refuse_short(box))
            report.run("first password chosen, console open", lambda: box.log_in(PASSWORD))
            report.run("spans are the kernel's DAHDI", lambda: dahdi(box))
            report.run("settings committed", lambda: commit(box))
            report.run("both spans are there", lambda: spans(box))
            box.cut_power()
            box.start()
            if not report.run("boots again after the power was pulled", box.ready):
                return report.end()
            report.run("a wrong password is refused", lambda: refuse_wrong(box))
            report.run("the password chosen before opens the console", lambda: box.log_in(PASSWORD))
            report.run("committed settings are kept", lambda: kept(box))
            report.run("both spans are there again", lambda: spans(box))
        finally:
            box.cut_power()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
