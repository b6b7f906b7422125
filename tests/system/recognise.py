#!/usr/bin/env python3
"""Whether a prompt (mu-law, 8 kHz) is heard in a recording (WAV, or mu-law): recognise.py PROMPT RECORDING

The loudness in steps of 10 ms finds the place, the waveform of the prompt's loudest quarter of a second confirms it.
"""
import array
import math
import sys
import wave

RATE, STEP = 8000, 80
LOUDNESS_LEAST, WAVEFORM_LEAST = 0.8, 0.8  # a gap of a held-up machine costs loudness alone


def from_mulaw(data):
    table = []
    for code in range(256):
        value = ~code & 0xff
        magnitude = (((value & 15) << 3) + 132 << (value >> 4 & 7)) - 132
        table.append(-magnitude if value & 0x80 else magnitude)
    return [table[byte] for byte in data]


def from_wav(path):
    with wave.open(path) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = array.array("h", file.readframes(file.getnframes() or 1 << 30))
    left = samples[::channels]
    ratio = rate // RATE
    return [sum(left[i:i + ratio]) / ratio for i in range(0, len(left) - ratio, ratio)]


def read(path):
    if path.endswith(".wav"):
        return from_wav(path)
    with open(path, "rb") as file:
        return from_mulaw(file.read())


def loudness(samples):
    return [math.sqrt(sum(s * s for s in samples[i:i + STEP]) / STEP) for i in range(0, len(samples) - STEP, STEP)]


def correlation(a, b):
    product, own_a, own_b = sum(x * y for x, y in zip(a, b)), sum(x * x for x in a), sum(y * y for y in b)
    return product / math.sqrt(own_a * own_b) if own_a and own_b else 0


def without_mean(values):
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def main():
    prompt, heard = read(sys.argv[1]), read(sys.argv[2])
    shape, all_heard = loudness(prompt), loudness(heard)
    wanted = without_mean(shape)
    best, place = max((correlation(wanted, without_mean(all_heard[i:i + len(shape)])), i)
                      for i in range(max(len(all_heard) - len(shape), 1)))
    loudest = max(range(len(shape) - 25), key=lambda i: sum(shape[i:i + 25])) * STEP
    piece = prompt[loudest:loudest + 25 * STEP]
    around = range(max((place - 2) * STEP + loudest, 0), (place + 3) * STEP + loudest)
    fit = max((abs(correlation(piece, heard[i:i + len(piece)])) for i in around), default=0)
    level = 20 * math.log10(max(all_heard[place:place + len(shape)], default=0) / max(shape) + 1e-9)
    print(f"{sys.argv[1].rsplit('/')[-1]}: at {place / 100:.2f} s of {len(heard) / RATE:.1f} s, loudness {best:.3f}, "
          f"waveform {fit:.3f}, {level:+.1f} dB")
    return 0 if best >= LOUDNESS_LEAST and fit >= WAVEFORM_LEAST else 1


sys.exit(main())
