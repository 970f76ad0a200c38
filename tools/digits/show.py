#!/usr/bin/env python3
"""Shows what `burin run` and `burin bench` left for one digit: the picture, the answer, the time, the size.

usage: show.py PICTURE.raw PROBABILITIES.raw BENCH.json LIBRARY

PICTURE.raw is 8x8 float32, ink from 0 (paper) to 1; PROBABILITIES.raw is 10 float32, one per digit. Needs Python only.
"""

import array
import json
import os
import sys

SHADES = " .:-=+*#%@"


def read_floats(path, count):
    values = array.array("f")
    with open(path, "rb") as file:
        values.frombytes(file.read())
    if len(values) != count:
        sys.exit(f"{path}: expected {count} float32 values, found {len(values)}")
    return values


def shade(ink):
    level = round(min(max(ink, 0.0), 1.0) * (len(SHADES) - 1))
    return SHADES[level] * 2  # a character is about half as wide as it is high


def main(picture_path, probabilities_path, bench_path, library_path):
    picture = read_floats(picture_path, 64)
    probabilities = read_floats(probabilities_path, 10)
    with open(bench_path) as file:
        microseconds = json.load(file)["median_ms"] * 1000
    ranked = sorted(range(10), key=lambda digit: -probabilities[digit])

    print(f"\nThe picture ({picture_path}):\n")
    for row in range(8):
        print("    " + "".join(shade(ink) for ink in picture[row * 8 : row * 8 + 8]).rstrip())
    best, second = ranked[:2]
    print(f"\nThis is a {best}: probability {probabilities[best]:.2%} (next: {second}, {probabilities[second]:.2%}).")
    print(f"One inference takes {microseconds:.1f} microseconds on one core of this machine.")
    size = os.path.getsize(library_path)
    print(f"The library, code and weights in one file: {library_path}, {size / 1024:.0f} KiB.")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
