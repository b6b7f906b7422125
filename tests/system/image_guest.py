"""A way into the running image for tests: a kernel image of the same slot with a /hook in it, which opens a root shell on
the second serial port. The root file system stays the product's, bit for bit."""
import glob
import os
import socket
import subprocess
import time

from image_machine import ANSWER_S, IMAGE, ROOT, Machine, need

PARTS = os.path.join(os.path.dirname(IMAGE), "root")
SECTOR = 512
STUB = "/usr/lib/x86_64-linux-gnu/efibootguard/kernel-stubx64.efi"
RUN = """#!/bin/busybox sh
mkdir -p /run/systemd/system/sysinit.target.wants
cp -r /hook /run/hook
printf '[Unit]\\nDefaultDependencies=no\\n[Service]\\nExecStart=/usr/bin/sh /run/hook/shell\\n' >/run/systemd/system/hook.service
ln -s ../hook.service /run/systemd/system/sysinit.target.wants/hook.service
"""
SHELL = """exec </dev/ttyS1 >/dev/ttyS1 2>&1
stty raw -echo
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/run/hook
while read -r line; do
	sh -c "$line"
	printf '\\nend of answer %s\\n' $?
done
"""


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, **more).stdout


def partitions(disk):
    """Name -> (first byte, bytes), as the GPT says."""
    found = {}
    for line in run("sgdisk", "-p", disk, text=True).splitlines():
        words = line.split()
        if words and words[0].isdigit():
            found[words[-1]] = (int(words[1]) * SECTOR, (int(words[2]) - int(words[1]) + 1) * SECTOR)
    return found


def archive(folder, tree):
    """A cpio of a folder, padded as the kernel wants it before another one."""
    names = run("find", tree, cwd=folder)
    packed = run("cpio", "--quiet", "-o", "-H", "newc", input=names, cwd=folder)
    return packed + bytes(-len(packed) % 512)


def hooked_kernel(folder, programs=(), slot="a", more=""):
    """A slot's kernel image with the hook; programs: C files under tests/system, built static; more: lines of shell for it."""
    os.makedirs(os.path.join(folder, "hook"), exist_ok=True)
    for name, text in (("run", RUN + more), ("shell", SHELL)):
        with open(os.path.join(folder, "hook", name), "w", encoding="ascii") as out:
            out.write(text)
        os.chmod(out.name, 0o755)
    for source in programs:
        name = os.path.basename(source)[:-2]
        run("gcc", "-Wall", "-Werror", "-O2", "-static", "-pthread", "-o", os.path.join(folder, "hook", name), os.path.join(ROOT, source))
    with open(os.path.join(folder, "initramfs"), "wb") as out, open(os.path.join(PARTS, "boot/initramfs"), "rb") as product:
        out.write(archive(folder, "hook") + product.read())
    with open(os.path.join(PARTS, f"belfry-{slot}.efi"), "rb") as kernel:
        raw = kernel.read()
    begins = raw.index("console=".encode("utf-16-le"))  # the stub keeps the command line so
    command = raw[begins:begins + 8192].decode("utf-16-le", "ignore").split("\0")[0]
    need("belfry.root=" in command, f"no command line in belfry-{slot}.efi: {command[:80]!r}")
    made = os.path.join(folder, "hooked.efi")
    run("bg_gen_unified_kernel", "-c", command, "-i", os.path.join(folder, "initramfs"), STUB,
        glob.glob(os.path.join(PARTS, "kernel/boot/vmlinuz*"))[0], made)
    return made


def hooked_image(folder, programs=()):
    disk = os.path.join(folder, "hooked.img")
    run("cp", "--sparse=always", IMAGE, disk)
    run("mcopy", "-o", "-i", f"{disk}@@{partitions(disk)['belfry-boot-a'][0]}", hooked_kernel(folder, programs), "::BELFRY.EFI")
    return disk


class Shell:
    """The hook's root shell, on a socket that QEMU serves."""

    def __init__(self, path):
        self.line = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + ANSWER_S
        while True:
            try:
                self.line.connect(path)
                break
            except OSError:  # QEMU makes it behind the console's, which is answered already
                need(time.monotonic() < until, f"QEMU serves no {path}")
                time.sleep(0.05)
        self.line.settimeout(0.5)

    def close(self):
        self.line.close()

    def root(self, command, within=ANSWER_S, fails=False):
        """A shell line as root of the guest; its output. The shell is there from early in the start on."""
        # The firmware writes on this port too, before the shell is there.
        self.line.sendall(b"echo begin of answer; " + command.encode() + b"\n")
        text, until = "", time.monotonic() + within
        while "\nend of answer " not in text or not text.endswith("\n"):
            try:
                got = self.line.recv(65536)
            except socket.timeout:
                need(time.monotonic() < until, f"root: {command}: no answer; last seen: {text[-300:]!r}")
                continue
            need(got, f"root: {command}: the box is off")
            text += got.decode("ascii", "replace").replace("\r", "")
        answer, _, status = text.rpartition("\nend of answer ")
        answer = answer.rpartition("begin of answer\n")[2]
        need(fails or status.strip() == "0", f"root: {command}: status {status.strip()}: {answer}")
        return answer.strip()


class Guest(Machine):
    """A machine with a root shell beside its console, and QEMU's own monitor."""

    def __init__(self, folder, image, options=(), **more):
        self.shell_path, self.monitor_path = os.path.join(folder, "shell"), os.path.join(folder, "monitor")
        super().__init__(folder, [*options, "-serial", f"unix:{self.shell_path},server=on,wait=off", "-monitor",
                                  f"unix:{self.monitor_path},server=on,wait=off"], image=image, **more)
        self.shell = None

    def start(self):
        for path in (self.shell_path, self.monitor_path):
            if os.path.exists(path):
                os.unlink(path)
        super().start()
        self.shell = Shell(self.shell_path)

    def cut_power(self):
        super().cut_power()
        if self.shell:
            self.shell.close()
            self.shell = None

    def root(self, command, within=ANSWER_S, fails=False):
        return self.shell.root(command, within, fails)

    def monitor(self, command):
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(self.monitor_path)
            door.settimeout(5)
            door.recv(4096)
            door.sendall(command.encode() + b"\n")
            time.sleep(0.2)
            return door.recv(65536).decode("ascii", "replace")

    def damage(self, name, at, count, pattern):
        """While it is off: bytes of a partition on its disk."""
        begins, _ = partitions(self.image)[name]
        run("qemu-io", "-f", "qcow2", "-c", f"write -q -P {pattern} {begins + at} {count}", self.disk)
