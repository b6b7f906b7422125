#!/usr/bin/env python3
"""What comes and goes besides calls: the management network by DHCP, the console by SSH, the time from a server, alarms
to a syslog server and as SNMP traps, a bundle on a USB stick."""
import io
import json
import os
import re
import socket
import subprocess
import sys
import tarfile
import time

import pexpect

from image_machine import IMAGE, ROOT, Failed, Machine, Report, folder, need

PASSWORD, USER_PASSWORD = "bell-tower-9", "correct horse 7"
WAIT_S = 120
HOST = "10.0.2.2"  # this machine, as the box sees it
CHRONYD = os.path.join(os.path.dirname(IMAGE), "root/tree/root/usr/sbin/chronyd")  # the image's own
STICK_BYTES = 64 << 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_stick(path):
    with open(path, "wb") as stick:
        stick.truncate(STICK_BYTES)
    subprocess.run(["mkfs.vfat", path], check=True, capture_output=True)


def network(box):
    return json.loads(box.ask("show network --json"))


def until(box, condition, told):
    end = time.monotonic() + WAIT_S
    while True:
        found = network(box)
        if condition(found):
            return found
        need(time.monotonic() < end, f"{told}: {found}")
        time.sleep(1)


def by_ssh(port, given, command):
    # "restrict" keeps the guest from the world, not the host from the guest.
    return subprocess.run(["dbclient", "-y", "-y", "-p", str(port), "console@127.0.0.1", command], input=given.encode(),
                          capture_output=True, timeout=WAIT_S)


def asked(port, command):
    end = time.monotonic() + WAIT_S
    while True:
        done = by_ssh(port, f"ann\n{USER_PASSWORD}\n", command)
        if done.returncode == 0:
            return done.stdout
        need(time.monotonic() < end, f"{command} by SSH: {done.stderr[-300:]}")
        time.sleep(2)


def names_in(bundle):
    try:
        with tarfile.open(fileobj=io.BytesIO(bundle)) as files:
            return files.getnames()
    except tarfile.TarError:
        return []


def commit(box, *lines):
    for line in lines:
        box.ask(line)
    answer = box.ask("commit")
    need("commit complete" in answer, answer)


def settings(box):
    commit(box, "set user ann role administrator", f'set user ann password "{USER_PASSWORD}"', "set network address dhcp",
           "set network ssh on")
    found = until(box, lambda it: it["address"] and it["ssh_key"], "no address and no key")
    need(found["address"].startswith("10.0.2."), f"{found}")
    return found["address"]


def console(box, port):
    by_serial = network(box)
    need(json.loads(asked(port, "show network --json")) == by_serial, "another box answers")
    stranger = by_ssh(port, "ann\nwrong password\n", "show network")
    need(stranger.returncode == 2 and not stranger.stdout, f"let in: {stranger.stdout[:200]}")
    bundle = asked(port, "support bundle -")
    need("support/configuration.txt" in names_in(bundle), f"no bundle came: {bundle[:200]}")
    return f"a bundle of {len(bundle)} bytes"


def told_as_failure(step):
    """pexpect's own complaint is that of a step that failed."""
    def done(*arguments):
        try:
            return step(*arguments)
        except pexpect.ExceptionPexpect as error:
            raise Failed(f"{type(error).__name__}: {str(error)[:800]}") from error
    return done


def session(port):
    """At a terminal, as a technician works."""
    at = pexpect.spawn("dbclient", ["-y", "-y", "-p", str(port), "console@127.0.0.1"], timeout=WAIT_S, encoding="utf-8")
    for words, answer in (("user: ", "ann"), ("password: ", USER_PASSWORD)):
        at.expect_exact(words)
        at.send(answer + "\r")
    at.expect_exact("belfry> ")
    return at


def outlives(port):
    """A session is held over commits that are none of the network's business, its own and the serial console's."""
    at = session(port)
    for line, answer in (("set country us", "belfry*> "), ("commit", "commit complete"), ("show configuration country", "set country us"),
                         ("exit", pexpect.EOF)):
        at.send(line + "\r")
        at.expect(re.escape(answer) if isinstance(answer, str) else answer)
    at.close()


def fixed_address(box, port):
    """In place of DHCP; and a commit that is none of the network's business leaves the console by SSH alone."""
    commit(box, "set network address 10.0.2.15/24", f"set network gateway {HOST}")
    until(box, lambda it: it["address"] == "10.0.2.15/24" and it["gateway"] == HOST, "no fixed address")
    asked(port, "show network")
    held = session(port)
    commit(box, "set country gb")
    held.send("show configuration country\r")
    held.expect_exact("set country gb")
    held.close()
    outlives(port)
    commit(box, "set country gb")
    need(b"set country gb" in asked(port, "show configuration country"), "another box answers")


