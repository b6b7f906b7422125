"""The console by SSH. Runs in namespaces of its own (ssh.sh): the accounts are the image's, the network is a loopback."""
import io
import os
import re
import shlex
import subprocess
import tarfile
import tempfile

from console_terminal import BUILD, ROOT, Terminal, WAIT_S
from console import Box, until

PORT = 2222
OVERLAY = ROOT + "/rootfs/overlay/etc"
CONSOLE_ID = 201
PASSWORD = "correct horse 7"


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"expected {wanted!r}, got {got!r}")


def require(text, said):
    if not re.search(text, said):
        raise AssertionError(f"expected {text!r} in {said[-800:]!r}")


def accounts():
    """The image's accounts instead of this machine's, in this mount namespace."""
    for name in ("passwd", "group"):
        subprocess.run(["mount", "--bind", f"{OVERLAY}/{name}", f"/etc/{name}"], check=True)
    subprocess.run(["mount", "--bind", "/dev/null", "/etc/shadow"], check=True)
    # As systemd mounts it: the terminal's group is tty, which an unprivileged server could not give it.
    subprocess.run(["mount", "-t", "devpts", "-o", "newinstance,gid=5,mode=620,ptmxmode=666", "devpts", "/dev/pts"], check=True)
    subprocess.run(["mount", "--bind", "/dev/pts/ptmx", "/dev/ptmx"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def unit_words(box, folder):
    """ExecStart of the unit, with this machine's places and an unprivileged port."""
    with open(OVERLAY + "/systemd/system/belfry-ssh.service", encoding="utf-8") as unit:
        line = re.search(r"^ExecStart=(.*)$", unit.read(), re.M).group(1)
    line = line.replace("${CREDENTIALS_DIRECTORY}/host-key", folder + "/host-key").replace("-p 22 ", f"-p 127.0.0.1:{PORT} ")
    return shlex.split(line.replace("/usr/bin/belfry -l", f"{BUILD}/belfry -s {box.socket} -l"))


class Server:
    """dropbear as the image's user "console"."""

    def __init__(self, box):
        self.box = box

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="belfry-ssh-")
        key = self.folder.name + "/host-key"
        subprocess.run(["dropbearkey", "-t", "ed25519", "-f", key], check=True, capture_output=True)
        os.chmod(self.folder.name, 0o755)
        os.chmod(key, 0o644)
        os.chmod(self.box.socket, 0o666)  # on the image: by the group
        os.chmod(self.box.folder.name, 0o755)
        self.process = subprocess.Popen(unit_words(self.box, self.folder.name), user=CONSOLE_ID, group=CONSOLE_ID,
                                        extra_groups=[], env={"PATH": "/usr/bin:/bin"}, stderr=subprocess.PIPE, text=True)
        until(lambda: subprocess.run(["bash", "-c", f"</dev/tcp/127.0.0.1/{PORT}"], stderr=subprocess.DEVNULL,
                                     check=False).returncode == 0, "the SSH port")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        self.folder.cleanup()


def client(words, user="console"):
    return ["dbclient", "-y", "-y", "-p", str(PORT), f"{user}@127.0.0.1", *words]


def by_pipe(given, *command, user="console"):
    done = subprocess.run(client(command, user=user), input=given, text=True, capture_output=True, timeout=WAIT_S)
    return done.returncode, done.stdout, done.stderr


def dialogue(box):
    return Terminal(box, program=client(()))


def log_in(t, user, password):
    t.until("user: ")
    t.type(user + "\r")
    t.until("password: ")
    t.type(password + "\r")


def terminal(box):
    t = dialogue(box)
    log_in(t, "ann", PASSWORD)
    t.until("> ")
    t.type("show network\r")
    t.until("SSH       on")
    t.type("exit\r")
    equal(t.end(), 0)


def one_command():
    status, out, _ = by_pipe(f"ann\n{PASSWORD}\n", "show network --json")
    equal(status, 0)
    require('"ssh":"on"', out)
    status, out, _ = by_pipe(f"ann\n{PASSWORD}\n", "shw network")
    equal(status, 1)


def bundle():
    done = subprocess.run(client(["support bundle -"]), input=f"ann\n{PASSWORD}\n".encode(), capture_output=True,
                          check=True, timeout=WAIT_S)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
        require("support/configuration.txt", " ".join(files.getnames()))


def strangers():
    status, out, errors = by_pipe("ann\nwrong password\n", "show network")
    equal((status, out), (2, ""))
    require("wrong user or password", errors)
    status, out, errors = by_pipe("\n", "show network")
    equal((status, out), (2, ""))
    status, out, _ = by_pipe("", "show network", user="root")
    equal((status != 0, out), (True, ""))
    # No shell, no files, no way through: whatever is asked for, the log-in answers.
    for asked in ("/bin/sh", "scp -f /etc/passwd", "-s /tmp/x; id"):
        status, out, _ = by_pipe(f"ann\n{PASSWORD}\n", asked)
        equal((status != 0, "uid=" in out, "root:" in out), (True, False, False))


def locked_out(box):
    for _ in range(8):
        by_pipe("bob\nwrong password\n", "show network")
    status, _, errors = by_pipe("bob\nwrong password\n", "show network")
    equal(status, 2)
    require("locked", errors)
    require("login bob", box.belfry("show audit 40")[1])


def main():
    accounts()
    with Box() as box:
        lines = ("set network address 192.0.2.10/24", "set network ssh on", "set user ann role administrator",
                 f'set user ann password "{PASSWORD}"', "set user bob role viewer",
                 'set user bob password "another one 5"', "commit")
        status, out, _ = box.belfry(given="\n".join(lines) + "\n")
        equal((status, out), (0, "commit complete\n"))
        with open(os.path.dirname(box.socket) + "/network", encoding="utf-8") as wanted:
            equal(wanted.read(), "address 192.0.2.10/24\nssh on\n")
        with Server(box):
            terminal(box)
            print("ok   terminal")
            one_command()
            print("ok   one command")
            bundle()
            print("ok   support bundle")
            strangers()
            print("ok   strangers")
            locked_out(box)
            print("ok   locked out")


if __name__ == "__main__":
    main()
