"""The trace against other people's eyes: tshark decodes the same frames; a terminal follows live and is let go again."""
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

from console_terminal import BUILD, ROOT, Terminal, WAIT_S

SCENARIOS = os.environ.get("SCENARIOS", "").split() or ["first_call", "all_switch_types", "names_and_presentation", "overlap_receiving", "redirecting", "causes",
             "restart", "outside_call", "t1_trunk", "network_side"]
FIELDS = ["q931.message_type", "q931.cause_value", "q931.calling_party_number.digits", "q931.called_party_number.digits",
          "q931.channel.number", "_ws.malformed"]


class Box:
    """belfryd without any trunk; frozen: pcap files that it finds in its flight recorder."""

    def __init__(self, frozen=()):
        self.frozen = frozen

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="belfry-trace-")
        at = self.folder.name
        self.socket = at + "/console.sock"
        os.makedirs(at + "/data/flight-recorder")
        with open(at + "/data/flight-recorder/index", "w", encoding="utf-8") as index:
            for number, path in enumerate(self.frozen, 1):
                os.symlink(path, f"{at}/data/flight-recorder/{number}.pcap")
                index.write(f"{number}\t1000000\t1\tby-hand\t0\t0\t{os.path.basename(path)}\n")
        self.process = subprocess.Popen(
            [BUILD + "/belfryd", "--driver", "tdmoe", "--socket", at + "/box", "--peer", at + "/lab", "--data",
             at + "/data", "--console", self.socket, "--prompts", BUILD + "/prompts", "--realtime"],
            stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + WAIT_S
        while not os.path.exists(self.socket):
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError("belfryd does not start")
            select.select([], [], [], 0.02)
        return self

    def stop(self):
        """Its exit status and what it wrote: with the address sanitizer, leaks as well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            _, errors = self.process.communicate(timeout=WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError("belfryd does not stop") from None
        return self.process.returncode, errors

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.folder.cleanup()

    def belfry(self, *words):
        done = subprocess.run([BUILD + "/belfry", "-s", self.socket, *words], text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=WAIT_S)
        return done.returncode, done.stdout + done.stderr


def require(condition, what):
    if not condition:
        raise AssertionError(what)


# ---- against tshark ----

def captures(folder):
    """The box's own captures of the scenarios."""
    wrapper = folder + "/belfryd"
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec "{BUILD}/belfryd" "$@" --pcap "{folder}/$NAME-$$.pcap"\n')
    os.chmod(wrapper, 0o755)
    for name in SCENARIOS:
        done = subprocess.run([BUILD + "/belfry-lab", "run", f"{ROOT}/tests/scenario/{name}.lua"], capture_output=True,
                              env={**os.environ, "BELFRYD": wrapper, "NAME": name}, text=True)
        require(done.returncode == 0, f"{name}: {done.stdout[-500:]}")
    return sorted(folder + "/" + f for f in os.listdir(folder) if f.endswith(".pcap"))


def by_tshark(path):
    """A row a frame: message type, cause, calling number, called number, channel; empty where there is none."""
    command = ["tshark", "-r", path, "-T", "fields", "-E", "occurrence=f"] + [w for f in FIELDS for w in ("-e", f)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in out.splitlines()]


def value(frame, element, field):
    for one in frame.get("elements") or []:
        if one["element"] == element and one["codeset"] == 0 and one.get(field) is not None:
            return str(one[field])
    return ""


def by_box(frame):
    if frame["message"] is None:
        return [""] * 5
    return [str(frame["message_type"]), str(frame.get("cause") or ""), value(frame, "calling number", "number"),
            value(frame, "called number", "number"), value(frame, "channel", "channel")]


def number(text):
    return str(int(text, 0)) if re.fullmatch(r"0x[0-9a-fA-F]+|\d+", text) else text


def same_as_tshark():
    with tempfile.TemporaryDirectory(prefix="belfry-captures-") as folder:
        files = captures(folder)
        messages = causes = beyond_tshark = 0
        with Box(files) as box:
            for at, path in enumerate(files, 1):
                status, text = box.belfry("show", "flight-recorder", str(at), "--json")
                require(status == 0, text)
                frames, rows = json.loads(text), by_tshark(path)
                require(len(frames) == len(rows), f"{path}: {len(frames)} frames, tshark {len(rows)}")
                for index, (frame, row) in enumerate(zip(frames, rows), 1):
                    require(frame["fault"] is None or "unknown protocol" in frame["fault"], f"{path} {index}: {frame}")
                    row = (row + [""] * 6)[:6]
                    if row.pop():
                        beyond_tshark += 1  # Nortel's operation 1: captures.sh says why
                        continue
                    row = [number(row[0]), number(row[1]), row[2], row[3], number(row[4])]
                    require(row == by_box(frame), f"{path} frame {index}: tshark {row}, box {by_box(frame)}")
                    messages += frame["message"] is not None
                    causes += frame.get("cause") is not None
        require(beyond_tshark < messages / 20, f"tshark finds {beyond_tshark} frames malformed")
        require(messages > 20 * len(SCENARIOS) and causes > 4 * len(SCENARIOS), f"only {messages} messages, {causes} causes")
        print(f"     {len(files)} captures, {messages} messages, {causes} causes: the same as tshark")


# ---- on a terminal ----

def followed(kind):
    with Box() as box:
        t = Terminal(box, kind=kind)
        t.until("belfry> ")
        t.type("mon ca\r")  # abbreviated
        t.until("0 calls")
        t.type("q")
        t.until("belfry> ")
        t.type("monitor alarms\r")
        t.until("Text")  # no span: the clock alarm stands, or comes
        t.type("\x03")
        t.until("belfry> ")
        t.type("trace span 1\r")
        t.until("Ctrl-C ends")
        t.type("\x03")
        t.until("belfry> ")
        t.type("monitor log\r")
        time.sleep(0.1)
        other = box.belfry("set", "country", "xx")[1]
        require("expected" in other, other)  # other sessions go on meanwhile
        t.type("q")
        t.until("belfry> ")
        t.type("trace ?")
        t.until("frames of a number's calls")
        t.type("sp\t")
        t.until("an ")
        t.type("x\r")
        t.until("expected a span")
        t.until("belfry> ")
        t.type("show flight-recorder\r")
        t.until("nothing was frozen yet")
        t.until("belfry> ")
        t.type("show stor | include free\r")
        shown = t.until("belfry> ")
        require("size" not in shown and "free" in shown, shown)
        t.type("exit\r")
        require(t.end() == 0, "exit status")
        ended_well(box)


def ended_well(box):
    status, errors = box.stop()
    require(status == 0 and "Sanitizer" not in errors, f"belfryd: status {status}\n{errors[-3000:]}")


def one_shot():
    with Box() as box:
        t = Terminal(box, "monitor", "calls")
        t.until("0 calls")
        t.type("q")
        require(t.end() == 0, "q: exit status")
        process = subprocess.Popen([BUILD + "/belfry", "-s", box.socket, "trace", "span", "1"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True)
        require("Ctrl-C" in process.stdout.readline(), "the first line of a trace")
        process.send_signal(signal.SIGINT)
        require(process.wait(WAIT_S) == 0, "Ctrl-C: exit status")
        piped = subprocess.run([BUILD + "/belfry", "-s", box.socket], input="monitor calls\nshow calls\n", text=True,
                               capture_output=True, timeout=WAIT_S)  # in a script it does not go on for ever
        require(piped.returncode == 0 and piped.stdout.count("0 calls") == 2, piped.stdout)
        ended_well(box)


COMMANDS = ["show calls", "show calls last 10", "show call 1", "show log 100", "show timers", "show trace span 1", "why 1",
            "show configuration", "monitor calls", "monitor log", "monitor queues", "trace span 1", "trace number 1",
            "load terminal", "wizard", "commit", "set span 1 type e1", "show flight-recorder", "flight-recorder freeze",
            "show storage", "show audit", "help", "show queue x next", "\x05f", "\x05x", "\x05cshow "]


def ask(connection, line):
    connection.sendall(line.encode() + b"\n")
    got = b""
    while not re.search(rb"(^|\n)\x1e.*\n$", got):
        part = connection.recv(65536)
        require(part, f"{line!r}: the connection was closed")
        got += part
    return got


def lines_drop():
    """A client goes away in the middle of every command; another one notices nothing; nothing leaks."""
    with Box() as box:
        steady = socket.socket(socket.AF_UNIX)
        steady.connect(box.socket)
        ask(steady, "monitor calls")
        for line in COMMANDS:
            for cut in ("before", "answer", "half"):
                one = socket.socket(socket.AF_UNIX)
                one.connect(box.socket)
                if cut == "half":
                    one.sendall(line[:len(line) // 2].encode())
                else:
                    one.sendall(line.encode() + b"\n" + b"\x05f\n")
                if cut == "answer":
                    one.recv(1)
                one.close()
            require(b"\x1e~" in ask(steady, "\x05f"), f"after {line!r} the other session was disturbed")
        for kind in ("monitor calls", "trace span 1"):
            t = Terminal(box)
            t.until("belfry> ")
            t.type(kind + "\r")
            t.until("0 calls" if "calls" in kind else "Ctrl-C")
            t.drop()
        require(b"\x1e0" in ask(steady, "\x05x"), "ending what was followed")
        steady.close()
        ended_well(box)


def main():
    failed = 0
    tests = [("the same as tshark", same_as_tshark), ("followed on a vt100", lambda: followed("vt100")),
             ("followed on a dumb terminal", lambda: followed("dumb")), ("one-shot and piped", one_shot),
             ("lines that drop", lines_drop)]
    for name, test in tests:
        try:
            test()
            print(f"ok   {name}")
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            failed += 1
            print(f"FAIL {name}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
