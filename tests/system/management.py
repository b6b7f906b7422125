#!/usr/bin/env python3
"""belfryd tells its alarms: SNMPv2c traps and informs as snmptrapd decodes them with docs/BELFRY-MIB.txt, syslog messages
read strictly by the grammar of RFC 5424; also when a receiver comes late.

management.py BUILD_FOLDER
"""
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.abspath(sys.argv[1])
MIB, MIBS = f"{ROOT}/docs/BELFRY-MIB.txt", f"{ROOT}/tests/system/mibs"
WAIT_S = 60
COLD_START = "snmpModules.1.1.4.1.0 = SNMPv2-SMI::snmpModules.1.1.5.1"
COMMUNITY = "tr4p-community"
# RFC 5424, 6: header, structured data, message in UTF-8.
SD_PARAM = r' [!#-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*"'
RFC5424 = re.compile(
    r"<(?P<pri>0|[1-9]\d{0,2})>1 "
    r"(?P<time>-|\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)) "
    r"(?P<host>[!-~]{1,255}) (?P<app>[!-~]{1,48}) (?P<proc>[!-~]{1,128}) (?P<id>[!-~]{1,32}) "
    r"(?P<data>-|(?:\[[!#-<>-\\^-~]{1,32}(?:" + SD_PARAM + r")*\])+)"
    r"(?: (?P<bom>\ufeff)?(?P<text>.*))?", re.S)


def fail(words):
    sys.exit(f"FAILED {words}")


def wait_until(what, found):
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    return fail(what())


class Syslog:
    """A server that takes nothing which RFC 5424 does not allow."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.messages = []

    def hear(self):
        while True:
            try:
                datagram = self.socket.recv(65536)
            except BlockingIOError:
                return self.messages
            read = RFC5424.fullmatch(datagram.decode("utf-8"))
            if not read or int(read["pri"]) > 191:
                fail(f"no RFC 5424 message: {datagram!r}")
            if not read["text"].isascii() and not read["bom"]:
                fail(f"UTF-8 without its mark: {datagram!r}")
            self.messages.append(read)

    def alarm(self, state, about):
        for message in self.hear():
            if message["id"] == "ALARM" and f'state="{state}"' in message["data"] and f'about="{about}"' in message["data"]:
                return message
        return None


class Traps:
    """snmptrapd, which prints what it takes with the names of the MIB."""

    def __init__(self, folder, name, port=0):
        self.path, self.folder = f"{folder}/{name}.out", folder
        self.port = port or free_port()
        with open(f"{folder}/{name}.conf", "w", encoding="utf-8") as conf:
            conf.write(f"authCommunity log {COMMUNITY}\n")
        self.command = ["snmptrapd", "-f", "-n", "-Lo", "-C", "-c", f"{folder}/{name}.conf", "-OQ", "-M",
                        f"{MIBS}:{ROOT}/docs", "-m", MIB, "-F", "%N %w %v\n", f"udp:127.0.0.1:{self.port}"]
        self.process = None

    def start(self):
        env = dict(os.environ, SNMP_PERSISTENT_DIR=self.folder)
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=subprocess.STDOUT, env=env)
        wait_until(lambda: f"snmptrapd does not listen; it said:\n{self.said()}", self.listens)
        return self

    def listens(self):
        if self.process.poll() is not None:
            fail(f"snmptrapd has ended; it said:\n{self.said()}")
        return self.port in ports_in_use()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def said(self):
        with open(self.path, encoding="utf-8", errors="replace") as out:
            return out.read()

    def find(self, *words):
        return next((line for line in self.said().splitlines() if all(word in line for word in words)), None)

    def wait(self, *words):
        return wait_until(lambda: f"no notification with {words}; snmptrapd said:\n{self.said()}", lambda: self.find(*words))


def ports_in_use():
    with open("/proc/net/udp", encoding="ascii") as table:
        return {int(row.split()[1].split(":")[1], 16) for row in table.readlines()[1:]}


def free_port():
    """None that the kernel would give somebody else before it is used."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as given:
        first, last = map(int, given.read().split())
    ports = [port for port in range(1024, 65536) if not first <= port <= last]
    random.shuffle(ports)
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return fail("no free port")


