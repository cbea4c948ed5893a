"""What a process does that stays for months: it holds the memory that it needs, and no more.

Calendars come and go in pieces of megabytes. The C library, left alone, keeps an arena of memory for each thread and
raises the size from which it gives memory back, so that a worker would hold many times what it uses.
"""

from __future__ import annotations

import ctypes
import gc

# mallopt(3) of glibc: its names, by number.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
MAPPED_FROM_BYTES = 1024 * 1024
ARENAS = 1  # one thread at a time runs Python
# How many objects come before the youngest are looked at for garbage, and how many times that before older ones are.
# A page or a bulk deed makes tens of thousands that it soon lets go; with Python's 700 the oldest, hundreds of
# thousands, were gone through several times in the middle of adopting one plan.
YOUNGEST, OLDER = 10_000, (10, 10)


def settle() -> None:
    """Call it when the program is loaded and before it works: what is loaded is never looked at again for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNGEST, *OLDER)
    _bound_allocator()


def _bound_allocator() -> None:
    """Gives freed memory back to the system; nothing where the C library is another than glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)
        mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)
