"""The disk image as a machine: started by tools/image/run_qemu, spoken to on its serial port, killed as a power cut."""
import os
import re
import socket
import subprocess
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
IMAGE = os.environ.get("BELFRY_IMAGE") or os.path.join(ROOT, "build", "qemu-x86_64", "belfry.img")
BOOT_S = 300  # an emulated processor on a busy machine; 30 s when it is idle
ANSWER_S = 60
PROMPT = re.compile(r"(^|\n)belfry\*?> $")


class Failed(Exception):
    pass


class Report:
    """Plain lines: "ok NAME" or "FAILED NAME: what was seen"; the status is that of the worst."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, step):
        begun = time.monotonic()
        try:
            told = step()
        except (Failed, OSError, subprocess.SubprocessError) as error:
            self.failed += 1
            print(f"FAILED {name}: {error}", flush=True)
            return False
        self.passed += 1
        print(f"ok {name}{f': {told}' if told else ''} ({time.monotonic() - begun:.1f} s)", flush=True)
        return True

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0


class Machine:
    def __init__(self, folder, options=(), environment=None, before_exec=None, image=IMAGE):
        self.folder, self.options, self.environment = folder, list(options), environment or {}
        self.before_exec, self.image = before_exec, image
        self.disk = os.path.join(folder, "disk")
        self.process = self.serial = None
        self.text = ""
        self.seen = self.boots = 0

    def serial_words(self):
        """Where QEMU is to have its serial port."""
        path = os.path.join(self.folder, "serial")
        if os.path.exists(path):
            os.unlink(path)
        return f"unix:{path},server=on,wait=off"

    def start(self):
        env = dict(os.environ, BELFRY_DISK=self.disk, BELFRY_SERIAL=self.serial_words(), **self.environment)
        self.boots += 1
        self.log = open(os.path.join(self.folder, f"serial-{self.boots}.log"), "wb")
        self.errors = open(os.path.join(self.folder, f"qemu-{self.boots}.log"), "wb")
        self.process = subprocess.Popen([os.path.join(ROOT, "tools/image/run_qemu"), self.image] + self.options, env=env,
                                        stdin=subprocess.DEVNULL, stderr=self.errors,
                                        preexec_fn=self.before_exec)
        self.text, self.seen = "", 0
        self.connect()

    def connect(self):
        """The other end of the serial port."""
        self.serial = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + ANSWER_S
        while True:
            try:
                self.serial.connect(os.path.join(self.folder, "serial"))
                break
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise Failed(f"QEMU does not start: {open(self.errors.name).read().strip() or error}") from error
                time.sleep(0.05)
        self.serial.settimeout(0.5)

    def cut_power(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.serial.close()
            self.log.close()
            self.errors.close()
            self.process = None

    def read(self):
        """What comes within half a second; False at the end."""
        try:
            got = self.serial.recv(65536)
        except socket.timeout:
            return True
        self.log.write(got)
        self.log.flush()
        self.text += got.decode("ascii", "replace").replace("\r", "")
        return bool(got)

    def wait_for(self, *words, within=ANSWER_S):
        """The first of the words that comes; what stood before it is returned too."""
        until = time.monotonic() + within
        while True:
            found = [(at, word) for word in words for at in [self.text.find(word, self.seen)] if at >= 0]
            if found:
                at, word = min(found)
                before, self.seen = self.text[self.seen:at], at + len(word)
                return word, before
            if time.monotonic() > until or not self.read():
                raise Failed(f"no {' or '.join(map(repr, words))} within {within:.0f} s; last seen: "
                             f"{self.text[self.seen:][-300:]!r}")

    def type(self, line):
        self.serial.sendall(line.encode() + b"\r")

    def ask(self, line, within=ANSWER_S):
        """A console line and its answer: what stands between the last echo of the line and a prompt that waits."""
        until = time.monotonic() + within
        self.type(line)
        while True:
            after = self.text[self.seen:].rpartition(line + "\n")
            waiting = PROMPT.search(after[2])
            if after[1] and waiting:
                self.seen = len(self.text)
                return after[2][:waiting.start()].strip()
            if time.monotonic() > until or not self.read():
                raise Failed(f"{line}: no answer within {within:.0f} s; last seen: {self.text[self.seen:][-300:]!r}")

    def ready(self):
        """Waits for the ready line; the guest's own seconds."""
        self.wait_for("belfry: ready after ", within=BOOT_S)
        seconds = self.wait_for(" s\n")[1]
        return f"ready after {seconds} s of the guest"

    def log_in(self, password):
        """At the first start the password is chosen."""
        word, _ = self.wait_for("New password: ", "Password: ")
        self.type(password)
        if word == "New password: ":
            self.wait_for("The same again: ")
            self.type(password)
        self.wait_for("belfry> ")


def real_time():
    """Before QEMU: with telephones at its spans it plays hardware, which does not wait (tools/lab/target.c says why so)."""
    os.setsid()
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as group:
            group.write("-20")
    except OSError:
        pass
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        pass


def need(condition, told):
    if not condition:
        raise Failed(told)


def folder():
    return tempfile.TemporaryDirectory(prefix="belfry-image-")
