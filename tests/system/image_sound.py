#!/usr/bin/env python3
"""The disk image with an HDA and an AC97 card as QEMU has them: found by the board's file under their names, announcements
to a zone of each are captured into WAV files and recognised. Modules, names, permissions and sandbox are the image's own.

tests/system/image_sound.py
"""
import os
import subprocess
import sys
import time

from image_machine import ROOT, Failed, Machine, Report, folder, need

PASSWORD = "bell-tower-9"
CARDS = (("main", "1", "agent-loginok", ["-device", "ich9-intel-hda,id=hda", "-device", "hda-duplex,bus=hda.0,audiodev=main"]),
         ("ac97", "2", "queue-thankyou", ["-device", "AC97,audiodev=ac97"]))


RATE_HZ = 16000  # an emulated processor has little to spare


def options(path):
    words = []
    for name, _, _, device in CARDS:
        words += ["-audiodev", f"wav,id={name},path={path}/{name}.wav,out.frequency=48000", *device]
    return words


def commit(box, *lines):
    for line in lines:
        answer = box.ask(line)
        need(not answer, f"{line}: {answer}")
    answer = box.ask("commit")
    need("commit complete" in answer, f"commit: {answer}")


def announce(box, name, zone, prompt):
    """The only card for that time: found by its name, heard to its end."""
    commit(box, f"set sound {name} rate {RATE_HZ}", f"set page zone {zone} speaker {name}")
    until = time.monotonic() + 60
    while " working " not in box.ask("show sound"):
        need(time.monotonic() < until, f"does not work: {box.ask('show sound')}")
        time.sleep(1)
    answer = box.ask(f"announce zone {zone} {prompt}")
    need("is heard in 1 place" in answer, answer)
    while "paging" in box.ask("show sound"):
        need(time.monotonic() < until, "not heard to its end")
        time.sleep(1)
    shown = box.ask("show sound").splitlines()[-1].strip()
    commit(box, f"delete page zone {zone}", f"delete sound {name}")
    return shown


def recognised(path, name, prompt):
    command = ["python3", "tests/system/recognise.py", f"build/prompts/{prompt}.ulaw", f"{path}/{name}.wav"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    need(done.returncode == 0, f"not recognised: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def main():
    report = Report()
    with folder() as path:
        box = Machine(path, options(path))
        try:
            box.start()
            report.run("boots", box.ready)
            report.run("console", lambda: box.log_in(PASSWORD))
            for name, zone, prompt, _ in CARDS:
                report.run(f"found by the board's name, announced on {name}",
                           lambda name=name, zone=zone, prompt=prompt: announce(box, name, zone, prompt))
            time.sleep(1)
            box.process.terminate()  # in order: QEMU says in the files how long they are
            box.process.wait(timeout=60)
            box.cut_power()
            for name, _, prompt, _ in CARDS:
                report.run(f"recognised on {name}", lambda name=name, prompt=prompt: recognised(path, name, prompt))
        except (Failed, subprocess.TimeoutExpired) as error:
            report.run("the box answers", lambda: need(False, str(error)))
        finally:
            box.cut_power()
            if os.environ.get("KEEP"):
                subprocess.run(["cp", "-r", path, os.environ["KEEP"]], check=False)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
