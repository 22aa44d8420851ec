"""Reads an HdrHistogram log from standard input and prints what is in it, one line for each of its own.

Written from the description of the format: struct and zlib are all that it shares with what it judges.
"""

import base64
import struct
import sys
import zlib


def number_at(data, position):
    """A ZigZag LEB128 number of at most nine bytes, and where the next one begins."""
    encoded = 0
    for index in range(9):
        byte = data[position + index]
        if index == 8:
            encoded |= byte << 56
            break
        encoded |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            break
    return (encoded >> 1) ^ -(encoded & 1), position + index + 1


def histogram_in(text):
    data = base64.b64decode(text, validate=True)
    cookie, size = struct.unpack_from(">II", data)
    assert cookie == 0x1C849314 and size == len(data) - 8, "the compressed histogram's head"
    data = zlib.decompress(data[8:])
    cookie, size, offset, digits, lowest, highest, ratio = struct.unpack_from(">IIIIQQd", data)
    assert cookie == 0x1C849313 and offset == 0 and ratio == 1.0, "the histogram's head"
    assert size == len(data) - 40, "the size of the counts"
    counts, index, position = {}, 0, 40
    while position < len(data):
        number, position = number_at(data, position)
        if number > 0:
            counts[index] = number
        index += -number if number < 0 else 1
    return f"lowest {lowest} highest {highest} digits {digits} counts {counts} bytes {data[40:].hex()}"


for line in sys.stdin.read().splitlines():
    if line.startswith(("#", '"')):
        print(line)
        continue
    *fields, histogram = line.split(",")
    print(*fields, histogram_in(histogram))
