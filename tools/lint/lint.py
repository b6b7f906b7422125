#!/usr/bin/env python3
"""Checks of the source tree that no compiler makes: include directions, banned calls, format, the shape of the code.

lint.py includes|banned|format|scripts|cppcheck|tidy|tidy-quick|shape ...   one or more of them; exit 1 if any finds something
"""
import concurrent.futures
import fnmatch
import hashlib
import os
import re
import statistics
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
HERE = os.path.join(ROOT, "tools/lint")
SOURCE_FOLDERS = ("firmware", "dsp", "drivers", "tools", "tests")
SCRIPT_FOLDERS = SOURCE_FOLDERS + ("rootfs", "board", ".ci")
PRODUCT_FOLDERS = ("firmware", "dsp", "drivers", "tools/lab")
BUILD = os.environ.get("BUILD", "build")


def sources(folders=SOURCE_FOLDERS, ends=(".c", ".h")):
    found = []
    for folder in folders:
        for path, folders_below, names in os.walk(os.path.join(ROOT, folder)):
            folders_below.sort()
            found += [os.path.relpath(os.path.join(path, n), ROOT) for n in sorted(names) if n.endswith(ends)]
    return found


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def rows(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return [line.split("#")[0].strip() for line in file if line.split("#")[0].strip()]


# ---- include directions ----

def include_table():
    rooms, foreign = {}, {}
    for row in rows("include_table.txt"):
        kind, name, *rest = row.split()
        (rooms if kind == "room" else foreign)[name] = rest
    return rooms, foreign


def room_of(path, rooms):
    """The most particular room that the file is in."""
    inside = [r for r in rooms if path == r or path.startswith(r + "/")]
    return max(inside, key=len) if inside else None


def included_room(name):
    """"base/log.h" is room base; "drivers/tdmoe/wire.h" drivers; None: the includer's own folder or generated."""
    if name.startswith("tools/lab/"):
        return "lab"
    return name.split("/")[0] if "/" in name else None


def check_includes():
    rooms, foreign = include_table()
    wrong = []
    for path in sources():
        room = room_of(path, rooms)
        for number, line in enumerate(text_of(path).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if not match:
                continue
            where, name = f"{path}:{number}", match.group(2)
            if match.group(1) == "<":
                for header, allowed in foreign.items():
                    if name.startswith(header) and not any(fnmatch.fnmatch(path, a) for a in allowed):
                        wrong.append(f"{where}: <{name}> is for its adapter only ({' '.join(allowed)})")
                continue
            other = included_room(name)
            own = "lab" if room == "tools/lab" else room.split("/")[-1] if room else None
            if room and other and other != own and other not in rooms[room]:
                wrong.append(f"{where}: {room} may not include \"{name}\" (tools/lint/include_table.txt)")
    return wrong


# ---- banned calls ----

def without_comments_and_strings(text):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def check_banned():
    table = {}
    for row in rows("banned_calls.txt"):
        name, rest = row.split(":", 1)
        why, _, exceptions = rest.partition("; but in ")
        table[name] = (why.strip(), exceptions.split())
    call = re.compile(r"(?<![\w.>])(" + "|".join(table) + r")\s*\(")
    wrong = []
    for path in sources():
        text = without_comments_and_strings(text_of(path))
        for match in call.finditer(text):
            why, exceptions = table[match.group(1)]
            if not any(fnmatch.fnmatch(path, e) for e in exceptions):
                number = text.count("\n", 0, match.start()) + 1
                wrong.append(f"{path}:{number}: {match.group(1)}() is banned: {why}")
    return wrong


# ---- other programs ----

def run(command):
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def two_at_a_time(function, items):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [line for lines in pool.map(function, items) for line in lines]


def check_format():
    def some(paths):
        result = run(["clang-format", "--dry-run", "-Werror", *paths])
        wrong = dict.fromkeys(re.findall(r"^(\S+?):\d+:\d+: error:", result.stdout, re.M))
        return [f"{path}: not formatted (clang-format -i {path})" for path in wrong]
    files = sources()
    return two_at_a_time(some, [files[at:at + 40] for at in range(0, len(files), 40)])


def script_fault(path):
    """What the language itself refuses: a script that is run only by make test-long, or on the box, is not to find out there."""
    first = text_of(path).partition("\n")[0] if os.path.isfile(os.path.join(ROOT, path)) else ""
    if path.endswith(".py") or re.match(r"#!.*\bpython3", first):
        try:
            compile(text_of(path), path, "exec")
        except SyntaxError as error:
            return f"{path}:{error.lineno}: {error.msg}"
    shell = re.match(r"#!.*\b(bash|sh)\b", first)
    if shell or path.endswith((".sh", ".bash")):
        result = run([shell.group(1) if shell else "bash", "-n", path])
        return result.stdout.strip() if result.returncode else None
    return None


def check_scripts():
    names = [path for path in sources(SCRIPT_FOLDERS, ("",)) if os.path.splitext(path)[1] in ("", ".py", ".sh", ".bash")]
    return two_at_a_time(lambda path: [fault for fault in [script_fault(path)] if fault], names)


def check_cppcheck():
    result = run(["cppcheck", "--quiet", "--std=c11", "--language=c", "-j2", "--error-exitcode=1", "--inline-suppr",
                  "--enable=warning,portability", f"--suppressions-list={HERE}/cppcheck_suppressions.txt",
                  "--template={file}:{line}: {severity} {id}: {message}", "-D_GNU_SOURCE",
                  f"-I{BUILD}/include", "-Ifirmware", "-I."] + [p for p in sources(PRODUCT_FOLDERS, (".c",))])
    return result.stdout.strip().splitlines() if result.returncode else []


def check_tidy_quick():
    """clang-tidy without its static analyzer, which takes nine tenths of the time: for make test."""
    return check_tidy(["--checks=-clang-analyzer-*"], "tidy-quick")


def check_tidy(fewer=(), folder="tidy"):
    """Slow: a file that passed is looked at again only when its preprocessed text or .clang-tidy has changed."""
    flags = ["-std=gnu11", "-D_GNU_SOURCE", f"-I{BUILD}/include", "-Ifirmware", "-I.", "-Itools/lab"]
    passed_folder = os.path.join(ROOT, BUILD, folder)
    os.makedirs(passed_folder, exist_ok=True)

    def one(path):
        key = hashlib.sha256((text_of(".clang-tidy") + run(["clang", "-E", *flags, path]).stdout).encode()).hexdigest()
        passed = os.path.join(passed_folder, key)
        if os.path.exists(passed):
            return []
        # lua_error() does not return, which the analyzer cannot know.
        checks = ["--checks=-clang-analyzer-core.N*"] if path.startswith("tools/lab/lua_") else []
        result = run(["clang-tidy", "--quiet", "--warnings-as-errors=*", *(fewer or checks), path, "--"] + flags)
        if result.returncode == 0:
            with open(passed, "w", encoding="utf-8"):
                return []
        return [line for line in result.stdout.splitlines() if re.search(r": (error|warning):", line)] or \
            [f"{path}: clang-tidy failed: {result.stdout.strip()[-300:]}"]
    # the kernel's modules need the kernel's headers and flags
    return two_at_a_time(one, [path for path in sources(PRODUCT_FOLDERS, (".c",)) if not path.startswith("drivers/kernel/")])


# ---- shape: our row of the table of code that people admire ----

def function_lengths(files):
    result = run(["ctags", "-x", "--_xformat=%{end} %n %F %N", "--c-kinds=f", "--fields=+ne"] + files)
    lengths = []
    for line in result.stdout.splitlines():
        end, start, path, name = line.split(" ", 3)
        if end.isdigit():
            lengths.append((int(end) - int(start) + 1, f"{path}:{start} {name}()"))
    return sorted(lengths)


def check_shape():
    files = sources(PRODUCT_FOLDERS)
    c_files = [f for f in files if f.endswith(".c")]
    file_lengths = sorted((text_of(f).count("\n"), f) for f in c_files)
    lengths = function_lengths(c_files)
    if not lengths or not file_lengths:
        return ["no functions found: is universal-ctags installed?"]
    over = [item for item in lengths if item[0] > 100]
    long_files = [item for item in file_lengths if item[0] > 800]
    print("  | codebase | median file | median function | p95 function | functions over 100 lines |")
    print(f"  | belfry ({len(c_files)} files, {len(lengths)} functions) "
          f"| {statistics.median_high([n for n, _ in file_lengths])} | {lengths[len(lengths) // 2][0]} "
          f"| {lengths[int(len(lengths) * 0.95)][0]} | {100 * len(over) / len(lengths):.1f} % |")
    print(f"  longest file {file_lengths[-1][0]} {file_lengths[-1][1]}; "
          f"longest function {lengths[-1][0]} {lengths[-1][1]}")
    return [f"{where}: {n} lines" for n, where in over] + [f"{path}: {n} lines" for n, path in long_files]


CHECKS = {"includes": check_includes, "banned": check_banned, "format": check_format, "scripts": check_scripts,
          "cppcheck": check_cppcheck,
          "tidy": check_tidy, "tidy-quick": check_tidy_quick, "shape": check_shape}


def main():
    wanted = sys.argv[1:]
    if not wanted or any(name not in CHECKS for name in wanted):
        sys.exit(__doc__)
    failed = 0
    for name in wanted:
        wrong = CHECKS[name]()
        print(f"  {'FAIL' if wrong else 'ok  '} lint {name}" + (f": {len(wrong)} findings" if wrong else ""), flush=True)
        for line in wrong:
            print(f"       {line}")
        failed += bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
