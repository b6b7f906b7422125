#!/usr/bin/env python3
"""The rack board's image on a PC without its cards: it comes up, says that no card is there and which one is missed, and
goes on saying so after a power cut. Its disk is a SATA one, its watchdog the chip set's. Two boots, three minutes.

tests/system/image_rack.py [IMAGE]     build/rack-x86_64/belfry.img, made by make image BOARD=rack-x86_64
"""
import json
import os
import sys
import time

from image_machine import ANSWER_S, ROOT, Failed, Machine, Report, folder, need

PASSWORD = "bell-tower-9"
PLACE = "PCI Express Bus 03 Slot 01/2"


def alarms(box):
    return {alarm["text"]: alarm["severity"] for alarm in json.loads(box.ask("show alarms --json"))}


def no_card(box):
    found = alarms(box)
    words = "No telephone card that this box knows is found: check its seat"
    need(any(text.startswith(words) and found[text] == "critical" for text in found), f"{found}")
    told = box.ask("show spans hardware")
    need(told == "there is no card with spans: see show alarms", told)


def not_without_its_card(box):
    """A span that is asked for now must be there, unless its place is told: then its number is reserved."""
    for line in ("set span 1 type e1", "set span 1 signalling pri-cpe"):
        box.ask(line)
    told = box.ask("commit")
    need("span 1: DAHDI has no span of this number" in told, told)
    box.ask(f'set span 1 location "{PLACE}"')
    told = box.ask("commit")
    need("commit complete" in told, told)
    missed(box)


def missed(box):
    words = f"Span 1: there is no card at {PLACE}"
    until = time.monotonic() + ANSWER_S  # cards are looked for once a second
    while not any(words in text for text in alarms(box)) and time.monotonic() < until:
        time.sleep(0.5)
    need(any(words in text for text in alarms(box)), f"{alarms(box)}")
    spans = json.loads(box.ask("show spans --json"))
    need(len(spans) == 1 and spans[0]["absent"] and spans[0]["location"] == PLACE, f"{spans}")


def again(box):
    box.cut_power()
    box.start()
    told = box.ready()
    box.log_in(PASSWORD)
    missed(box)
    no_card(box)
    return told


def first(box):
    told = box.ready()
    box.log_in(PASSWORD)
    return told


def main():
    image = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build", "rack-x86_64", "belfry.img")
    report = Report()
    with folder() as path:
        box = Machine(path, (), {"BELFRY_BOARD": "rack"}, image=image)
        try:
            box.start()
            if report.run("without a card it comes up", lambda: first(box)):
                report.run("and says so", lambda: no_card(box))
                report.run("a span is refused, or its number reserved for the card at a place", lambda: not_without_its_card(box))
                report.run("the same after a power cut", lambda: again(box))
        except Failed as error:
            report.run("the box answers", lambda: need(False, str(error)))
        finally:
            if report.failed:
                print(box.text[-3000:], flush=True)
            box.cut_power()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
