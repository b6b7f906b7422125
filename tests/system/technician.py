"""A technician at the serial console, typing by pexpect: the README's installation chapter, and the telephones beside it.

The line is the box's serial port (a file descriptor); with a speed, no octet comes or goes sooner than on such a line. The
telephones and the network are `belfry-lab attend`, told what to do by `belfry-lab tell`.
"""
import contextlib
import json
import os
import re
import select
import subprocess
import tarfile
import time

import pexpect
from pexpect import fdpexpect

from image_machine import ROOT, Failed, need

LAB = os.path.join(ROOT, os.environ.get("BUILD") or "build", "belfry-lab")
BITS = 10  # start, eight, stop
ANSWER_S = 120
PROMPT, QUESTION, MORE = r"(?:^|[\r\n])belfry\*?> $", r"(?:^|[\r\n])\.\.\. $", r"-- more: blank, Enter, q --$"
PIECE = 32  # octets: what a slow line brings at a time
# What a machine that is held up by its host finds on a line to which nothing is wrong.
OF_THE_HOST = {"clock", "bit-errors", "frames-lost"}


def chapter():
    """What is typed in the README's chapter, block by block."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = re.search(r"\n## Installing a box\n(.*?)\n## ", file.read(), re.S).group(1)
    blocks = [[]]
    for line in text.split("\n"):
        typed = re.match(r"    belfry> (.+)$", line) or re.match(r"    > ?(.*)$", line)
        if typed:
            blocks[-1].append(typed.group(1))
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


class Line(fdpexpect.fdspawn):
    """The terminal's end of the serial line, at a speed in bits a second or as fast as it goes."""

    def __init__(self, fd, speed=None):
        super().__init__(fd, timeout=ANSWER_S, encoding="ascii", codec_errors="replace")
        self.octet_s = BITS / speed if speed else 0
        self.due = {"in": 0.0, "out": 0.0}
        self.heard = ""

    def pace(self, way, octets):
        """Waits until the line has carried them."""
        if self.octet_s:
            self.due[way] = max(self.due[way], time.monotonic()) + octets * self.octet_s
            time.sleep(max(0.0, self.due[way] - time.monotonic()))

    def read_nonblocking(self, size=1, timeout=-1):
        got = super().read_nonblocking(min(size, PIECE) if self.octet_s else size, timeout)
        self.pace("in", len(got))
        self.heard += got
        return got

    def send(self, text):
        for at in range(0, len(text), PIECE if self.octet_s else len(text)):
            piece = text[at:at + PIECE] if self.octet_s else text
            super().send(piece)
            self.pace("out", len(piece))

    def want(self, *what, within=ANSWER_S):
        """Which of the patterns came first; what stood before it is in self.before."""
        try:
            return self.expect(list(what), timeout=within)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            raise Failed(f"no {' or '.join(what)} within {within} s; last seen: {self.heard[-300:]!r}") from error


