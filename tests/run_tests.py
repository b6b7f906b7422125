#!/usr/bin/env python3
"""Builds and runs the tests.

run_tests.py check            build, unit tests, quick lint: under two minutes
run_tests.py test             everything that can run here
run_tests.py STAGE...         only these: lint build unit clang address thread fuzz scenario system qemu image
                              long (CUTS=50 SEED=1 AUDIO_SECONDS=3600: the same image twice, power cuts, all that goes
                              wrong with the disk image, an hour of audio, more scenarios in QEMU, fuzzing from another seed;
                              two hours)

Counted are unit test functions, scenarios, fuzz targets, system tests, lint checks and builds. What fails shows the end of
its output. The last line is always "N passed, N failed, N skipped"; the exit status is 1 if anything failed.
Environment: BUILD (default build), FUZZ_SECONDS (default 15 a target), FUZZ_SEED (default 1: the same search every time;
0: another one, as in long).
"""
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
BUILD = os.environ.get("BUILD") or "build"
FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS") or 15)
FUZZ_SEED = os.environ.get("FUZZ_SEED") or "1"
AT_ONCE = 2
TAIL_LINES = 60
EXIT_SKIPPED = 77
IMAGE_TIMEOUT_S = 3 * 3600
UNIT_TIMEOUT_S, SCENARIO_TIMEOUT_S, SYSTEM_TIMEOUT_S, BUILD_TIMEOUT_S = 600, 600, 900, 1500
REAL_TIME_TIMEOUT_S = 1500  # scenarios in QEMU or with a sanitizer's threads, also on a slow machine
FUZZ_FLAGS = "-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer " \
             "-fno-sanitize-recover=undefined -U_FORTIFY_SOURCE"
# Scenarios that run once more with the sanitizers in the box and in the lab: calls, hostile input, restarts.
ADDRESS_SCENARIOS = ("first_call", "two_callers_parallel", "ring_timeout_next_agent", "hostile_frames", "flash_hold",
                     "blind_transfer", "restart", "kill_minus_nine")
# Scenarios that run once more with the thread sanitizer and the box's real threads: talk, ringing, timers, traffic.
THREAD_SCENARIOS = ("wrap_up", "real_threads", "ring_timeout_next_agent", "first_call")
# In real time a machine that does not get round to the box or the lab loses audio, as a cable would: they go before
# others where that is allowed, as a session (by which some hosts share their time out) and in it, and have more tries,
# the last one after a pause. What a sanitizer finds has one.
REAL_TIME_TRIES, REAL_TIME_PAUSE_S = 3, 20
REAL_TIME_WRAPPER = ("sh", "-c", "echo -20 2>/dev/null >/proc/self/autogroup; exec nice -n -10 \"$@\"", "real-time")
# What make says when Debian's mirror no longer has what rootfs/packages.lock names, nor any archive.
LOCK_OUTLIVED = re.compile(r"^.*make image LOCK=now.*$", re.M)
SANITIZER_FOUND = re.compile(r"Sanitizer|runtime error:")
SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


class Result:
    """What one item came to: how many of its tests passed, failed, were skipped, and its output."""

    def __init__(self, passed=0, failed=0, skipped=0, output=""):
        self.passed, self.failed, self.skipped, self.output = passed, failed, skipped, output


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def add(self, name, result, seconds):
        self.passed += result.passed
        self.failed += result.failed
        self.skipped += result.skipped
        word = "FAIL" if result.failed else "skip" if result.skipped and not result.passed else "ok  "
        counts = f"{result.passed} passed" + (f", {result.failed} failed" if result.failed else "") + \
            (f", {result.skipped} skipped" if result.skipped else "")
        print(f"  {word} {name}: {counts} ({seconds:.1f} s)", flush=True)
        if result.failed:
            self.failures.append(name)
            for line in result.output.rstrip().splitlines()[-TAIL_LINES:]:
                print("       | " + line)
            sys.stdout.flush()

    def end(self):
        if self.failures:
            print("failed: " + ", ".join(self.failures))
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def present_versions():
    return "LOCK=now" in os.environ.get("MAKEFLAGS", "").split()


def take_present_versions():
    """Every make from now on, those of the test programs too: the tests are of the code, not of Debian's mirror."""
    os.environ["MAKEFLAGS"] = re.sub(r"(^|\s)LOCK=\S*", " ", os.environ.get("MAKEFLAGS", "")) + " LOCK=now"