class Box:
    def __init__(self, folder, lines):
        with open(f"{folder}/settings", "w", encoding="utf-8") as settings:
            settings.write("\n".join(lines) + "\n")
        os.makedirs(f"{folder}/boot")
        with open(f"{folder}/boot/identity", "w", encoding="utf-8") as identity:
            identity.write("serial BF-26-000777\n")
        with open(f"{folder}/boot/alarms", "w", encoding="utf-8") as alarms:
            alarms.write("data-lost critical The records were \"lost\" [all] of them.\n")
        self.folder = folder
        self.log = open(f"{folder}/log", "w+b")
        self.process = subprocess.Popen(
            [f"{BUILD}/belfryd", "--driver", "tdmoe", "--socket", f"{folder}/box", "--peer", f"{folder}/lab", "--data",
             f"{folder}/data", "--conf", f"{folder}/conf", "--console", f"{folder}/console", "--prompts",
             f"{BUILD}/prompts", "--boot", f"{folder}/boot", "--settings", f"{folder}/settings"],
            stderr=self.log, stdout=self.log)
        wait_until(lambda: f"no console:\n{open(self.log.name, encoding='utf-8').read()}",
                   lambda: os.path.exists(f"{folder}/console"))

    def ask(self, *lines):
        done = subprocess.run([f"{BUILD}/belfry", "-s", f"{self.folder}/console"], input="\n".join(lines) + "\n", text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S)
        return done.stdout

    def receivers(self):
        return json.loads(self.ask("show management --json"))


def the_mib_is_right(folder):
    with open(f"{folder}/smi.conf", "w", encoding="utf-8") as conf:
        conf.write(f"path {MIBS}\n")
    found = subprocess.run(["smilint", "-c", f"{folder}/smi.conf", "-l", "6", MIB], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True).stdout
    if found:
        fail(f"smilint:\n{found}")
    print("ok smilint finds nothing in docs/BELFRY-MIB.txt")


def the_start_is_told(syslog, traps):
    line = traps.wait(COLD_START)
    for words in ("belfryBoxName.0 = tower \u00e4st", "belfryBoxSerial.0 = BF-26-000777"):
        if words not in line:
            fail(f"coldStart without {words}: {line}")
    stood = traps.wait("belfryAlarmRaised", "data-lost")
    if "critical" not in stood or 'The records were' not in stood:
        fail(f"the alarm of the start: {stood}")
    message = wait_until(lambda: "no syslog message of the alarm of the start", lambda: syslog.alarm("raised", "data-lost"))
    if message["text"] != 'The records were "lost" [all] of them.' or int(message["pri"]) != 16 * 8 + 2:
        fail(f"syslog: {message[0]}")
    if message["host"] != "tower---st":
        fail(f"syslog host name: {message[0]}")
    print("ok coldStart with name and serial number, and the alarm that stands from the start")


