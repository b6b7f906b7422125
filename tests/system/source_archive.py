"""A Debian mirror and, in the place of snapshot.debian.org, an archive of what was: for sources.sh and locked_packages.sh.

    source_archive.py make FOLDER            writes packages, lists and bodies into FOLDER (see the table PACKAGES)
    source_archive.py serve FOLDER PORTFILE  serves FOLDER/mirror at /debian and FOLDER/debian-security at /debian-security,
                                             and /archive/NAME/TIME/... from FOLDER/archive/TIME/NAME; writes its port.

What was asked for goes to FOLDER/asked, a path a line. A time between two of the archive's leads to the one before it, as
snapshot.debian.org does. One process, 127.0.0.1 only.
"""
import functools
import gzip
import hashlib
import http.server
import os
import subprocess
import sys
import tempfile
import urllib.parse

# binary, its version, source, source version: as in Debian's own lists
PACKAGES = [
    ("plain", "1.0-1", "plain", "1.0-1"),
    ("libtwo1", "1:2.0-3+b1", "two", "1:2.0-3"),             # a rebuild of another source, with an epoch
    ("linux-image-9-rt", "9.1.2-1", "linux-signed-amd64", "9.1.2+1"),
    ("static-user", "3.0-1", "static-user", "3.0-1"),        # has of "inside" in it
    ("linux-headers-9-rt", "9.1.2-1", "linux", "9.1.2-1"),
    ("linux-headers-rt-amd64", "9.1.2-1", "linux", "9.1.2-1"),
]
DEPENDS = {"linux-headers-rt-amd64": "linux-headers-9-rt", "static-user": "plain"}
BUILT_USING = {"static-user": "inside (= 4.0-1)"}
SOURCES = [("plain", "1.0-1"), ("two", "1:2.0-3"), ("linux", "9.1.2-1"), ("static-user", "3.0-1"), ("inside", "4.0-1")]
SECURITY = [("safe", "5.0-1+deb12u1")]
HERE = "bash"  # a package that this machine has: linked in, and carried as it is
OLD = [("older", "6.0-1")]  # in the archive's lists only: the mirror has a newer one
CARRIED = [("linux-source-9", "9.1.2-1"), ("linux-config-9", "9.1.2-1")]
FIRST, SECOND = "20260110T000000Z", "20260111T000000Z"


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def without_epoch(version):
    return version.split(":")[-1]


def source_entry(root, prefix, name, version):
    """Puts a source package into the pool below root; its paragraph of Sources."""
    plain = without_epoch(version)
    folder = f"{prefix}{name[0]}/{name}"
    files = [f"{name}_{plain}.dsc", f"{name}_{plain.split('-')[0]}.orig.tar.xz", f"{name}_{plain}.debian.tar.xz"]
    lines = []
    for file in files:
        body = f"{file}: a body of its own\n".encode() * 20
        write(f"{root}/{folder}/{file}", body)
        lines.append(f" {hashlib.sha256(body).hexdigest()} {len(body)} {file}")
    sums = "\n".join(lines)
    return f"Package: {name}\nBinary: {name}\nVersion: {version}\nArchitecture: any\nFormat: 3.0 (quilt)\n" \
           f"Directory: {folder}\nChecksums-Sha256:\n{sums}\n\n"


def control(name, version):
    depends = f"Depends: {DEPENDS[name]}\n" if name in DEPENDS else ""
    return f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: nobody <nobody@example.org>\n{depends}"


@functools.lru_cache(None)
def package(name, version):
    """A package that is nothing but its control data, the same bytes each time."""
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/DEBIAN/control", (control(name, version) + f"Description: {name}\n").encode())
        os.chmod(f"{folder}/DEBIAN", 0o755)
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Znone", folder, folder + "/deb"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": "0"})
        with open(f"{folder}/deb", "rb") as file:
            return file.read()


def binary_entry(root, prefix, name, version, source, source_version):
    body = package(name, version)
    path = f"{prefix}{name[0]}/{name}/{name}_{without_epoch(version)}_amd64.deb"
    write(f"{root}/{path}", body)
    entry = control(name, version)
    if (source, source_version) != (name, version):
        entry += f"Source: {source} ({source_version})\n"
    if name in BUILT_USING:
        entry += f"Built-Using: {BUILT_USING[name]}\n"
    return entry + f"Filename: {path}\nSize: {len(body)}\nSHA256: {hashlib.sha256(body).hexdigest()}\n" \
                   f"Description: {name}\n\n"