def environment(more=None):
    env = dict(os.environ)
    # Settings given to the make that started us hold for ours too; its job slots are not ours to use.
    env["MAKEFLAGS"] = re.sub(r"(^|\s)(-j\d*|--jobserver-\S+|-?w)(?=\s|$)", " ", env.get("MAKEFLAGS", ""))
    env.pop("MAKELEVEL", None)
    env.pop("TMPDIR", None)  # a socket's path has to be short, and the golden transcripts know /tmp
    env.update(more or {})
    return env


def run(command, timeout_s, env=None):
    """Exit status (None: took too long) and output. What it started ends with it."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   env=environment(env), start_new_session=True)
        try:
            status = process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, 9)
        except ProcessLookupError:
            pass
        process.wait()
        out.seek(0)
        text = out.read().decode(errors="replace")
    return status, text + (f"\n(ended after {timeout_s} s)" if status is None else "")


def run_items(report, items, at_once=AT_ONCE):
    """Items are (name, function giving a Result); reported as they end. True if none failed."""
    failed_before = report.failed
    def timed(item):
        start = time.monotonic()
        return item[0], item[1](), time.monotonic() - start
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for done in concurrent.futures.as_completed([pool.submit(timed, item) for item in items]):
            report.add(*done.result())
    return report.failed == failed_before


# ---- kinds of items ----

def cmocka_result(status, output):
    """Counts test functions by cmocka's own lines; a crash counts as one more failure."""
    passed = set(re.findall(r"^\[ +OK \] (\S+)", output, re.M))
    failed = set(re.findall(r"^\[ +FAILED +\] (?!\d+ test)(\S+)", output, re.M))
    skipped = set(re.findall(r"^\[ +SKIPPED +\] (?!\d+ test)(\S+)", output, re.M))
    passed -= failed | skipped
    crashed = status != 0 and not failed
    if status == 0 and "[==========]" not in output:
        return Result(passed=1, output=output)  # a program of its own kind: its status counts
    if status == 0 and not passed and not skipped:
        crashed, output = True, output + "\n(no test ran)"
    if crashed and status is not None and status != 0:
        output += f"\n(exit status {status})"
    return Result(len(passed), len(failed) + int(crashed), len(skipped), output)


def unit_item(name, command, env=None):
    return name, lambda: cmocka_result(*run(command, UNIT_TIMEOUT_S, env))


def exit_item(name, command, timeout_s, env=None):
    def one():
        status, output = run(command, timeout_s, env)
        return Result(int(status == 0), int(status not in (0, EXIT_SKIPPED)), int(status == EXIT_SKIPPED), output)
    return name, one


def real_time_item(name, command, timeout_s, env=None):
    _, once = exit_item(name, [*REAL_TIME_WRAPPER, *command], timeout_s, env)

    def tries():
        for number in range(REAL_TIME_TRIES):
            if number == REAL_TIME_TRIES - 1:
                time.sleep(REAL_TIME_PAUSE_S)
            result = once()
            if not result.failed or SANITIZER_FOUND.search(result.output):
                break
            why = re.search(r"^ +why:\n +(.*)", result.output, re.M)
            say(f"{name}: try {number + 1} of {REAL_TIME_TRIES} failed: {why.group(1) if why else 'see below'}")
        return result
    return name, tries


def fixed_addresses():
    """Some kernels place programs where a sanitizer wants to be."""
    wrapper = ["setarch", "-R"]
    return wrapper if shutil.which("setarch") and run([*wrapper, "true"], 60)[0] == 0 else []


def missing_item(name, what):
    return name, lambda: Result(failed=1, output=f"{what} was not built")


# ---- builds ----

def make_command(folder, targets, settings=()):
    return ["make", "-k", "-j2", f"BUILD={folder}", *settings, *targets]


def build(report, name, folder, targets, settings=()):
    """True if all of it is there; what could be built is built in any case."""
    if not targets:
        return True
    start = time.monotonic()
    status, output = run(make_command(folder, targets, settings), BUILD_TIMEOUT_S)
    errors = [line for line in output.splitlines() if not re.match(r"\s+(CC|LINK)\s", line)]
    report.add(f"build {name}", Result(int(status == 0), int(status != 0), 0, "\n".join(errors)), time.monotonic() - start)
    return status == 0


