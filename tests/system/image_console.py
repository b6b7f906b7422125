#!/usr/bin/env python3
"""The README's installation chapter on the disk image's serial port, word for word, typed by pexpect on a terminal of 9600
baud: first password, wizard, first call, a commit left to expire, a rollback, the trace, the support bundle.

tests/system/image_console.py [SPEED]     bits a second, 9600 by default
"""
import os
import pty
import sys

import technician as at
from image_machine import BOOT_S, Failed, Machine, Report, folder, need, real_time

PASSWORD = "bell-tower-9"


class OnTerminal(Machine):
    """Its serial port is a terminal, which holds little: a box that says more than the line carries is made to wait."""

    def serial_words(self):
        self.terminal, self.port = pty.openpty()
        return os.ttyname(self.port)

    def connect(self):
        self.serial = os.fdopen(self.terminal, "r+b", buffering=0)


def installation(report, box, telephones, path, speed):
    box.start()
    technician = at.Technician(box.serial.fileno(), speed)
    if not (report.run("first password chosen, console open", lambda: technician.log_in(PASSWORD, BOOT_S))):
        return
    technician.line.heard = ""
    pin = []
    steps = (("the wizard", lambda: pin.append(at.wizard(technician))),
             ("the first call", lambda: at.first_call(telephones, pin[0])),
             ("what has happened is shown", lambda: at.look(technician)),
             ("a commit confirm is left to expire", lambda: at.left_to_expire(technician)),
             ("what was committed is taken back", lambda: at.roll_back(technician)),
             ("the trace goes on while a call comes", lambda: at.watch(technician, telephones)),
             ("the support bundle as text", lambda: at.bundle_shown(technician)),
             ("the support bundle by ZMODEM", lambda: at.bundle_received(technician, path)),
             ("all of it can be read on a dumb terminal", lambda: at.plain(technician)))
    for name, step in steps:
        if not report.run(name, step):
            print(technician.line.heard[-1500:].replace("\r", ""), flush=True)
            return


def main():
    speed = int(sys.argv[1]) if len(sys.argv) > 1 else 9600
    report = Report()
    with folder() as path:
        telephones = at.Telephones(path)
        box = OnTerminal(path, ["-smp", "1"], telephones.environment, real_time)
        try:
            installation(report, box, telephones, path, speed)
        except Failed as error:
            report.run("the box answers", lambda: need(False, str(error)))
        finally:
            box.cut_power()
            telephones.end()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
