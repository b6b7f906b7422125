#!/usr/bin/env python3
"""What goes wrong on a box in the field, one life of one box: a stuck thread, a full disk, a kernel panic, damaged file
systems, a disk that cannot be written, starts that get nowhere, a lost password, a factory reset cut short, no slot that
starts. About 20 boots, twenty minutes.

tests/system/image_trouble.py [STEP...]     only these: identity watchdog full card break clock panic damaged failing worn starts
                                            reset rescue
"""
import json
import os
import random
import re
import sys
import time

from image_guest import PARTS, Guest, hooked_image, partitions, run
from image_machine import ANSWER_S, BOOT_S, IMAGE, ROOT, Failed, Report, folder, need

PASSWORD, CODE, SERIAL = "bell-tower-9", "KQ7M-2WXP", "BF-26-000123"
MACS = ("02:be:1f:99:00:01",)
MIB = 1 << 20
DISK_BYTES = 1120 * MIB
STARTS_MAX = 5
CONFIRMED = "until systemctl is-active -q belfry-confirm; do sleep 1; done"
COUNT_STARTS = ". /usr/lib/belfry/disk.sh; starts_read $(cat /run/belfry-boot/disk)"


def alarms(box):
    return {alarm["text"]: alarm["severity"] for alarm in json.loads(box.ask("show alarms --json"))}


def need_alarm(box, words):
    """Spans, disks and cards are looked at once a second, and a box that has just started has not yet."""
    until = time.monotonic() + ANSWER_S
    found = alarms(box)
    while not any(words in text for text in found):
        need(time.monotonic() < until, f"no alarm \"{words}\" in {found}")
        found = alarms(box)


def commit(box, name):
    answer = "".join(box.ask(line) for line in ("set agent 101 pin 4101", f"set agent 101 name {name}", "commit"))
    need("commit complete" in answer, answer)


def named(box, name):
    answer = box.ask("show configuration")
    need(f"agent 101 name {name}" in answer, f"the committed name {name} is gone: {answer!r}")


def log_in(box):
    box.ready()
    box.log_in(PASSWORD)


def restarted(box, how):
    box.cut_power()
    box.start()
    log_in(box)
    return how


# ---- the steps, in the order of one life ----

def wrong_code(box):
    box.wait_for("Setup code (on the label of the box): ")
    box.type("AAAA-AAAA")
    box.wait_for("% not the code of this box")
    box.wait_for("Setup code (on the label of the box): ")
    box.type(CODE)


def identity(box):
    system = json.loads(box.ask("show system --json"))
    need(system["serial"] == SERIAL and system["macs"] == list(MACS), f"{system}")
    need(system["hostname"] == f"belfry-{SERIAL.lower()}" and system["slot"] == "root-a", f"{system}")
    address = box.root("cat /sys/class/net/*/address")
    need(MACS[0] in address.split(), f"the network card has not its address: {address}")
    box.root(CONFIRMED, within=BOOT_S)
    counted = box.root(COUNT_STARTS)
    need(counted == "0", f"a box that is ready counts {counted} starts that got nowhere")
    parts = {part["name"]: part["version"] for part in json.loads(box.ask("show software --json"))["components"]}
    need({"belfry", "dahdi-source", "systemd", "libsqlite3-0"} <= set(parts), f"{sorted(parts)}")
    left = int(box.root(r'''awk '$4 ~ /^vda[0-9]/ { parts += $3 } $4 == "vda" { disk = $3 } END { print disk - parts }' /proc/partitions'''))
    need(left < 4 * 1024, f"{left} KiB of the disk are used by nothing")
    kept = box.root("grep -w ext4 /proc/mounts").splitlines()
    lazy = {line.split()[1] for line in kept if "lazytime" in line.split()[3].split(",")}
    need(lazy == {"/conf", "/data"}, f"the disk pays for files' times: {kept}")
    return f"{len(parts)} components"