def an_alarm_comes_and_goes(box, syslog, traps, informs):
    box.ask("set span 1 type e1", "set span 1 signalling pri-cpe", "commit")
    about = "span 1 red"
    raised = [traps.wait("belfryAlarmRaised", about), informs.wait("belfryAlarmRaised", about)]
    alarm = next(a for a in json.loads(box.ask("show alarms --json")) if "red alarm" in a["text"])
    for line in raised:
        since = re.search(r"belfryAlarmSince\.0 = (\S+)", line)[1].replace('"', "")
        wanted = re.sub(r"(\d+)-0?(\d+)-0?(\d+)T0?(\d+):0?(\d+):0?(\d+)\.(\d).*", r"\1-\2-\3,\4:\5:\6.\7,+0:0", alarm["since"])
        if f"belfryAlarmId.0 = {alarm['id']}" not in line or "= critical" not in line or since != wanted:
            fail(f"not as in show alarms ({alarm}, since {wanted}): {line}")
        if alarm["text"] not in line:
            fail(f"another text than in show alarms ({alarm}): {line}")
    message = wait_until(lambda: "no syslog message of it", lambda: syslog.alarm("raised", about))
    if f'id="{alarm["id"]}"' not in message["data"] or f'since="{alarm["since"]}"' not in message["data"]:
        fail(f"not as in show alarms ({alarm}): {message[0]}")
    print("ok an alarm is a trap, an inform and a syslog message, with number, severity, text and time of show alarms")
    box.ask("delete span 1", "commit")
    for receiver in (traps, informs):
        if f"belfryAlarmId.0 = {alarm['id']}" not in receiver.wait("belfryAlarmCleared", about):
            fail("cleared with another number")
    message = wait_until(lambda: "no syslog message that it is over", lambda: syslog.alarm("cleared", about))
    if int(message["pri"]) != 16 * 8 + 5:
        fail(f"severity of the end: {message[0]}")
    if any(m["id"] == "alarm" for m in syslog.hear()):
        fail("an alarm came twice, as a line of the log too")
    print("ok and so is its end")


def a_late_receiver_loses_nothing(box, folder):
    """An inform waits for somebody who takes it; who is new is told of what stands, with the right community only."""
    late = Traps(folder, "late")
    box.ask(f"set system snmp trap localhost:{late.port} community {COMMUNITY}",
            f"set system snmp trap localhost:{late.port} inform on", "commit")
    wait_until(lambda: f"{box.receivers()}", lambda: [r for r in box.receivers() if r["port"] == late.port and r["trouble"]])
    late.start()
    late.wait("belfryAlarmRaised", "data-lost")
    state = wait_until(lambda: f"{box.receivers()}", lambda: [
        r for r in box.receivers() if r["port"] == late.port and r["acknowledged"] and not r["waiting"] and not r["trouble"]])
    if state[0]["kind"] != "inform" or state[0]["dropped"]:
        fail(f"{state}")
    late.stop()
    print("ok a receiver that comes late is told what stands, each once acknowledged")


def secrets_stay_inside(box, syslog):
    shown = box.ask("show configuration", "show management", "show log 500", "show audit", "show revisions")
    if COMMUNITY in shown or "community" not in shown:
        fail(f"the community is shown:\n{shown}")
    if any(COMMUNITY in m[0] for m in syslog.hear()):
        fail("the community is in a syslog message")
    for wrong, expected in (("system syslog 300.1.1.1", "expected"), ("system syslog 127.0.0.1:0", "expected"),
                            ("system syslog [::1", "expected"), ("system syslog 127.0.0.1:70000", "expected"),
                            ("system snmp trap 127.0.0.1 community \"a b\"", "expected")):
        if expected not in box.ask(f"set {wrong}"):
            fail(f"{wrong} is taken")
    if "community is missing" not in box.ask("set system snmp trap 127.0.0.2 inform on", "commit"):
        fail("a receiver without a community is taken")
    print("ok the community is not shown, wrong servers are refused")


def main():
    with tempfile.TemporaryDirectory(prefix="belfry-management-") as folder:
        the_mib_is_right(folder)
        syslog, traps, informs = Syslog(), Traps(folder, "traps").start(), Traps(folder, "informs").start()
        box = Box(folder, ['system name "tower \u00e4st"', f"system syslog 127.0.0.1:{syslog.port} level notice",
                           f"system snmp trap 127.0.0.1:{traps.port} community {COMMUNITY}",
                           f"system snmp trap 127.0.0.1:{informs.port} community {COMMUNITY}",
                           f"system snmp trap 127.0.0.1:{informs.port} inform on"])
        try:
            the_start_is_told(syslog, traps)
            an_alarm_comes_and_goes(box, syslog, traps, informs)
            a_late_receiver_loses_nothing(box, folder)
            secrets_stay_inside(box, syslog)
        finally:
            for program in (traps, informs):
                program.stop()
            box.process.kill()
            box.process.wait()


if __name__ == "__main__":
    main()
