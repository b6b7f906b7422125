"""A scenario on the disk image in which root of the guest is asked things: by ask() of image_ask.lua, through two files,
while the calls go on. The machine is folder/hooked.img (image_guest.py)."""
import os
import subprocess
import threading
import time

from image_guest import Shell
from image_machine import ROOT, Failed

ASKED_S = 4 * 3600  # an hour of audio is one question


class Asked(threading.Thread):
    """Each time there are questions they are answered, and are gone. A machine that was switched on anew is found again."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.shell, self.over = folder, None, False
        self.start()

    def answer(self, line):
        until = time.monotonic() + 60
        while True:
            try:
                self.shell = self.shell or Shell(os.path.join(self.folder, "shell"))
                return self.shell.root(line, within=ASKED_S, fails=True)
            except (OSError, Failed) as error:
                if self.shell:
                    self.shell.close()
                self.shell = None
                if time.monotonic() > until:
                    return f"no answer: {error}"
                time.sleep(0.5)

    def run(self):
        questions = os.path.join(self.folder, "questions")
        while not self.over:
            if not os.path.exists(questions):
                time.sleep(0.1)
                continue
            with open(questions, encoding="ascii") as lines:
                answers = [self.answer(line.strip()) for line in lines]
            with open(os.path.join(self.folder, "answers.new"), "w", encoding="utf-8") as out:
                out.write("\n".join(answers))
            os.unlink(questions)
            os.rename(out.name, os.path.join(self.folder, "answers"))


def play(build, folder, scenario, said=lambda line: None, arguments=(), options="", **environment):
    """Status and output of a scenario; said() gets each line when it comes, options are more of QEMU's."""
    env = dict(os.environ, BELFRY_IMAGE=os.path.join(folder, "hooked.img"), BELFRY_ASKED=folder,
               BELFRY_OPTIONS=f"-serial unix:{folder}/shell,server=on,wait=off {options}", **environment)
    asked, output = Asked(folder), ""
    with subprocess.Popen([os.path.join(build, "belfry-lab"), "run", "--target", "image", *arguments, os.path.join(ROOT, scenario)],
                          env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as played:
        for line in played.stdout:
            output += line
            said(line)
    asked.over = True
    return played.returncode, output