def confined(box):
    """What belfryd could do if somebody had it in his hands."""
    pid = box.root("systemctl show -P MainPID belfryd")
    status = dict(line.split(":\t") for line in box.root(f"cat /proc/{pid}/status").splitlines() if ":\t" in line)
    need(status["Seccomp"] == "2" and status["NoNewPrivs"] == "1", f"{status}")
    need(int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, f"{status}")
    # Even root has no other device in its place.
    group = "/sys/fs/cgroup/system.slice/belfryd.service/cgroup.procs"
    said = box.root(f"sh -c 'echo $$ >{group}; head -c 1 /dev/vda >/dev/null; head -c 1 /dev/null && head -c 1 /dev/zero >/dev/null && "
                    "echo harmless ones are there' 2>&1")
    need("not permitted" in said and "harmless ones are there" in said, f"the disk can be opened: {said}")


def restarts(box):
    return int(box.root("systemctl show -P NRestarts belfryd"))


def stuck_thread(box, thread):
    before = restarts(box)
    pid = box.root("systemctl show -P MainPID belfryd")
    box.root(f"sh -c 'sleep 600 | stall_thread {pid} {thread}' >/dev/null 2>&1 &")
    until = time.monotonic() + BOOT_S
    while restarts(box) == before:
        need(time.monotonic() < until, f"belfryd was not restarted although its {thread} thread stands still")
    said = box.root("journalctl -b -o cat -u belfryd | tail -n 200")
    need(f"the {thread} thread does not advance" in said, f"belfryd did not name the thread: {said[-300:]}")
    need("watchdog" in said.lower(), f"systemd did not say why: {said[-300:]}")
    box.root("until [ -S /run/belfry/console.sock ]; do sleep 1; done", within=BOOT_S)


def console_again(box):
    """The session ended with belfryd; the door opens a new one."""
    box.type("")
    word, _ = box.wait_for("Password: ", "belfry> ", within=BOOT_S)
    if word == "Password: ":
        box.type(PASSWORD)
        box.wait_for("belfry> ")


def full(box):
    box.root("dd if=/dev/zero of=/data/filler bs=1M 2>/dev/null; sync", within=BOOT_S, fails=True)
    left = int(box.root("df /data | tail -n 1 | awk '{ print $(NF - 2) }'"))
    need(left < 64, f"{left} KiB are left")
    commit(box, "almostfull")
    commit(box, "fullhouse")
    named(box, "fullhouse")


def card_gone(box):
    """Spans are configured, and at the next start the card of two of them is not there: telephones and a trunk."""
    box.cut_power()
    box.environment = {"BELFRY_SPANS": "1:31,2:24,3:31,4:24"}
    box.start()
    log_in(box)
    box.root(CONFIRMED, within=BOOT_S)
    answer = "".join(box.ask(line) for line in ("set span 1 type e1", "set span 1 signalling pri-cpe", "set span 3 type e1",
                                                "set span 3 signalling pri-cpe", "set span 4 type t1", "set span 4 signalling fxs",
                                                "set port 4/1 extension 201", "set agent 101 port 4/1", "commit"))
    need("commit complete" in answer, answer)
    box.cut_power()
    box.environment = {}
    box.start()
    log_in(box)
    need_alarm(box, "Span 3: there is no card for it")
    need_alarm(box, "Span 4: there is no card for it")
    rows = {row["span"]: row for row in json.loads(box.ask("show spans --json"))}
    need(rows[1]["driver"] == "dahdi", f"span 1 is not in service either: {rows}")
    commit(box, "withspan1")  # what can be changed is changed
    answer = "".join(box.ask(line) for line in ("delete span 1", "delete span 3", "delete span 4", "delete port 4/1",
                                                "delete agent 101 port", "commit"))
    need("commit complete" in answer, answer)
    until = time.monotonic() + ANSWER_S  # spans are looked at once a second
    while any("there is no card" in text for text in alarms(box)):
        need(time.monotonic() < until, f"the spans are deleted, and their alarms stay: {alarms(box)}")
    commit(box, "fullhouse")


def uptime_s(box):
    return float(box.root("cat /proc/uptime").split()[0])


HELP = "sysrq: HELP"


def serial_break_and(box, letter):
    box.monitor("chardev-send-break serial0")
    box.type(letter)
    box.type("")
    box.wait_for("belfry> ")