def up_to_date(folder, target, settings=()):
    return run(["make", "-q", f"BUILD={folder}", *settings, target], 60)[0] == 0


def unit_names(pattern="*/test_*.c"):
    return sorted(path[len("tests/unit/"):-2] for path in glob.glob("tests/unit/" + pattern, root_dir=ROOT))


def unit_stage(report, title, folder, names, settings=(), wrapper=(), others=()):
    whole = build(report, title, folder, [f"{folder}/tests/unit/{n}" for n in names] + list(others), settings)
    items = []
    for name in names:
        program = f"{folder}/tests/unit/{name}"
        if whole or up_to_date(folder, program, settings):
            items.append(unit_item(f"{title} unit {name}", [*wrapper, program], SANITIZER_ENVIRONMENT))
        else:
            items.append(missing_item(f"{title} unit {name}", program))
    run_items(report, items)
    return whole


# ---- stages ----

def stage_deps(report):
    say("packages (make deps)")
    start = time.monotonic()
    status, output = run(["make", "deps"], BUILD_TIMEOUT_S)
    print("\n".join(line for line in output.splitlines() if line.startswith("  ")), flush=True)
    if status != 0:
        report.add("make deps", Result(failed=1, output=output), time.monotonic() - start)


def stage_lint(report, checks=("includes", "banned", "format", "scripts", "cppcheck", "tidy-quick", "shape")):
    say("lint: " + ", ".join(checks))
    run(["make", f"BUILD={BUILD}", f"{BUILD}/include/config_limits.h"], 60)
    run_items(report, [exit_item(f"lint {check}", ["python3", "tools/lint/lint.py", check], 600, {"BUILD": BUILD})
                       for check in checks])


def stage_lint_quick(report):
    stage_lint(report, ("includes", "banned", "format", "scripts"))


def stage_unit(report):
    say(f"gcc build and unit tests, in {BUILD}")
    unit_stage(report, "gcc", BUILD, unit_names(), others=["all"])


def stage_clang(report):
    say("clang build")
    folder = f"{BUILD}/clang"
    build(report, "clang", folder, ["all"] + [f"{folder}/tests/unit/{n}" for n in unit_names()], ["CC=clang"])


def stage_address(report):
    say("address and undefined-behaviour sanitizers: unit tests, some scenarios")
    folder = f"{BUILD}/address"
    wrapper = fixed_addresses()
    whole = unit_stage(report, "address", folder, unit_names(), ["SAN=address"], wrapper, ["all"])
    scenario_items(report, "address scenario", folder, scenario_files(ADDRESS_SCENARIOS), whole, wrapper=wrapper)


def stage_thread(report):
    say("thread sanitizer: mailboxes, actors, the log, sound cards; some scenarios with the box's real threads")
    folder = f"{BUILD}/thread"
    wrapper = fixed_addresses()
    names = unit_names("base/test_*.c") + unit_names("store/test_store_thread.c") + \
        unit_names("drivers/test_sound_threads.c")
    whole = unit_stage(report, "thread", folder, names, ["SAN=thread"], wrapper, ["all"])
    scenario_items(report, "thread scenario", folder, scenario_files(THREAD_SCENARIOS), whole, ["--realtime"], wrapper=wrapper)


def stage_fuzz(report, seed=FUZZ_SEED):
    names = sorted(os.path.basename(path)[:-2] for path in glob.glob("tests/fuzz/fuzz_*.c", root_dir=ROOT))
    if not names:
        return
    say(f"fuzz targets: each its corpus, then {FUZZ_SECONDS} s of new input (seed {seed})")
    wrapper = fixed_addresses()
    folder, settings = f"{BUILD}/fuzz", ["CC=clang", f"SAN_FLAGS={FUZZ_FLAGS}"]
    whole = build(report, "fuzz", folder, [f"{folder}/tests/fuzz/{n}" for n in names], settings)
    findings = os.path.join(ROOT, folder, "findings/")
    os.makedirs(findings, exist_ok=True)
    items = []
    for name in names:
        program, corpus = f"{folder}/tests/fuzz/{name}", f"tests/fuzz/corpus/{name[len('fuzz_'):]}"
        if not whole and not up_to_date(folder, program, settings):
            items.append(missing_item(f"fuzz {name}", program))
            continue
        scratch = os.path.join(ROOT, folder, "corpus", name)
        os.makedirs(scratch, exist_ok=True)
        command = [*wrapper, program, f"-seed={seed}", f"-max_total_time={FUZZ_SECONDS}", "-timeout=60",
                   "-rss_limit_mb=2048", f"-artifact_prefix={findings}", "-print_final_stats=1", scratch]
        if os.path.isdir(os.path.join(ROOT, corpus)):
            command.append(corpus)
        items.append(exit_item(f"fuzz {name}", command, FUZZ_SECONDS + 300, SANITIZER_ENVIRONMENT))
    run_items(report, items)


