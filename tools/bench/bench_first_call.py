#!/usr/bin/env python3
"""What a technician types until the first call, from the README's own chapters, beside Asterisk's files for the same.

Prints `name value unit` lines: lines and characters (Enter counts as one) with the wizard, without it, and in Asterisk.
"""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")


def chapter(readme, title):
    return re.search(rf"\n## {title}\n(.*?)(\n## |\Z)", readme, re.S).group(1)


def typed_with_wizard(readme):
    block = re.search(r"\n((?:    .*\n)+)", chapter(readme, "Installing a box")).group(1)
    lines = [re.sub(r"^    (belfry> |> ?)", "", line) for line in block.rstrip("\n").split("\n")]
    return [line for line in lines if line != "show | compare"]


def typed_by_hand(readme):
    block = re.search(r"\n((?:    .*\n)+)", chapter(readme, "A first configuration")).group(1)
    return [line.strip() for line in block.rstrip("\n").split("\n")]


def asterisk():
    with open(os.path.join(HERE, "asterisk_first_call.txt")) as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def main():
    with open(os.path.join(ROOT, "README.md")) as file:
        readme = file.read()
    for name, lines in (("wizard", typed_with_wizard(readme)), ("by_hand", typed_by_hand(readme)), ("asterisk", asterisk())):
        print(f"console.first_call_lines_{name} {len(lines)} lines")
        print(f"console.first_call_characters_{name} {sum(len(line) + 1 for line in lines)} characters")


if __name__ == "__main__":
    main()