def lists(root, suite, sources, packages):
    """The lists of a suite, unsigned."""
    release = f"Origin: test\nSuite: {suite}\nCodename: {suite}\nArchitectures: amd64\nComponents: main\n" \
              "Date: Sat, 10 Jan 2026 00:00:00 UTC\nSHA256:\n"
    for name, text in (("main/source/Sources", sources), ("main/binary-amd64/Packages", packages)):
        for path, data in ((name, text.encode()), (name + ".gz", gzip.compress(text.encode(), mtime=0))):
            write(f"{root}/dists/{suite}/{path}", data)
            release += f" {hashlib.sha256(data).hexdigest()} {len(data)} {path}\n"
    write(f"{root}/dists/{suite}/Release", release.encode())


def fill(root, prefix, suite, sources, packages):
    lists(root, suite, "".join(source_entry(root, prefix, *s) for s in sources),
          "".join(binary_entry(root, prefix, *p) for p in packages))


def make(folder):
    carried = [(name, version, "linux", version) for name, version in CARRIED]
    safe = [(name, version, name, version) for name, version in SECURITY]
    old = [(name, version, name, version) for name, version in OLD]
    version = subprocess.run(["dpkg-query", "-W", "-f=${Version}", HERE], check=True, capture_output=True,
                             text=True).stdout
    newer = [("older", "6.0-2", "older", "6.0-2"), (HERE, version, HERE, "7.0-1")]
    fill(f"{folder}/mirror", "pool/main/", "bookworm", SOURCES + [("older", "6.0-2"), (HERE, "7.0-1")],
         PACKAGES + carried + newer)
    fill(f"{folder}/debian-security", "pool/updates/main/", "bookworm-security", SECURITY, safe)
    # The first picture was taken before "two" came; the second has all.
    early = [s for s in SOURCES if s[0] != "two"]
    for time, sources in ((FIRST, early), (SECOND, SOURCES)):
        fill(f"{folder}/archive/{time}/debian", "pool/main/", "bookworm", sources + OLD, PACKAGES + carried + old)
        fill(f"{folder}/archive/{time}/debian-security", "pool/updates/main/", "bookworm-security", SECURITY, safe)


class Handler(http.server.BaseHTTPRequestHandler):
    folder = ""

    def do_GET(self):  # pylint: disable=invalid-name
        path = urllib.parse.unquote(urllib.parse.urlparse(self.path).path)
        with open(f"{self.folder}/asked", "a", encoding="utf-8") as asked:
            asked.write(path + "\n")
        parts = [part for part in path.split("/") if part]
        if ".." in parts or len(parts) < 2:
            return self.send_error(404)
        if parts[0] == "archive":
            return self.picture(parts)
        roots = {"debian": "mirror", "debian-security": "debian-security"}
        return self.body("/".join([roots.get(parts[0], "none"), *parts[1:]]))

    def picture(self, parts):
        name, time = parts[1], parts[2]
        before = [have for have in sorted(os.listdir(f"{self.folder}/archive")) if have <= time]
        if not before:
            return self.send_error(404)
        if before[-1] == time:
            return self.body("/".join(["archive", time, name, *parts[3:]]))
        self.send_response(302)
        self.send_header("Location", "/".join(["", "archive", name, before[-1], *parts[3:]]))
        self.send_header("Content-Length", "0")
        return self.end_headers()

    def body(self, path):
        try:
            with open(f"{self.folder}/{path}", "rb") as file:
                data = file.read()
        except OSError:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return self.wfile.write(data)

    def log_message(self, *_):
        pass


def serve(folder, port_file):
    Handler.folder = folder
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(port_file + ".new", "w", encoding="utf-8") as file:
        file.write(str(server.server_address[1]))
    os.rename(port_file + ".new", port_file)
    server.serve_forever()


if __name__ == "__main__":
    make(sys.argv[2]) if sys.argv[1] == "make" else serve(sys.argv[2], sys.argv[3])