def scenario_files(names):
    return [f"tests/scenario/{n}.lua" for n in names]


def in_real_time(path, options):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return "--realtime" in options or "--target" in options or re.search(r"realtime\s*=\s*true", file.read()) is not None


def scenario_item_list(title, folder, files, whole, options=(), wrapper=()):
    lab = f"{folder}/belfry-lab"
    items = []
    for path in files:
        name = f"{title} {os.path.basename(path)[:-4]}"
        if whole or all(os.path.exists(os.path.join(ROOT, f"{folder}/{p}")) for p in ("belfry-lab", "belfryd")):
            item = real_time_item if in_real_time(path, options) else exit_item
            timeout_s = REAL_TIME_TIMEOUT_S if options else SCENARIO_TIMEOUT_S
            items.append(item(name, [*wrapper, lab, "run", path, *options], timeout_s, SANITIZER_ENVIRONMENT))
        else:
            items.append(missing_item(name, lab))
    return items


def scenario_items(report, *what, **how):
    run_items(report, scenario_item_list(*what, **how))


def stage_scenario(report):
    files = sorted(glob.glob("tests/scenario/*.lua", root_dir=ROOT))
    say("scenarios on this host, in virtual time")
    whole = build(report, "scenario programs", BUILD, ["all"])
    scenario_items(report, "scenario", BUILD, files, whole)


def stage_system(report):
    # the disk image and what else needs QEMU have stages of their own
    files = sorted(f for f in glob.glob("tests/system/*.sh", root_dir=ROOT) if "/image_" not in f and "/qemu_" not in f)
    if not files:
        return
    say("system tests")
    run_items(report, [exit_item(f"system {os.path.basename(path)[:-3]}", ["bash", path], SYSTEM_TIMEOUT_S,
                                 {"BUILD": BUILD}) for path in files])


def listed_scenarios(list_file):
    with open(os.path.join(ROOT, list_file), encoding="utf-8") as file:
        names = [line.split("#")[0].strip() for line in file]
    return [f"tests/scenario/{name}.lua" for name in names if name]


def qemu_guest(report):
    return run_items(report, [make_item("build QEMU guest", ["-j2", "qemu-guest"])])


def qemu_items(list_file, system, guest):
    """The scenarios of a list on the kernel's DAHDI and these system tests, once the guest is made."""
    items = scenario_item_list("qemu", BUILD, listed_scenarios(list_file), guest, ["--target", "qemu"])
    return items + [qemu_item(name) for name in system]


def qemu_item(name):
    return exit_item(f"qemu {name}", [*REAL_TIME_WRAPPER, "bash", f"tests/system/qemu_{name}.sh"], SYSTEM_TIMEOUT_S,
                     {"BUILD": BUILD})


def stage_qemu(report):
    say("in QEMU, on real DAHDI")
    run_items(report, qemu_items("tests/scenario/qemu.list", ["dahdi_driver", "boards"], qemu_guest(report)), 1)


def make_item(name, targets, settings=()):
    """Where locked packages cannot be had any more, it is made of the versions that the mirror has now."""
    _, once = exit_item(name, ["make", f"BUILD={BUILD}", *targets, *settings], BUILD_TIMEOUT_S)

    def locked_or_present():
        result = once()
        outlived = LOCK_OUTLIVED.search(result.output) if result.failed and not present_versions() else None
        if not outlived:
            return result
        say(f"{name}: once more, and all that follows, with LOCK=now: {outlived.group(0).strip()}")
        take_present_versions()
        status, output = run(["make", f"BUILD={BUILD}", "deps-image"], BUILD_TIMEOUT_S)
        return once() if status == 0 else Result(failed=1, output=output)
    return name, locked_or_present