def serial_break(box):
    """A BREAK on the line and a letter, as a terminal server sends them that is switched on: restart, read-only disks."""
    up_s = uptime_s(box)
    for letter in "hbu":
        serial_break_and(box, letter)
    need(uptime_s(box) > up_s, "the box was restarted")
    need(HELP not in box.root("dmesg"), "SysRq answers")
    box.root("echo 1 >/proc/sys/kernel/sysrq")
    serial_break_and(box, "h")
    need(HELP in box.root("dmesg"), "no BREAK arrives: the test shows nothing")
    box.root("echo 0 >/proc/sys/kernel/sysrq")
    commit(box, "unbroken")
    commit(box, "fullhouse")
    need(box.root("cat /proc/sys/kernel/panic_on_oops") == "1", "a kernel that has gone wrong goes on")


def clock_set(box, local, utc):
    answer = box.ask(f"request time {local}")
    need(f"set to {local} UTC ({utc}" in answer, answer)
    until = time.monotonic() + ANSWER_S
    while not json.loads(box.ask("show time --json"))["time"].startswith(utc):
        need(time.monotonic() < until, box.ask("show time"))


def clock(box):
    """The clock set by hand, and its chip: on and back, as on a box without any network."""
    answer = box.ask("request time 2026-02-30 10:00")
    need("there is no such time in UTC" in answer, answer)
    before_s = int(box.root("date -u +%s"))
    clock_set(box, "2031-05-06 07:08:00", "2031-05-06T07:0")
    until = time.monotonic() + ANSWER_S
    while not 1935817680 <= int(box.root("cat /sys/class/rtc/rtc0/since_epoch")) < 1935821280:
        need(time.monotonic() < until, "the clock chip was not set")
    need("Result=success" in box.root("systemctl show -p Result belfry-clock.service"), "the clock's service failed")
    back = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(before_s + 60))
    clock_set(box, back, back[:10])


def panic(box):
    box.monitor("nmi")
    box.ready()
    box.wait_for("Password: ")
    box.type("not-the-one")
    box.wait_for("% wrong password")
    box.log_in(PASSWORD)
    named(box, "fullhouse")


def damaged(box):
    """The superblock of conf, and all of the beginning of data."""
    box.root("rm -f /data/filler; sync")
    box.cut_power()
    box.damage("belfry-conf", 0, 4096, 0)
    box.damage("belfry-data", 0, 16 * MIB, 0x5a)
    box.start()
    log_in(box)
    need_alarm(box, "superblock of conf")
    need_alarm(box, "records and recordings were unreadable")
    named(box, "fullhouse")


def failing(box):
    """The kernel lets nobody write to conf after an error there; a restart puts it in order."""
    # What is asked is asked beside the serial console, where the kernel says each time that it writes no more.
    part = box.root("basename $(readlink -f $(awk '$2 == \"/conf\" { print $1 }' /proc/mounts))")
    need("can be read but not written" not in box.root("belfry show alarms"), "an alarm before its time")
    box.root(f"echo test >/sys/fs/ext4/{part}/trigger_fs_error")
    until = time.monotonic() + ANSWER_S
    while "Disk settings can be read but not written" not in box.root("belfry show alarms"):
        need(time.monotonic() < until, "no alarm of a disk that cannot be written")
    answer = box.root("{ echo set agent 101 name Unkept; echo commit; } | belfry 2>&1", fails=True)
    need("commit complete" not in answer, f"committed to a disk that cannot be written: {answer}")
    restarted(box, "")
    named(box, "fullhouse")
    need(not any("can be read but not written" in text for text in alarms(box)), f"{alarms(box)}")
    return answer.splitlines()[-1]


def worn(box):
    """A disk that takes nothing any more: the settings as they were, changes until the power goes, and an alarm."""
    restarted(box, "")  # what only stands in the file system's own journal cannot be put in its place on such a disk
    box.cut_power()
    box.options += ["-set", "drive.flash.read-only=on"]
    box.start()
    log_in(box)
    need_alarm(box, "The disk can be read but not written")
    named(box, "fullhouse")
    commit(box, "inmemory")
    named(box, "inmemory")
    box.cut_power()
    del box.options[-2:]
    box.start()
    log_in(box)
    named(box, "fullhouse")
    need(not any("cannot" in text or "not written" in text for text in alarms(box)), f"{alarms(box)}")


def starts_counted(box):
    """Early in a start, as soon as the shell is there; what was asked before that may be echoed as an answer."""
    box.wait_for("Starting C:BOOT", within=BOOT_S)  # the firmware would take what is typed for its own
    until = time.monotonic() + BOOT_S
    while True:
        try:
            return int(box.shell.root(COUNT_STARTS, within=5))
        except (Failed, ValueError):
            need(time.monotonic() < until, "the box does not start")


