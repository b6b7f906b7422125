"""belfry against a running belfryd: exit status, quoting, JSON, pipes, and line editing on a pseudo-terminal."""
import base64
import errno
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import wave

from console_terminal import BUILD, Terminal, WAIT_S



class Box:
    """A factory-fresh belfryd in a folder of its own, without any trunk."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="belfry-console-")
        at = self.folder.name
        self.socket = os.path.join(at, "console.sock")
        os.mkdir(os.path.join(at, "data"))
        os.mkdir(os.path.join(at, "bin"))  # programs that the box finds before the system's
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "belfryd"), "--driver", "tdmoe", "--socket", at + "/box", "--peer", at + "/lab",
             "--data", at + "/data", "--console", self.socket, "--prompts", os.path.join(BUILD, "prompts"), "--realtime"],
            stderr=subprocess.DEVNULL, env=dict(os.environ, PATH=f"{at}/bin:{os.environ['PATH']}"))
        try:
            until(lambda: os.path.exists(self.socket), "the console socket")
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.folder.cleanup()

    def belfry(self, *words, given=""):
        done = subprocess.run([os.path.join(BUILD, "belfry"), "-s", self.socket, *words], input=given, text=True,
                              capture_output=True, timeout=WAIT_S)
        return done.returncode, done.stdout, done.stderr


def until(condition, what):
    end = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come")
        select.select([], [], [], 0.02)


def open_for_reader(fifo):
    """Its writing end, once a program reads it."""
    ends = []

    def opened():
        try:
            ends.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        return ends
    until(opened, f"who reads {fifo}")
    return ends[0]


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"expected {wanted!r}, got {got!r}")


def one_shot(box):
    equal(box.belfry("show", "calls", "--json"), (0, "[]\n", ""))
    equal(json.loads(box.belfry("show spans --json")[1]), [])
    equal(box.belfry("shw", "calls"), (1, 'unknown command "shw": did you mean "show"?\n', ""))
    equal(box.belfry("set", "agent", "101", "name", "Ann \"A\" Smith")[0], 0)
    status, out, _ = box.belfry("load", "terminal", given='system name "Front desk"\ncountry de\n')
    equal((status, out), (0, 'set and delete lines; a line with only "." ends\n'))
    equal(box.belfry("-s", "/nonexistent/socket", "help")[0], 2)


def pipe(box):
    lines = 'set agent 101 name "Ann \\"A\\" Smith"\nset agent 101 pin 4711\nset queue sales agent 101\ncommit\n' \
            'show configuration agent\n'
    status, out, _ = box.belfry(given=lines)
    equal((status, out), (0, 'commit complete\nset agent 101 name "Ann \\"A\\" Smith"\nset agent 101 pin ********\n'))
    status, out, _ = box.belfry(given="set span 1 type e3\nshow software\n")
    equal((status, out), (1, "span 1 type e3: expected one of e1, t1\n"))  # stops at the first mistake


def terminal(box, kind):
    t = Terminal(box, kind=kind)
    t.until("belfry> ")
    t.type("sh\t")
    t.until("ow ")
    t.type("sof\t\r")
    t.until("Limits  ")
    t.until("belfry> ")
    t.type("set span 1 ?")
    t.until("The network's ISDN variant")
    t.type("type e1\r")
    t.until("belfry*> ")  # changes not committed
    t.type("set span 1 crc")
    t.type("\x03")  # Ctrl-C throws the line away, not the session
    t.until("belfry*> ")
    t.type("show timers\r")
    page = t.until("-- more: ")
    equal(page[page.index("Timer "):].count("\n"), 23)  # and the line that asks
    t.type(" ")
    t.until("early_media")
    t.until("belfry*> ")
    t.type("show timers\r")
    t.until("-- more: ")
    t.type("q")
    t.until("belfry*> ")
    t.type("show timers | no-more\r")
    if "-- more" in t.until("* set by hand"):
        raise AssertionError("| no-more is paged")
    t.until("belfry*> ")
    t.type("\x1b[A\r")  # the line before, from the history
    t.until("* set by hand")
    t.until("belfry*> ")
    t.type("exit\r")
    equal(t.end(), 0)


def box_goes_away(box):
    t = Terminal(box)
    t.until("belfry> ")
    box.process.kill()
    box.process.wait()
    t.type("show calls\r")
    t.until("the connection is closed")
    equal(t.end(), 1)
    status, _, errors = box.belfry("show", "calls")
    equal(status, 2)
    equal("is belfryd running?" in errors, True)


def asked_to_end(box):
    """request restart: on a host the program ends, in order and with status 0; never without its confirmation."""
    status, out, _ = box.belfry("request", "restart")
    equal((status, 'type "request restart confirm"' in out), (1, True))
    equal(box.belfry("request", "power-off", "drain", "never", "confirm")[0], 1)
    equal(box.process.poll(), None)
    status, out, _ = box.belfry("request", "power-off", "drain", "1h", "confirm")  # no call is up: at once
    equal((status, "belfryd ends" in out), (0, True))
    equal(box.process.wait(WAIT_S), 0)


def kept_changes(box):
    t = Terminal(box)
    t.until("belfry> ")
    t.type("set country de\r")
    t.until("belfry*> ")
    t.drop()
    t = Terminal(box)
    t.until("unfinished changes of ")
    t.until("are kept: \"resume\" takes them up")
    t.until("belfry> ")
    t.type("resume\r")
    t.until("are the candidate again")
    t.until("belfry*> ")
    t.type("commit\r")
    t.until("commit complete")
    t.until("belfry> ")
    t.type("set country fr\r")
    t.until("belfry*> ")
    t.type("exit\r")
    equal(t.end(), 0)
    t = Terminal(box)
    t.until("are kept")
    t.type("discard kept\r")
    t.until("discard kept")
    t.until("belfry> ")
    t.type("resume\r")
    t.until("no unfinished changes of")
    t.type("exit\r")
    t.end()
    equal(box.belfry("show", "configuration")[1], "set country de\n")


def log_in(box):
    """A user of the box whom the system does not know: password, role, audit, and a lock after wrong ones."""
    equal(box.belfry(given="set user bob role supervisor\nset user bob password geheim99\ncommit\n")[0], 0)
    status, out, errors = box.belfry("-u", "bob", "set country de", given="geheim99\n")
    equal((status, out), (1, "set: needs the role technician; bob is supervisor\n"))
    equal(box.belfry("-u", "bob", "show calls --json", given="geheim99\n")[:2], (0, "[]\n"))
    for _ in range(3):
        status, out, errors = box.belfry("-u", "bob", "show calls", given="geheim98\n")
        equal((status, out, "wrong user or password" in errors), (2, "", True))
    status, out, errors = box.belfry("-u", "bob", "show calls", given="geheim99\n")
    equal((status, "locked after 3 wrong passwords" in errors), (2, True))
    equal(box.belfry("-u", "nobody-here", "show calls", given="geheim99\n")[0], 2)
    audit = box.belfry("show", "audit", "100")[1]
    for line in ("bob program forbidden: set country de\n", "bob program done: show calls", "program refused: login bob",
                 "program refused: login nobody-here", "bob program done: login bob"):
        equal((line, line in audit), (line, True))
    equal("geheim" in audit, False)
    t = Terminal(box)
    t.until("belfry> ")
    t.type("login nobody-here\r")
    t.until("password: ")
    t.type("not shown\r")
    seen = t.until("wrong user or password")
    equal("not shown" in seen, False)
    t.until("belfry> ")
    t.type("\x1b[A\r")
    equal("not shown" in t.until("password: "), False)
    t.type("\r")
    t.until("belfry> ")
    t.type("set user eve password\r")  # asked for twice, and not shown
    t.until("new password: ")
    t.type("not shown 9\r")
    seen = t.until("the same password again: ")
    t.type("not shown 9\r")
    equal("not shown" in seen + t.until("belfry*> "), False)
    t.type("commit\r")
    t.until("commit complete")
    t.until("belfry> ")
    t.type("exit\r")
    t.end()
    equal(box.belfry("-u", "eve", "show calls --json", given="not shown 9\n")[:2], (0, "[]\n"))
    equal(box.belfry(given="set user eve password\npiped in 99\npiped in 99\ncommit\n")[0], 0)
    equal(box.belfry("-u", "eve", "show calls --json", given="piped in 99\n")[:2], (0, "[]\n"))
    equal(box.belfry(given="delete user eve\ncommit\n")[0], 0)


def wrong_files(box):
    """What is no file of settings is refused with a sentence, whatever its size, and the candidate stays as it was."""
    folder = box.folder.name
    wrong = {"large": (b"set system name large\n" * 500000, "not a file of at most"),
             "binary": (bytes(range(256)) * 400, "NUL byte"), "no-utf8": (b"set system name \xff\xfe\n", "line 1"),
             "half": (b'set system name "half', "line 1")}
    t = Terminal(box)
    t.until("belfry> ")
    t.type("set country de\r")
    t.until("belfry*> ")
    for name, (content, said) in wrong.items():
        with open(f"{folder}/{name}", "wb") as file:
            file.write(content)
        t.type(f"load {folder}/{name}\r")
        equal((name, said in t.until("belfry*> ")), (name, True))
        t.type("show | compare\r")
        t.until("compare")
        out = t.until("belfry*> ")
        equal((name, "country de" in out, "system name" in out), (name, True, False))
    t.type(f"load {folder}\r")
    t.until("not a file")
    t.type("exit\r")
    t.end()


def pasted(box):
    """A set-up pasted into a terminal: no line is lost; control characters in it end up in no setting."""
    t = Terminal(box)
    t.until("belfry> ")
    t.paste("".join(f'set agent {1000 + i} name "Agent number {i}"\r' for i in range(400)) + "commit\r")
    t.until("-- more: ")  # the warnings: no agent has a PIN
    t.type("q")
    t.until("belfry> ")
    t.paste("set system name \"a\x02\x0e\x7fb\"\r")
    t.until("belfry")
    t.type("exit\r")
    t.end()
    status, out, _ = box.belfry("show configuration")
    equal((status, len(re.findall(r'^set agent \d+ name "Agent number \d+"$', out, re.M))), (0, 400))
    equal([c for c in out if ord(c) < 32 and c != "\n"], [])


def interrupted(box):
    """Ctrl-C wherever somebody may be when they change their mind."""
    equal(box.belfry(given="set user eve role viewer\nset user eve password geheim99\ncommit\n")[0], 0)
    places = (("set agent 9", "set agent 9"), ("load terminal\r", 'a line with only "." ends'), ("wizard\r", "... "),
              ("login eve\r", "password: "), ("set user eve password\r", "new password: "), ("show timers\r", "-- more: "),
              ("monitor calls\r", "0 calls"), ("show ?", "calls"))
    t = Terminal(box)
    t.until("belfry> ")
    for typed, seen in places:
        t.type(typed)
        t.until(seen)
        t.type("\x03")
        try:
            t.until("belfry> ")
        except AssertionError as error:
            raise AssertionError(f"Ctrl-C in {typed!r}: {error}") from None
    t.type("show software\r")
    t.until("Limits  ")
    t.type("exit\r")
    equal(t.end(), 0)
    equal(box.belfry("show | compare")[1], "")


def speech(box):
    """While a text is spoken for a commit the other sessions go on; so does the commit of one whose line drops."""
    folder = box.folder.name
    program = folder + "/bin/espeak-ng"
    for word in ("first", "second", "third", "fourth"):
        os.mkfifo(f"{folder}/{word}")
    with wave.open(folder + "/spoken.wav", "wb") as sound:
        sound.setparams((1, 2, 22050, 0, "NONE", ""))
        sound.writeframes(bytes(44100))
    with open(program, "w", encoding="ascii") as file:
        file.write(f'#!/bin/sh\ncat "{folder}/${{7##* }}"\ncat {folder}/spoken.wav\n')  # the last word of the text
    os.chmod(program, 0o755)
    t = Terminal(box)
    t.until("belfry> ")
    t.type('set prompt one text "the first"\rset prompt two text "the second"\rcommit\r')
    for word in ("first", "second"):
        speaking = open_for_reader(f"{folder}/{word}")
        equal(box.belfry("show calls --json"), (0, "[]\n", ""))
        equal(box.belfry("set system name meanwhile")[0], 0)
        os.close(speaking)
    t.until("commit complete")
    t.type('set prompt three text "the third"\rcommit\r')
    speaking = open_for_reader(f"{folder}/third")
    os.close(t.fd)  # the line drops
    os.waitpid(t.pid, 0)
    os.close(speaking)
    until(lambda: "the third" in box.belfry("show configuration")[1], "the commit of one who has gone")
    t = Terminal(box)
    t.until("belfry> ")
    t.type("delete prompt three\rcommit\rrollback 1\rcommit\r")  # what was spoken is not spoken again
    t.until("commit complete")
    t.until("commit complete")
    t.type('set prompt four text "the fourth"\rcommit\r')
    os.close(open_for_reader(f"{folder}/fourth"))
    t.until("commit complete")
    with open(program, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexit 1\n")
    t.type('set prompt five text "the fifth"\rcommit\r')
    t.until('not saved, nothing changed: prompt five text the fifth: the program espeak-ng has not spoken it')
    t.type("discard\rexit\r")
    t.end()


def far_end(t, words, folder):
    """Runs a program at the other end of the line. It has pipes: two programs on one pseudo-terminal share its modes."""
    program = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder)
    end = time.monotonic() + WAIT_S
    pending = t.seen.encode(errors="replace")
    seen = b""  # all of it: what comes behind the transfer may go to the program still
    while program.poll() is None and time.monotonic() < end:
        if pending:
            try:
                program.stdin.write(pending)
                program.stdin.flush()
            except BrokenPipeError:
                break
        ready = select.select([t.fd, program.stdout], [], [], 0.2)[0]
        pending = os.read(t.fd, 65536) if t.fd in ready else b""
        seen += pending
        if program.stdout in ready:
            os.write(t.fd, os.read(program.stdout.fileno(), 65536))
    os.write(t.fd, program.stdout.read())
    t.seen = seen.decode(errors="replace")
    return program.wait(timeout=WAIT_S)


def serial(box):
    """Files through the terminal with ZMODEM, as over a serial line."""
    if not shutil.which("rz"):
        raise AssertionError("lrzsz is not installed")
    equal(box.belfry(given="set agent 101 name Ann\nset agent 101 pin 4711\ncommit\n")[0], 0)
    with tempfile.TemporaryDirectory(prefix="belfry-serial-") as folder:
        def transfer(line, words, told):
            t = Terminal(box)
            t.until("belfry> ")
            t.type(line + "\r")
            t.until("with ZMODEM now")
            equal(far_end(t, words, folder), 0)
            t.until(told)
            t.type("exit\r")
            t.end()
        receive = ["rz", "-b", "-q", "-y"]
        transfer("backup serial", receive, "belfry> ")
        with open(folder + "/belfry-backup.txt") as file:
            text = file.read()
        equal(text.splitlines()[0], "belfry-backup 1")
        equal(box.belfry(given="set agent 101 name Bea\nset country de\ncommit\n")[0], 0)
        transfer("restore serial", ["sz", "-b", "-q", "belfry-backup.txt"], "restored: backup of belfry")
        equal(box.belfry("show", "configuration")[1], "set agent 101 name Ann\nset agent 101 pin ********\n")
        transfer("support bundle serial", receive, "belfry> ")
        names = subprocess.run(["tar", "-tzf", "support.tar.gz"], cwd=folder, capture_output=True, text=True).stdout
        equal("support/configuration.txt" in names, True)
        with open(folder + "/more.csv", "w") as file:
            file.write("agent,name\r\n102,Cleo\r\n")
        transfer("import csv agents serial", ["sz", "-b", "-q", "more.csv"], "1 rows taken in")
        # What a terminal shows is text, which its log keeps.
        t = Terminal(box, kind="dumb")
        t.until("belfry> ")
        t.type("support bundle -\r")
        shown = t.until("belfry> ").split("bundle -")[1]
        t.type("exit\r")
        t.end()
        equal(base64.b64decode("".join(shown.split()[:-1]), validate=True)[:2], b"\x1f\x8b")
        # Over a pipe, as by SSH.
        status, text, _ = box.belfry("backup", "-")
        equal(status, 0)
        equal(box.belfry("restore", "-", given=text)[0], 0)
        equal(box.belfry("restore", "-", given=text.replace("Ann", "Eve"))[0], 1)
        done = subprocess.run([os.path.join(BUILD, "belfry"), "-s", box.socket, "support", "bundle", "-"],
                              capture_output=True, timeout=WAIT_S)
        equal(done.stdout[:2], b"\x1f\x8b")


def main():
    failed = 0
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup: what is tested does not depend on it
    tests = [("one-shot", one_shot), ("pipe", pipe), ("vt100", lambda box: terminal(box, "vt100")),
             ("dumb terminal", lambda box: terminal(box, "dumb")), ("kept changes", kept_changes), ("log in", log_in),
             ("wrong files", wrong_files), ("pasted", pasted), ("interrupted", interrupted), ("speech", speech),
             ("serial", serial), ("box goes away", box_goes_away),
             ("asked to end", asked_to_end)]
    for name, test in tests:
        with Box() as box:
            try:
                test(box)
                print(f"ok   {name}")
            except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAIL {name}: {error}")
                for words in ("show revisions", "show audit", "show log"):
                    print(box.belfry(words)[1][-2000:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