def image_made(report):
    return run_items(report, [make_item("build image", ["deps-image", "all", "image"])])


def image_item(name, program, *arguments):
    return exit_item(f"image {name}", [*REAL_TIME_WRAPPER, "python3", f"tests/system/image_{program}.py", *arguments],
                     IMAGE_TIMEOUT_S)


def stage_image(report):
    say("the disk image: first boot, 3 power cuts")
    if image_made(report):
        run_items(report, [image_item("boot, power cuts", "boot", "3", "1")])


def stage_long(report):
    """Two guests at a time: the longest first, so that both cores are busy to the end."""
    cuts, seed = os.environ.get("CUTS") or "50", os.environ.get("SEED") or "1"
    say("what is long, first of all what it needs: the disk images, and once more for the same bytes")
    if not image_made(report):
        return
    guest = qemu_guest(report)  # after the image, which may have found out that the lock is outlived: another kernel
    if not guest:
        return
    run_items(report, [make_item("image of the rack board", ["image"], ["BOARD=rack-x86_64"]),
                       make_item("two images are the same bytes", ["repro"])], 1)
    say(f"the disk image: {cuts} power cuts (seed {seed}), audio, slots, everything that goes wrong; more of QEMU")
    run_items(report, [audio_item(), image_item("boot, power cuts", "boot", cuts, seed), image_item("trouble", "trouble"),
                       image_item("slots", "slots"), image_item("console", "console"), image_item("network", "network"),
                       image_item("trouble with calls", "calls"), image_item("sound cards", "sound"),
                       image_item("of the rack board without its cards", "rack"),
                       exit_item("image line faults", [*REAL_TIME_WRAPPER, "bash", "tests/system/image_labspan.sh"],
                                 SYSTEM_TIMEOUT_S, {"BUILD": BUILD}),
                       *scenario_item_list("image", BUILD, listed_scenarios("tests/scenario/image.list"), guest,
                                           ["--target", "image"]),
                       *qemu_items("tests/scenario/qemu_long.list", ["panel"], guest)])
    # What an emulated card plays is torn while another guest takes its processor.
    run_items(report, [qemu_item("sound")], 1)
    stage_deps(report)
    stage_fuzz(report, "0")


def audio_item():
    """The audio's missed periods beside a bare timer thread's, for an hour; told, not judged: another machine, other figures."""
    seconds = os.environ.get("AUDIO_SECONDS") or "3600"
    name, once = exit_item(f"image audio for {seconds} s, disk and network busy",
                           [*REAL_TIME_WRAPPER, "python3", "tools/bench/bench_image.py", BUILD], IMAGE_TIMEOUT_S,
                           {"BENCH_IMAGE": "audio", "BENCH_SECONDS": seconds})

    def figures():
        result = once()
        for line in re.findall(r"^(?:timer|media)\..*", result.output, re.M):
            say(line)
        return result
    return name, figures


STAGES = {"deps": stage_deps, "lint": stage_lint, "lint-quick": stage_lint_quick, "unit": stage_unit,
          "clang": stage_clang, "address": stage_address, "thread": stage_thread, "fuzz": stage_fuzz,
          "scenario": stage_scenario, "system": stage_system, "qemu": stage_qemu, "image": stage_image, "long": stage_long}
SETS = {"check": ("lint-quick", "unit"),
        "test": ("deps", "unit", "scenario", "lint", "clang", "address", "thread", "fuzz", "system", "qemu",
                 "image")}


def cpu_seconds():
    """Of all that was run and has ended: what a stage costs, however busy the machine."""
    times = os.times()
    return times.children_user + times.children_system


def main():
    wanted = sys.argv[1:]
    if not wanted or any(name not in STAGES and name not in SETS for name in wanted):
        sys.exit(__doc__)
    os.chdir(ROOT)
    report = Report()
    begun = time.monotonic()
    for name in wanted:
        for stage in SETS.get(name, (name,)):
            stage_begun, cpu_begun = time.monotonic(), cpu_seconds()
            STAGES[stage](report)
            say(f"{stage}: {time.monotonic() - stage_begun:.0f} s, {cpu_seconds() - cpu_begun:.0f} s of CPU")
    say(f"{time.monotonic() - begun:.0f} s, {cpu_seconds():.0f} s of CPU")
    sys.exit(report.end())


if __name__ == "__main__":
    main()