def starts(box):
    """The power goes five times before the box is ready: something may be wrong with it, and the rescue system starts."""
    box.root(CONFIRMED, within=BOOT_S)
    for count in range(1, STARTS_MAX + 1):
        box.cut_power()
        box.start()
        counted = starts_counted(box)
        need(counted == count, f"{counted} starts are counted, not {count}")
    box.cut_power()
    box.start()
    box.wait_for(f"was started {STARTS_MAX} times and did not get ready", within=BOOT_S)
    box.wait_for("Choice: ", within=BOOT_S)
    box.type("7")
    _, told = box.wait_for("Choice: ", within=BOOT_S)
    need("asks for the setup code" in told, told)
    box.type("5")  # until then the shell is for who knows the old one
    for word, answer in (("Password: ", "not-the-one"), ("Password: ", PASSWORD), ("The disk is", "exit")):
        box.wait_for(word)
        box.type(answer)
    box.wait_for("Choice: ", within=BOOT_S)
    box.type("6")
    box.ready()
    wrong_code(box)  # the password was lost; who has the label chooses another one, and the settings are there
    box.log_in(PASSWORD)
    named(box, "fullhouse")
    box.root(CONFIRMED, within=BOOT_S)
    need(box.root(COUNT_STARTS) == "0", "a box that is ready counts starts that got nowhere")


def reset(box, rng):
    box.root("touch /data/old; sync")
    need("at the next start" in box.ask("factory-reset all confirm"), "the console did not take it")
    box.cut_power()
    cuts = 0
    for _ in range(2):
        box.start()
        box.wait_for("belfry: factory reset", within=BOOT_S)
        until = time.monotonic() + rng.uniform(0, 1.0)
        while time.monotonic() < until:
            box.serial.settimeout(0.05)
            box.read()
        done = "factory reset is done" in box.text
        box.cut_power()
        cuts += 1
        if done:
            break
    box.start()
    if not done:
        box.wait_for("belfry: factory reset is done", within=BOOT_S)
    box.ready()
    wrong_code(box)
    box.log_in(PASSWORD)
    left = box.root("ls /data /conf/belfry /conf")
    need("old" not in left.split() and "factory-reset" not in left, f"left behind: {left}")
    need("fullhouse" not in box.ask("show configuration"), "the settings are still there")
    return f"{cuts} cuts"


def no_slot_starts(box):
    """Nor can the settings be read."""
    box.cut_power()
    box.damage("belfry-root-a", MIB, 8 * MIB, 0x33)
    box.damage("belfry-conf", 0, 160 * MIB, 0x5a)
    box.start()
    box.wait_for("belfry: FAILED", "Belfry rescue system", within=BOOT_S)
    box.wait_for("Choice: ", within=BOOT_S)


def data_made(box):
    """The number that the file system for records got when it was made."""
    raw = box.disk + ".raw"
    run("qemu-img", "convert", "-U", "-O", "raw", box.disk, raw)
    with open(raw, "rb") as disk:
        disk.seek(partitions(raw)["belfry-data"][0] + 1024 + 0x68)
        number = disk.read(16)
    os.unlink(raw)
    return number


def write_slot_a(box):
    box.type("3")
    box.wait_for("Slot (a or b): ")
    box.type("a")
    _, told = box.wait_for("Choice: ", within=BOOT_S)
    need("Slot a is written and starts next." in told, told)
    box.type("6")


def rescue(box):
    """No slot starts, conf is gone: the rescue system comes by itself, writes the slot anew from a stick."""
    no_slot_starts(box)
    box.type("1")
    _, told = box.wait_for("Choice: ", within=BOOT_S)
    need("slot a: damaged" in told and "slot b: empty" in told and "conf: never used, or unreadable" in told and
         "data: whole" in told, told)
    box.type("4")
    box.wait_for("Slot (a or b): ")
    box.type("b")
    _, told = box.wait_for("Choice: ", within=BOOT_S)
    need("It would not start" in told, told)
    write_slot_a(box)
    box.ready()
    wrong_code(box)
    box.log_in(PASSWORD)
    need_alarm(box, "settings were unreadable")


