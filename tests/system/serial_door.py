"""serial-login --check on a terminal: Ctrl-C, Ctrl-\\, Ctrl-Z and Ctrl-D neither let anybody in nor begin anew what wrong
passwords cost; the right password does; a terminal that is gone ends it.
"""
import ctypes
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time

PASSWORD = "bell-tower-9"
WAIT_S = 60
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def hashed(password):
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    return crypt(password.encode(), b"$5$belfry$").decode()


class Door:
    def __init__(self, program, folder, signals=True):
        with open(f"{folder}/console", "w", encoding="ascii") as file:
            file.write(hashed(PASSWORD))
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:  # its terminal sends it the signals, as the serial port does
            signal.signal(signal.SIGHUP, signal.SIG_DFL if signals else signal.SIG_IGN)
            os.execl(program, program, "--check", f"{folder}/console")
        self.text = ""

    def wait_for(self, words):
        until = time.monotonic() + WAIT_S
        while words not in self.text:
            if time.monotonic() > until or os.waitpid(self.pid, os.WNOHANG)[0]:
                sys.exit(f"no \"{words}\": {self.text!r}")
            if select.select([self.terminal], [], [], 0.2)[0]:
                self.text += os.read(self.terminal, 4096).decode()
        self.text = self.text.partition(words)[2]

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def end(self):
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.05)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        sys.exit("it does not end")


def main():
    with tempfile.TemporaryDirectory(prefix="belfry-door-") as folder:
        program = f"{folder}/serial-login"
        subprocess.run(["gcc", "-Wall", "-Werror", "-O1", "-o", program, f"{ROOT}/rootfs/console/serial_login.c", "-lcrypt"], check=True)
        door = Door(program, folder)
        door.wait_for("Password: ")
        for key in "\x03\x1c\x1a":
            door.type(f"wrong{key}not the one\r")  # what was typed before the key is forgotten
            door.wait_for("\r\n")
            door.type(key)  # while it waits
            door.wait_for("% wrong password")
            door.wait_for("Password: ")
        door.type("\x04")
        door.wait_for("Password: ")
        door.type(f"{PASSWORD}\r")
        if door.end() != 0:
            sys.exit("the right password is refused")
        print("ok Ctrl-C, Ctrl-\\, Ctrl-Z, Ctrl-D do not pass by the wait of a wrong password")
        door = Door(program, folder, signals=False)  # the hang-up's signal alone would end it too
        door.wait_for("Password: ")
        os.close(door.terminal)
        status = door.end()
        if status != 1:
            sys.exit(f"a terminal that is gone: status {status}")
        print("ok a terminal that is gone ends it")


if __name__ == "__main__":
    main()