class Technician:
    def __init__(self, fd, speed=None):
        self.line = Line(fd, speed)

    def log_in(self, password, within):
        """The first password is chosen twice; a later one is asked for once."""
        first = self.line.want("New password: ", "(?<!New )Password: ", within=within) == 0
        self.line.send(password + "\r")
        if first:
            self.line.want("The same again: ")
            self.line.send(password + "\r")
        self.line.want(PROMPT)

    def ask(self, typed):
        """A line and its answer, leafed through to the end."""
        self.line.send(typed + "\r")
        self.line.want(re.escape(typed) + r"\r+\n")
        said = ""
        while self.line.want(PROMPT, QUESTION, MORE) == 2:
            said += self.line.before
            self.line.send(" ")
        # how the pager wipes its question away
        return re.sub(r"\r +\r", "", said + self.line.before).replace("\r", "")

    def type_block(self, block):
        said = {}
        for typed in block:
            said[typed] = said.get(typed, "") + self.ask(typed)
            need("unknown command" not in said[typed] and "expected" not in said[typed], f"{typed}: {said[typed]}")
        return said

    def receive(self, typed, folder):
        """A file by ZMODEM, into the folder."""
        self.line.send(typed + "\r")
        self.line.want("with ZMODEM now")
        program = subprocess.Popen(["rz", "-b", "-q", "-y"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, cwd=folder)
        pending, fd = (self.line.buffer + "").encode("latin-1", "replace"), self.line.child_fd
        self.line.buffer = ""
        until, tail = time.monotonic() + ANSWER_S, b""
        while program.poll() is None and time.monotonic() < until:
            if pending:
                tail = (tail + pending)[-200:]
                try:
                    program.stdin.write(pending)
                    program.stdin.flush()
                except BrokenPipeError:
                    break
            ready = select.select([fd, program.stdout], [], [], 0.2)[0]
            pending = os.read(fd, PIECE) if fd in ready else b""
            self.line.pace("in", len(pending))
            if program.stdout in ready:
                answer = os.read(program.stdout.fileno(), PIECE)
                os.write(fd, answer)
                self.line.pace("out", len(answer))
        os.write(fd, program.stdout.read())
        need(program.wait(timeout=ANSWER_S) == 0, f"{typed}: rz ended with status {program.returncode}")
        # What came behind the transfer may have gone to the program.
        self.line.buffer = tail.decode("ascii", "replace").rpartition("OO")[2]
        self.line.send("\r")
        self.line.want(PROMPT)


class Telephones:
    """The network and the telephones at a machine; started before it, gone with it."""

    def __init__(self, folder):
        self.box, self.lab, self.tell = (os.path.join(folder, name) for name in ("span.box", "span.lab", "telephones"))
        self.environment = {"BELFRY_NET_LOCAL": self.box, "BELFRY_NET_REMOTE": self.lab}
        self.process = subprocess.Popen([LAB, "attend", self.box, self.lab, "1:31,2:24", self.tell], stdin=subprocess.DEVNULL)

    def do(self, *lines):
        done = subprocess.run([LAB, "tell", "--at", self.tell], input="\n".join(lines) + "\n", capture_output=True, text=True,
                              timeout=ANSWER_S)
        need(done.returncode == 0, f"{done.stdout}{done.stderr}".strip())
        return done.stdout.strip()

    def end(self):
        self.process.kill()
        self.process.wait()


# ---- the chapter ----

def wizard(technician):
    """The first block; agent 101's PIN, as the wizard tells it."""
    said = technician.type_block(chapter()[0])
    need("queue main" in said["show | compare"], said["show | compare"])
    need("commit complete" in said["commit"], said["commit"])
    pin = re.search(r"agent 101: PIN (\d+)", technician.line.heard)
    need(pin, "the wizard told no PIN")
    return pin.group(1)


TRIES = 3


def again(telephones, between, *lines):
    """Lines, once more as a person would: an emulated machine that its host holds up loses a digit or a caller ID now and then."""
    for left in reversed(range(TRIES)):
        try:
            telephones.do(*lines)
            return
        except Failed:
            if not left:
                raise
            for line in between:
                with contextlib.suppress(Failed):
                    telephones.do(line)


def log_in_agent(telephones, pin):
    telephones.do('ann = phone("2/1")')
    again(telephones, ("ann:hang_up()", "wait(3)"),
          "ann:lift()", "wait(1)", f'ann:dial("*11101#{pin}#")', 'ann:hears("agent-loginok", 10)')
    telephones.do("ann:hang_up()")


def first_call(telephones, pin):
    log_in_agent(telephones, pin)
    again(telephones, ("c:hang_up(16)", "ann:hang_up()", "wait(5)"),
          "wait(2)", 'c = call{ to = "8005551000", from = "2125550123" }', 'c:expect("answered", 5)',
          'ann:expect("ringing", 5)', 'local id = ann:caller_id() assert(id and id.number == "2125550123", "caller ID")',
          "ann:lift()", "c:say(1004, -10)", "ann:hears_tone(1004, -14, 3)", "c:silence()",
          "ann:say(697, -10)", "c:hears_tone(697, -14, 3)", "ann:silence()",
          "c:hang_up(16)", 'ann:expect("busy-or-reorder", 5)', "ann:hang_up()", "wait(3)")


def look(technician):
    said = technician.type_block(chapter()[1])
    for typed, words in (("show spans", "euroisdn up"), ("show health", "Span 1"), ("show calls last 1", "answered"),
                         ("show trace span 1 last 20", "DISCONNECT")):
        need(words in said[typed], f"{typed}: {said[typed]}")
    health = json.loads(technician.ask("show health span 1 --json"))
    need(len(health) == 1 and health[0]["span"] == 1, f"{health}")
    need({each["finding"] for each in health[0]["findings"]} <= OF_THE_HOST, f"{health}")


def left_to_expire(technician):
    said = technician.type_block(chapter()[2])
    shown = "show configuration queue main"
    need("wrap-up 10s" in said[shown], said[shown])
    begun, until = time.monotonic(), time.monotonic() + 3 * ANSWER_S
    while "wrap-up" in technician.ask(shown):
        need(time.monotonic() < until, "the commit was not undone")
        select.select([], [], [], 2)
    return f"undone after {time.monotonic() - begun:.0f} s"


def roll_back(technician):
    said = technician.type_block(chapter()[3])
    need("music" not in technician.ask("show configuration queue main"), "the rollback changed nothing")
    need("no music" in said["show revisions"], said["show revisions"])


def watch(technician, telephones):
    """The trace goes on while a call comes, until Ctrl-C."""
    technician.line.send("trace span 1\r")
    technician.line.want("q or Ctrl-C ends")
    telephones.do('c = call{ to = "8005551000", from = "2125550124" }', 'ann:expect("ringing", 5)', "c:hang_up(16)", "wait(1)")
    technician.line.want("SETUP")
    technician.line.want("RELEASE")
    technician.line.send("\x03")
    technician.line.want(PROMPT)


def bundle_shown(technician):
    typed = chapter()[4][0]
    text = technician.ask(typed)
    need(re.match(r"\s*H4sI[\w+/=\s]+$", text), f"{typed}: {text[:200]!r}")
    return f"{len(text)} characters"


def bundle_received(technician, folder):
    technician.receive("support bundle serial", folder)
    with tarfile.open(os.path.join(folder, "support.tar.gz")) as rows:
        names = rows.getnames()
    need("support/configuration.txt" in names, f"{names}")
    return f"{len(names) - 1} rows"


def plain(technician):
    """Nothing has come that a dumb terminal would show as rubbish."""
    odd = set(re.findall(r"[^\r\n\x07\x08 -~]", technician.line.heard))
    need(not odd, f"octets that are no text: {sorted(odd)}")
