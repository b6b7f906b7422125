"""A technician's terminal: belfry on a pseudo-terminal, typed at and read. For the system tests."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("BUILD") or "build")
WAIT_S = 60


class Terminal:
    """belfry, or another program, on a pseudo-terminal of 24 x 80."""

    def __init__(self, box, *words, kind="vt100", program=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # As a login does it: under nohup a line that drops would end nobody.
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            # libedit keeps a few words of its key bindings for ever
            os.environ.update(TERM=kind, BELFRY_SOCKET=box.socket, ASAN_OPTIONS="detect_leaks=0")
            program = program or [BUILD + "/belfry", *words]
            os.execvp(program[0], program)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = ""

    def until(self, text):
        """Reads until text is there; returns what came up to and with it."""
        end = time.monotonic() + WAIT_S
        while text not in self.seen:
            if time.monotonic() > end or not select.select([self.fd], [], [], WAIT_S)[0]:
                raise AssertionError(f"expected {text!r}, saw {self.seen[-600:]!r}")
            self.seen += os.read(self.fd, 65536).decode(errors="replace")
        at = self.seen.index(text) + len(text)
        got, self.seen = self.seen[:at], self.seen[at:]
        return got

    def type(self, text):
        os.write(self.fd, text.encode())

    def paste(self, text):
        """As fast as a serial line at 115200 baud and faster: what comes back is read meanwhile, or both ends would wait."""
        data = text.encode()
        while data:
            readable, writable, _ = select.select([self.fd], [self.fd], [], WAIT_S)
            if readable:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")
            if writable:
                data = data[os.write(self.fd, data[:256]):]

    def end(self):
        """Its exit status; what it still prints is thrown away."""
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def drop(self):
        """As when the line is cut: the terminal hangs up."""
        os.close(self.fd)
        os.waitpid(self.pid, 0)