def rescue_reset(box):
    """The same, and everything is to go: the slot is written later, and the reset is not forgotten until then."""
    no_slot_starts(box)
    before = data_made(box)
    box.type("2")
    box.wait_for('Type "yes": ')
    box.type("no")
    box.wait_for("Choice: ", within=BOOT_S)
    box.type("2")
    box.wait_for('Type "yes": ')
    box.type("yes")
    box.wait_for("The box makes itself as new at its next start.", within=BOOT_S)
    box.wait_for("Choice: ", within=BOOT_S)  # the slot is as damaged as it was
    box.type("1")
    _, told = box.wait_for("Choice: ", within=BOOT_S)
    need("conf: whole" in told and "data: whole" in told, told)
    write_slot_a(box)
    box.wait_for("belfry: factory reset is done", within=BOOT_S)
    box.ready()
    wrong_code(box)
    box.log_in(PASSWORD)
    need(not any("unreadable" in text for text in alarms(box)), f"{alarms(box)}")
    box.cut_power()
    need(data_made(box) != before, "the data partition is the one of before")


def stick(path):
    """A USB stick with the folder that make image leaves for it."""
    disk = os.path.join(path, "stick.img")
    run("truncate", "-s", "128M", disk)
    run("mkfs.vfat", disk)
    run("mcopy", "-s", "-i", disk, os.path.join(os.path.dirname(IMAGE), "usb/belfry"), "::")
    return ["-device", "qemu-xhci", "-drive", f"if=none,id=stick,format=raw,file={disk}", "-device", "usb-storage,drive=stick"]


def written_disk(path, image):
    """As the README tells it: onto a disk larger than the image, whose room is for records."""
    disk = os.path.join(path, "written.img")
    run("truncate", "-s", str(DISK_BYTES), disk)
    run(os.path.join(ROOT, "tools/image/write_disk"), image, disk, "--serial", SERIAL, "--mac", MACS[0], "--setup-code", CODE)
    run("fallocate", "--dig-holes", disk)
    return disk


def life(report, path, rng, steps):
    image = written_disk(path, hooked_image(path, ["tests/system/stall_thread.c"]))
    network = ["-netdev", "hubport,id=office,hubid=2", "-device", "e1000,netdev=office,romfile="]
    box = Guest(path, image, stick(path) + network)
    try:
        box.start()
        if not report.run("first boot", box.ready):
            return
        report.run("who chooses the first password shows the code of the label", lambda: wrong_code(box))
        report.run("first password", lambda: box.log_in(PASSWORD))
        commit(box, "fullhouse")
        todo = (("identity", "serial number, host name, address, components", lambda: identity(box)),
                ("identity", "belfryd has no capability, no disk, no new privileges", lambda: confined(box)),
                ("watchdog", "a stuck control thread: belfryd is begun anew", lambda: stuck_thread(box, "control")),
                ("watchdog", "the console is there again", lambda: console_again(box)),
                ("full", "data is full: settings are committed all the same", lambda: full(box)),
                ("card", "the card of a span is gone: an alarm, and the others are there", lambda: card_gone(box)),
                ("break", "a BREAK on the serial line and a letter do nothing", lambda: serial_break(box)),
                ("clock", "the clock and its chip are set from the console", lambda: clock(box)),
                ("panic", "a kernel panic restarts the box, which knows what was committed", lambda: panic(box)),
                ("damaged", "conf restored from its copy, data made anew, alarms say so", lambda: damaged(box)),
                ("failing", "an error on conf: read-only, an alarm, no commit; whole after a restart", lambda: failing(box)),
                ("worn", "a disk that cannot be written: the settings are in force, an alarm", lambda: worn(box)),
                ("starts", "five starts that get nowhere: the rescue system, once; a lost password", lambda: starts(box)),
                ("reset", "a factory reset cut short is done again", lambda: reset(box, rng)),
                ("rescue", "no slot starts: rescue system, slot written anew from a stick", lambda: rescue(box)),
                ("rescue", "no slot starts: a factory reset by the rescue system", lambda: rescue_reset(box)))
        for name, title, step in todo:
            if steps and name not in steps:
                continue
            if not report.run(title, step):
                print(re.sub(r"^", "  | ", box.text[-1500:], flags=re.M), flush=True)
                return
    finally:
        box.cut_power()


def main():
    report = Report()
    with folder() as path:
        life(report, path, random.Random(7), sys.argv[1:])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
