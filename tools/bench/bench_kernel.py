#!/usr/bin/env python3
"""Delay of DAHDI's kernel bridge, from the driver's checks in a guest: bench_kernel.py BUILD. A minute and a half."""
import os
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def main():
    build = sys.argv[1]
    if not os.path.exists(os.path.join(ROOT, "build/qemu/kernel/stamp")):
        print("# audio.delay_ms.kernel: no kernel to boot (make qemu-kernel)")
        return 0
    run = subprocess.run(["bash", "tests/system/qemu_dahdi_driver.sh"], cwd=ROOT, env=dict(os.environ, BUILD=build),
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         errors="replace", check=False)
    figures = [line.strip() for line in run.stdout.splitlines() if line.startswith("audio.delay_ms.kernel ")]
    if not figures:
        sys.exit(f"the guest measured nothing:\n{run.stdout[-2000:]}")
    print("\n".join(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
