#!/usr/bin/env python3
"""What the lab starts for a scenario on the disk image: BELFRY_QEMU_RUN=tests/system/image_lab.py belfry-lab run
--target image FILE.lua. Boots the image on the overlay of the scenario, passes the door on the serial port (choosing the
first password at the first start), and hands the open console to the lab. A kill of this program is a power cut.

BELFRY_IMAGE_WATCH=FOLDER (the benchmark): the machine is FOLDER/hooked.img; when FOLDER/questions is there, its lines are
run as root of the guest while the calls go on, and what they say goes to FOLDER/answers (a list, JSON).
"""
import ctypes
import json
import os
import select
import signal
import socket
import sys
import threading
import time

from image_guest import Guest
from image_machine import Failed, Machine

PASSWORD = "bell-tower-9"
PR_SET_PDEATHSIG = 1


def relay(one, other):
    while True:
        for end in select.select([one, other], [], [])[0]:
            got = end.recv(65536)
            if not got:
                return
            (other if end is one else one).sendall(got)


def watch(machine, folder):
    """Each time there are questions they are answered, and are gone."""
    while True:
        asked = os.path.join(folder, "questions")
        if not os.path.exists(asked):
            time.sleep(0.2)
            continue
        with open(asked, encoding="ascii") as lines:
            answers = [machine.root(line.strip(), within=3600, fails=True) for line in lines]
        with open(os.path.join(folder, "answers.new"), "w", encoding="utf-8") as out:
            json.dump(answers, out)
        os.unlink(asked)
        os.rename(out.name, os.path.join(folder, "answers"))


def main():
    # As tools/qemu/run is called: GUEST -rtc base=DATE, and the serial port's socket in BELFRY_SERIAL.
    path = os.environ["BELFRY_SERIAL"].split(":", 1)[1].split(",")[0]
    lab = os.path.dirname(path)
    if "-rtc" in sys.argv:
        os.environ["BELFRY_DATE"] = sys.argv[sys.argv.index("-rtc") + 1].split("=", 1)[1]
    os.makedirs(f"{lab}/image", exist_ok=True)
    # QEMU shares our fate, however we end.
    fate = lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    watched = os.environ.get("BELFRY_IMAGE_WATCH")
    if watched:
        machine = Guest(f"{lab}/image", f"{watched}/hooked.img", before_exec=fate)
    else:
        machine = Machine(f"{lab}/image", before_exec=fate)
    try:
        machine.start()
        print(machine.ready(), flush=True)
        machine.log_in(PASSWORD)
        if watched:
            threading.Thread(target=watch, args=(machine, watched), daemon=True).start()
    except Failed as error:
        print(error, flush=True)
        return 1
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    door.listen(1)
    while True:
        client, _ = door.accept()
        client.sendall(b"belfry> ")
        machine.serial.settimeout(None)
        relay(machine.serial, client)
        client.close()


if __name__ == "__main__":
    sys.exit(main())