def time_server(box):
    """chronyd here, which leaves this machine's clock alone, and the box's, which is to hear it."""
    words = ["local stratum 8", "allow 127.0.0.1", "port 123", "bindaddress 127.0.0.1", "cmdport 0", "bindcmdaddress /",
             f"pidfile {box.folder}/chronyd.pid"]
    server = subprocess.Popen([CHRONYD, "-d", "-x", "-u", "root", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        commit(box, f"set ntp server {HOST}")
        end = time.monotonic() + WAIT_S
        while True:
            found = json.loads(box.ask("show time --json"))
            if found["source"] == HOST:
                break
            need(server.poll() is None, "chronyd does not run here: is port 123 of 127.0.0.1 in use?")
            need(time.monotonic() < end, f"the time server was not heard: {found}")
            time.sleep(2)
        need(found["stratum"] == 9 and found["heard"] and found["offset_ms"] is not None, f"{found}")
        said = box.ask("show time")
        need(HOST in said and "last heard" in said, said)
    finally:
        server.kill()
        server.wait()
    return f"{found['offset_ms']} ms apart"


def told(box):
    """An alarm and its end reach this machine: by syslog, and as traps that snmptrapd reads with the box's own MIB."""
    syslog = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    syslog.bind(("127.0.0.1", 0))
    syslog.settimeout(0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    conf, mib = os.path.join(box.folder, "snmptrapd.conf"), os.path.join(ROOT, "docs/BELFRY-MIB.txt")
    with open(conf, "w", encoding="ascii") as file:
        file.write("authCommunity log t0wer\n")
    with open(os.path.join(box.folder, "traps"), "w+", encoding="utf-8") as out:
        receiver = subprocess.Popen(["snmptrapd", "-f", "-n", "-Lo", "-C", "-c", conf, "-OQ", "-M", f"{ROOT}/tests/system/mibs:{ROOT}/docs",
                                     "-m", mib, "-F", "%N %w %v\\n", f"udp:127.0.0.1:{port}"], stdout=out, stderr=subprocess.STDOUT,
                                    env=dict(os.environ, SNMP_PERSISTENT_DIR=box.folder))
        try:
            commit(box, f"set system syslog {HOST}:{syslog.getsockname()[1]}", f"set system snmp trap {HOST}:{port} community t0wer")
            messages = ""
            for line, state, trap in (("set sound main device hw:7", "raised", "belfryAlarmRaised"),
                                      ("delete sound main", "cleared", "belfryAlarmCleared")):
                if state == "cleared":  # the first was a trap, which nobody acknowledges; now one that is repeated until it is
                    need(not any(one.get("acknowledged") for one in json.loads(box.ask("show management --json"))), "a trap acknowledged")
                    commit(box, f"set system snmp trap {HOST}:{port} inform on")
                commit(box, line)
                end = time.monotonic() + WAIT_S
                while not re.search(rf'ALARM \[[^\]]*state="{state}"[^\]]*sound', messages) or \
                        not any(trap in row and "sound" in row for row in open(out.name, encoding="utf-8")):
                    need(time.monotonic() < end, f"{state}: {messages} {open(out.name, encoding='utf-8').read()} "
                                                 f"{box.ask('show management')}")
                    try:
                        messages += syslog.recv(65536).decode() + "\n"
                    except socket.timeout:
                        pass
            shown = json.loads(box.ask("show management --json"))
            need(all(not one["trouble"] and not one["dropped"] for one in shown) and
                 any(one.get("acknowledged") for one in shown), f"{shown}")
        finally:
            receiver.kill()
            receiver.wait()
            syslog.close()


def restart_refused(box, port):
    """Not by a viewer, not without being sure."""
    commit(box, "set user vic role viewer", f'set user vic password "{USER_PASSWORD}"')
    refused = by_ssh(port, f"vic\n{USER_PASSWORD}\n", "request restart confirm")
    need(refused.returncode == 1 and b"technician" in refused.stdout + refused.stderr, f"{refused}")
    answer = box.ask("request restart")
    need("no call is up" in answer and "request restart confirm" in answer, answer)


def same_key(box, port):
    before = network(box)["ssh_key"]
    box.cut_power()
    box.start()
    box.ready()
    box.log_in(PASSWORD)
    after = until(box, lambda it: it["address"] and it["ssh_key"], "no address after a power cut")["ssh_key"]
    need(after == before, f"another host key after a power cut: {before}, {after}")
    asked(port, "show network")


def usb_stick(box, stick):
    answer = box.ask("support bundle /usb/bundle.tar", within=WAIT_S)
    box.cut_power()  # the stick is pulled
    taken = stick + ".bundle"
    subprocess.run(["mcopy", "-n", "-i", stick, "::bundle.tar", taken], check=False, capture_output=True)
    need(os.path.exists(taken), f"nothing came to the stick: {answer}")
    with open(taken, "rb") as file:
        need("support/configuration.txt" in names_in(file.read()), answer)


def main():
    report = Report()
    with folder() as place:
        port, stick = free_port(), os.path.join(place, "stick")
        make_stick(stick)
        box = Machine(place, options=["-device", "qemu-xhci", "-drive", f"if=none,id=stick,format=raw,file={stick}",
                                      "-device", "usb-storage,drive=stick"],
                      environment={"BELFRY_SSH_PORT": str(port), "BELFRY_HOST_OPEN": "1"})
        box.start()
        try:
            if report.run("start", box.ready) and report.run("first password", lambda: box.log_in(PASSWORD)) and \
                    report.run("address by DHCP", lambda: settings(box)):
                report.run("console by SSH", lambda: console(box, port))
                report.run("a fixed address", lambda: told_as_failure(fixed_address)(box, port))
                report.run("the time from a server", lambda: time_server(box))
                report.run("an alarm by syslog and SNMP", lambda: told(box))
                report.run("a restart that is not meant", lambda: restart_refused(box, port))
                report.run("the same key after a power cut", lambda: same_key(box, port))
                report.run("bundle on a USB stick", lambda: usb_stick(box, stick))
        finally:
            box.cut_power()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
