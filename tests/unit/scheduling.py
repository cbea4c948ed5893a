"""A scheduler that puts out a leader who hangs after SECONDS instead of half a minute: python scheduling.py SECONDS."""

from __future__ import annotations

import sys

from tracker.cli import main
from tracker.store import leadership

if __name__ == "__main__":
    leadership.HANGS_AFTER = float(sys.argv[1])
    main(["scheduler"])
