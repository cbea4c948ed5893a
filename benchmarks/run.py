"""Measures the program against floors taken in the same run: `make bench`."""

from __future__ import annotations

import sys
from itertools import chain

from benchmarks import feeds, reading
from benchmarks.measure import ROUNDS, line, measured


def main() -> int:
    """Prints one line for each measurement."""
    print(f"medians of {ROUNDS} rounds in processor time, Python {sys.version.split()[0]}")
    for measurement in chain(reading.measurements(), feeds.measurements()):
        print(line(measurement, measured(measurement)), flush=True)
    if reading.GAZETTE.exists():
        print(f"memory while the gazette is read: {reading.peak_memory(reading.GAZETTE):.0f} MB (must 150)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
