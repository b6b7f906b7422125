#!/usr/bin/env python3
"""Runs the benchmark programs and writes what they measure.

run_bench.py [NAME...]       all, or these: BUILD/bench/NAME (bench_NAME.c), tools/bench/bench_NAME.py BUILD

A program prints lines "name value unit [n=N min=X max=Y]"; lines that begin with # say what could not be measured and why.
Instructions are counted with valgrind for the rows of insn.txt. Everything goes to BUILD/bench.json; beside each figure
stands its ratio to tools/bench/baseline.json (--save-baseline writes that).
"""
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
HERE = os.path.join(ROOT, "tools/bench")
BUILD = os.environ.get("BUILD") or "build"
PROGRAM_TIMEOUT_S = 1800
MACHINE_INDEPENDENT = ("insn", "bytes")  # only these are worth a baseline


def number(text):
    value = float(text)
    return int(value) if value.is_integer() else value


def parse_figure(line):
    """("name", {...}) of a figure's line, or None."""
    match = re.fullmatch(r"([a-z]\w*(?:\.\w+)+) (-?[\d.]+(?:e[+-]?\d+)?) (\S+)((?: (?:n|min|max)=\S+)*)", line.strip())
    if not match:
        return None
    more = {key: number(value) for key, value in re.findall(r"(n|min|max)=(\S+)", match.group(4))}
    value = number(match.group(2))
    return match.group(1), {"value": value, "unit": match.group(3), "n": more.get("n", 1),
                            "min": more.get("min", value), "max": more.get("max", value)}


class Bench:
    def __init__(self):
        self.figures, self.unmeasured, self.failed = {}, [], 0
        try:
            with open(os.path.join(HERE, "baseline.json"), encoding="utf-8") as file:
                self.baseline = json.load(file)
        except FileNotFoundError:
            self.baseline = {}

    def add(self, name, figure):
        self.figures[name] = figure
        before = self.baseline.get(name, {}).get("value")
        ratio = f"   x {figure['value'] / before:.2f} of the baseline" if before else ""
        print(f"{name} {figure['value']} {figure['unit']}{ratio}", flush=True)

    def cannot(self, what, why):
        self.unmeasured.append(f"{what}: {why}")
        print(f"# {what} not measured: {why}", flush=True)

    def run_program(self, name):
        script = os.path.join(HERE, f"bench_{name}.py")
        command = ["python3", script, os.path.abspath(os.path.join(ROOT, BUILD))] if os.path.exists(script) else \
            [f"{BUILD}/bench/{name}"]
        try:
            result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    text=True, timeout=PROGRAM_TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            self.failed += 1
            self.cannot(name, str(error))
            return
        for line in result.stdout.splitlines():
            figure = parse_figure(line)
            if figure:
                self.add(*figure)
            elif line.strip():
                self.unmeasured += [line[1:].strip()] if line.startswith("#") else []
                print(line if line.startswith("#") else "  " + line, flush=True)
        if result.returncode != 0:
            self.failed += 1
            self.cannot(name, f"exit status {result.returncode}")

    def count_instructions(self, figure, program, arguments, function, divisor):
        if not shutil.which("valgrind"):
            self.cannot(figure, "valgrind is not installed")
            return
        with tempfile.TemporaryDirectory() as folder:
            command = ["valgrind", "--tool=callgrind", f"--toggle-collect={function}",
                       f"--callgrind-out-file={folder}/out", f"{BUILD}/bench/{program}", *arguments.split(",")]
            result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                    timeout=PROGRAM_TIMEOUT_S, check=False)
        match = re.search(r"Collected : (\d+)", result.stdout)
        if result.returncode != 0 or not match or match.group(1) == "0":
            self.failed += 1
            self.cannot(figure, "callgrind: " + " ".join(result.stdout.split()[-20:]))
            return
        value = round(int(match.group(1)) / int(divisor), 1)
        self.add(figure, {"value": value, "unit": "insn", "n": 1, "min": value, "max": value})

    def instructions(self, wanted):
        with open(os.path.join(HERE, "insn.txt"), encoding="utf-8") as file:
            for line in file:
                row = line.split("#")[0].split()
                if row and row[1] in wanted:
                    self.count_instructions(*row)

    def fits(self):
        """How instructions grow with the number waiting: a line through their logarithms (NAME.wN.REST)."""
        groups = {}
        for name, figure in self.figures.items():
            match = re.fullmatch(r"(.*)\.w(\d+)\.(.*)", name)
            if match and figure["unit"] == "insn":
                groups.setdefault((match.group(1), match.group(3)), []).append((int(match.group(2)), figure["value"]))
        for (name, rest), points in sorted(groups.items()):
            if len(points) < 3:
                continue
            points.sort()
            logs, costs = [math.log2(waiting) for waiting, _ in points], [cost for _, cost in points]
            slope, base = statistics.linear_regression(logs, costs)
            worst = max(cost / (base + slope * log) for log, cost in zip(logs, costs))
            grown, allowed = costs[-1] / costs[0], logs[-1] / logs[0]
            print(f"# {name}.{rest}: {base:.0f} + {slope:.0f} x log2(waiting), no point more than {100 * worst - 100:.0f} % above; "
                  f"x {grown:.2f} from {points[0][0]} to {points[-1][0]} waiting, the logarithm x {allowed:.2f}", flush=True)
            if grown > allowed:
                self.failed += 1
                self.cannot(f"{name}.{rest}", "grows faster than the logarithm of the number waiting")

    def write(self, save_baseline):
        os.makedirs(os.path.join(ROOT, BUILD), exist_ok=True)
        files = {os.path.join(ROOT, BUILD, "bench.json"): self.figures}
        if save_baseline:  # what was not measured this time is kept
            same_everywhere = {k: v for k, v in self.figures.items() if v["unit"] in MACHINE_INDEPENDENT}
            files[os.path.join(HERE, "baseline.json")] = {**self.baseline, **same_everywhere}
        for path, figures in files.items():
            with open(path, "w", encoding="utf-8") as file:
                json.dump(figures, file, indent=1, sort_keys=True)
                file.write("\n")


def main():
    arguments = [a for a in sys.argv[1:] if a != "--save-baseline"]
    programs = arguments or sorted(re.sub(r"^bench_(.*)\.(c|py)$", r"\1", n) for n in os.listdir(HERE)
                                   if re.match(r"bench_\w+\.(c|py)$", n))
    bench = Bench()
    for name in programs:
        bench.run_program(name)
    bench.instructions(programs)
    bench.fits()
    bench.write("--save-baseline" in sys.argv)
    print(f"{len(bench.figures)} figures in {BUILD}/bench.json, {len(bench.unmeasured)} not measured", flush=True)
    sys.exit(1 if bench.failed else 0)


if __name__ == "__main__":
    main()
