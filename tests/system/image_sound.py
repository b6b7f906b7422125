#!/usr/bin/env python3
"""The disk image with an HDA and an AC97 card as QEMU has them: found by the board's file under their names, announcements
to a zone of each are captured into WAV files and recognised. Modules, names, permissions and sandbox are the image's own.
Then calls at a supervisor's headset, with the lab attached: who calls is heard in the HDA card's file; who wears a headset
on the loopback card (snd-aloop) is heard at the telephone.

tests/system/image_sound.py [cards|headset]
"""
import array
import math
import os
import subprocess
import sys
import time

from image_guest import hooked_image
from image_lab import play
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


# ---- a supervisor's headset ----

def seconds_of(path, hz, least=300):
    """Seconds in which this tone is heard in the file of a card, in tenths, by Goertzel's algorithm."""
    with open(path, "rb") as file:
        file.seek(44)  # its header is of no use: QEMU writes the length when it ends, and its end is a power cut
        raw = file.read()
    rate, channels = 48000, 2
    left = array.array("h", raw[:len(raw) // 4 * 4])[::channels]
    block, found, turn = rate // 10, 0, 2 * math.cos(2 * math.pi * hz / rate)
    for at in range(0, len(left) - block, block):
        a = b = 0.0
        for value in left[at:at + block]:
            a, b = value + turn * a - b, a
        found += math.sqrt(max(a * a + b * b - turn * a * b, 0)) * 2 / block > least
    return found / 10


def heard(path):
    """1004 Hz was said by a telephone, 1900 Hz by a caller from outside, each for 4 s; 2300 Hz by nobody."""
    found = {hz: seconds_of(path, hz) for hz in (1004, 1900, 2300)}
    need(found[1004] > 2 and found[1900] > 2 and found[2300] < 0.5, f"seconds of each tone: {found}")
    return f"{found[1004]} s and {found[1900]} s"


def headset(report):
    build = os.path.join(ROOT, os.environ.get("BUILD") or "build")
    with folder() as path:
        hooked_image(path)
        options = f"-audiodev wav,id=main,path={path}/main.wav,out.frequency=48000 -device ich9-intel-hda,id=hda " \
                  "-device hda-duplex,bus=hda.0,audiodev=main"
        status, output = play(build, path, "tests/system/image_headset.lua",
                              lambda line: line.startswith("ok ") and report.run(line[3:].strip(), lambda: None), options=options)
        report.run("calls at a headset", lambda: need(status == 0, output[-4000:]))
        report.run("callers are heard in the headset", lambda: heard(f"{path}/main.wav"))


def cards(report):
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


def main():
    report = Report()
    for name, part in (("cards", cards), ("headset", headset)):
        if name in (sys.argv[1:] or [name]):
            part(report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
