"""A process that stays gives its memory back."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc
from threading import Thread
from tracker.resident import settle
settle()
assert gc.get_freeze_count() > 1000
assert gc.get_threshold()[0] == 10_000

def resident():
    with open('/proc/self/statm') as told:
        return int(told.read().split()[1]) * 4096

def work():
    pieces = [bytes(2_000_000) for _ in range(20)]
    kept.append(bytes(2_000_000))  # on top of what is given back
    del pieces

kept = []
before = resident()
for _ in range(4):
    thread = Thread(target=work)
    thread.start()
    thread.join()
print((resident() - before) // 1_000_000)
"""


def test_freed_megabytes_go_back_to_the_system() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert int(told.stdout) < 20  # what is kept, and little besides; the pieces are forty
