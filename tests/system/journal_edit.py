#!/usr/bin/env python3
"""Changes a file of the scheduler's journal, its checksums made right again (tests/system/acd_journal.sh).

    journal_edit.py longer-number FILE   the first number of the first frame takes a byte more than it needs
    journal_edit.py other-time FILE      the time of one decision is another
    journal_edit.py older FILE           it is of version 2
"""
import sys
import zlib

HEADER_NUMBERS = 6  # behind the eight octets that name the form


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def coded(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def header_end(data):
    at = 8
    for _ in range(HEADER_NUMBERS):
        _, at = varint(data, at)
    return at


def frames(data):
    """(kind, text, where it begins) of each frame: a head with length and kind, the text, four octets of checksum."""
    at = header_end(data)
    while at < len(data) and data[at]:
        head, body = varint(data, at)
        end = body + (head >> 3)
        yield head & 7, data[body:end], at
        at = end + 4


def rewritten(data, change):
    end = header_end(data)
    out, crc = bytearray(data[:end]), zlib.crc32(data[:end])
    for number, (kind, text, at) in enumerate(frames(data)):
        text = change(number, text, at)
        frame = coded(len(text) << 3 | kind) + text
        crc = zlib.crc32(frame, crc)
        out += frame + crc.to_bytes(4, "little")
    return bytes(out)


def longer_number(number, text, _):
    if number != 0:
        return text
    value, rest = varint(text, 0)
    short = coded(value)
    return short[:-1] + bytes([short[-1] | 0x80, 0]) + text[rest:]


class OtherTime:
    done = False

    def __call__(self, _, text, at):
        if self.done or at <= 2000:
            return text
        self.done = True
        return text[:1] + bytes([text[1] ^ 2]) + text[2:]  # of the frame's first decision


def unchanged(_, text, __):
    return text


def main():
    changes = {"longer-number": longer_number, "other-time": OtherTime(), "older": unchanged}
    if len(sys.argv) != 3 or sys.argv[1] not in changes:
        sys.exit(__doc__)
    with open(sys.argv[2], "rb") as file:
        before = file.read()
    whole = before[:7] + b"2" + before[8:] if sys.argv[1] == "older" else before
    after = rewritten(whole, changes[sys.argv[1]])
    if after == before:
        sys.exit("nothing was changed")
    with open(sys.argv[2], "wb") as file:
        file.write(after)


if __name__ == "__main__":
    main()
