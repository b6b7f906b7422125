#!/usr/bin/env python3
"""Makes the prompt folder: raw 8 kHz G.711 mu-law files, the form in which the firmware maps and plays them.

Speech and music come from Debian's asterisk sound packages; what those lack is spoken by espeak-ng (spoken.txt),
trimmed and brought to the speech level of the package. The folder is made aside and moved into place as a whole, so
that a build that is cut short, or two that run at once, never leave half of it.
"""

import array
import math
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

warnings.simplefilter("ignore", DeprecationWarning)
import audioop  # noqa: E402  (Debian 12's Python has it)

RATE = 8000
FRAME = RATE // 50  # 20 ms
SILENCE_DBFS = -45
PAD_SAMPLES = RATE // 20
PEAK_MAX = 30000


def read_wav(path):
    with wave.open(str(path)) as w:
        if (w.getframerate(), w.getsampwidth(), w.getnchannels()) != (RATE, 2, 1):
            raise ValueError(f"{path}: not 8 kHz 16-bit mono")
        return w.readframes(w.getnframes())


def write_ulaw(folder, name, pcm):
    path = folder / f"{name}.ulaw"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(audioop.lin2ulaw(pcm, 2))


def active_rms(pcm):
    """RMS of the frames in which somebody speaks, or None."""
    floor = 32768 * 10 ** (SILENCE_DBFS / 20)
    frames = [audioop.rms(pcm[i:i + 2 * FRAME], 2) for i in range(0, len(pcm) - 2 * FRAME + 1, 2 * FRAME)]
    loud = [r * r for r in frames if r > floor]
    return math.sqrt(sum(loud) / len(loud)) if loud else None


def trim(pcm):
    """Cuts the silence at both ends down to PAD_SAMPLES."""
    samples = array.array("h", pcm)
    floor = 32768 * 10 ** (SILENCE_DBFS / 20)
    loud = [i for i in range(0, len(samples), FRAME) if max(map(abs, samples[i:i + FRAME])) > floor]
    if not loud:
        raise ValueError("nothing but silence")
    start, end = max(0, loud[0] - PAD_SAMPLES), min(len(samples), loud[-1] + FRAME + PAD_SAMPLES)
    return samples[start:end].tobytes()


def level(pcm, target):
    peak = audioop.max(pcm, 2)
    return audioop.mul(pcm, 2, min(target / active_rms(pcm), PEAK_MAX / peak))


def speak(sentence, folder, name):
    """One sentence as 8 kHz samples, band-limited as a telephone line is."""
    raw, line = folder / f"{name}.espeak.wav", folder / f"{name}.line.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "155", "-w", raw, sentence], check=True)
    subprocess.run(["sox", "-V1", "-D", raw, "-r", str(RATE), "-b", "16", "-c", "1", line,
                    "gain", "-3", "highpass", "200", "lowpass", "3300"], check=True)
    return trim(read_wav(line))


def read_list(path):
    rows = [r.split("\t") for r in path.read_text().splitlines() if r and not r.startswith("#")]
    names = [r[0] for r in rows]
    bad = [r for r in rows if len(r) != 2]
    twice = {n for n in names if names.count(n) > 1}
    if bad or twice:
        raise ValueError(f"{path}: rows without a tab {bad}, names twice {sorted(twice)}")
    return rows


def convert_package(sounds, folder):
    """Returns the package's speech level: the median over its longer files."""
    levels = []
    for wav in sorted(sounds.rglob("*.wav")):
        pcm = read_wav(wav)
        write_ulaw(folder, wav.relative_to(sounds).with_suffix(""), pcm)
        if len(pcm) > 2 * RATE and (rms := active_rms(pcm)):
            levels.append(rms)
    if not levels:
        raise ValueError(f"{sounds}: no prompts (make deps installs them)")
    return sorted(levels)[len(levels) // 2]


def convert_music(moh, folder):
    pieces = sorted(moh.glob("*.wav"))
    if not pieces:
        raise ValueError(f"{moh}: no music (make deps installs it)")
    for wav in pieces:
        write_ulaw(folder, f"music/{wav.stem}", read_wav(wav))
    (folder / "music/default.ulaw").symlink_to(f"{pieces[-1].stem}.ulaw")


def convert_spoken(rows, folder, target):
    clash = [name for name, _ in rows if (folder / f"{name}.ulaw").exists()]
    if clash:
        raise ValueError(f"spoken prompts hide those of the package: {clash}")
    (folder / "spoken").mkdir()
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(2) as pool:
        spoken = pool.map(lambda row: speak(row[1], Path(work), row[0]), rows)
        for (name, _), pcm in zip(rows, spoken):
            pcm = level(pcm, target)
            write_ulaw(folder, name, pcm)
            with wave.open(str(folder / "spoken" / f"{name}.wav"), "wb") as w:
                w.setparams((1, 2, RATE, 0, "NONE", ""))
                w.writeframes(pcm)


def main(sounds, moh, spoken, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".prompts-", dir=target.parent))
    try:
        new.chmod(0o755)
        speech_level = convert_package(sounds, new)
        convert_music(moh, new)
        convert_spoken(read_list(spoken), new, speech_level)
        count = sum(1 for _ in new.rglob("*.ulaw"))
        (new / ".stamp").touch()
        old = Path(tempfile.mkdtemp(prefix=".prompts-old-", dir=target.parent))
        if target.exists():
            os.rename(target, old / "prompts")
        os.rename(new, target)
        shutil.rmtree(old)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    print(f"  PROMPTS {count} in {target}, speech at {20 * math.log10(speech_level / 32768):.1f} dBFS")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: make_prompts.py SOUNDS MUSIC SPOKEN.TXT FOLDER")
    try:
        main(*(Path(a) for a in sys.argv[1:]))
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"make_prompts: {error}")
