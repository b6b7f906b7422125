#!/usr/bin/env python3
"""belfryd and its service manager: READY=1 when it can take calls, WATCHDOG=1 while media, control and acd all advance,
silence and a line in the log when one of them is stopped, and again WATCHDOG=1 when it goes on.

watchdog.py BUILD_FOLDER
"""
import os
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.abspath(sys.argv[1])
WAIT_S = 60


class Box:
    def __init__(self, folder):
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(f"{folder}/notify")
        self.manager.settimeout(0.2)
        self.log = open(f"{folder}/log", "w+b")
        env = dict(os.environ, NOTIFY_SOCKET=f"{folder}/notify", WATCHDOG_USEC="800000")
        env.pop("WATCHDOG_PID", None)
        self.process = subprocess.Popen(
            [f"{BUILD}/belfryd", "--driver", "tdmoe", "--socket", f"{folder}/box", "--peer", f"{folder}/lab", "--data",
             f"{folder}/data", "--conf", f"{folder}/conf", "--console", f"{folder}/console", "--prompts",
             f"{BUILD}/prompts"], env=env, stderr=self.log, stdout=self.log)

    def hear(self):
        """The next message, or "" after a short while."""
        try:
            return self.manager.recv(256).decode()
        except socket.timeout:
            return ""

    def wait_for(self, message):
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            heard = self.hear()
            if heard == message:
                return
            if heard not in ("", "WATCHDOG=1", "READY=1"):
                sys.exit(f"unexpected: {heard}")
            if self.process.poll() is not None:
                sys.exit(f"belfryd ended:\n{self.said()}")
        sys.exit(f"no {message} within {WAIT_S} s; belfryd said:\n{self.said()}")

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return log.read()

    def wait_until_said(self, words, since=0):
        until = time.monotonic() + WAIT_S
        while words not in self.said()[since:]:
            if time.monotonic() > until:
                sys.exit(f"belfryd never said \"{words}\":\n{self.said()[since:]}")
            self.hear()


def stalled(box, stall, thread):
    since = len(box.said())
    with subprocess.Popen([stall, str(box.process.pid), thread], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as held:
        if held.stdout.readline() != b"stopped\n":
            sys.exit(f"the {thread} thread could not be stopped")
        box.wait_until_said(f"the {thread} thread does not advance", since)
        while box.hear():  # what was sent before
            pass
        for _ in range(10):
            heard = box.hear()
            if heard:
                sys.exit(f"{heard} although the {thread} thread is stopped")
        held.stdin.close()
    box.wait_for("WATCHDOG=1")
    box.wait_until_said(f"the {thread} thread advances again", since)
    print(f"ok the {thread} thread stopped: not fed, named in the log, fed again when it went on", flush=True)


def main():
    with tempfile.TemporaryDirectory(prefix="belfry-watchdog-") as folder:
        os.mkdir(f"{folder}/data")
        os.mkdir(f"{folder}/conf")
        stall = f"{folder}/stall_thread"
        subprocess.run(["gcc", "-Wall", "-Werror", "-O1", "-o", stall, f"{ROOT}/tests/system/stall_thread.c"], check=True)
        box = Box(folder)
        try:
            box.wait_for("READY=1")
            print("ok ready when media, control and acd have made a step", flush=True)
            box.wait_for("WATCHDOG=1")
            box.wait_for("WATCHDOG=1")
            print("ok the watchdog is fed, also when nothing happens", flush=True)
            for thread in ("media", "control", "acd"):
                stalled(box, stall, thread)
            box.process.terminate()
            box.wait_for("STOPPING=1")
            print("ok an orderly end is told", flush=True)
            if box.process.wait(WAIT_S) != 0:
                sys.exit(f"belfryd ended with {box.process.returncode}:\n{box.said()}")
        finally:
            box.process.kill()
            box.process.wait()


if __name__ == "__main__":
    main()
