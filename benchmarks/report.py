"""Runs the measurements and writes down what they printed, with day and machine, in docs/BENCHMARKS.md: `make bench`.

`make bench ARGS="polls sweeping"` measures these parts alone, and leaves what stands there of the others.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

REPORT = Path(__file__).parents[1] / "docs" / "BENCHMARKS.md"
# Each part is a module here; with it stands whether what it prints is Markdown.
PARTS = {
    "run": False,
    "documents": False,
    "paged": False,
    "polls": True,
    "sweeping": True,
    "pages": True,
    "importing": True,
}
HEAD = """# Measured

Written by `make bench`. Ratios compare a median with a floor of the same run: the least that the same could cost.
They hardly depend on the machine; milliseconds do. ✘ marks what does not reach what was asked of it.
"""
# Where a part begins in the report.
_BEGINS = re.compile(r"^<!-- (\w+) -->$", re.MULTILINE)


def machine() -> str:
    """What it was measured on, and when."""
    processor = next(
        (line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")), platform.machine()
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({processor}), {platform.system()}, "
        f"Python {platform.python_version()}."
    )


def _cpu_lines() -> list[str]:
    known = Path("/proc/cpuinfo")
    return known.read_text("utf-8").splitlines() if known.exists() else []


def _printed(part: str) -> str:
    """What the part prints, shown while it does."""
    lines = []
    with subprocess.Popen([sys.executable, "-m", f"benchmarks.{part}"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise SystemExit(f"{part} did not end well: nothing was written")
    return "".join(lines).strip("\n")


def _measured(part: str) -> str:
    printed = _printed(part)
    told = printed if PARTS[part] else f"```\n{printed}\n```"
    return f"{machine()}\n\n{told}"


def _known() -> dict[str, str]:
    """What the report tells of each part."""
    _, *told = _BEGINS.split(REPORT.read_text("utf-8")) if REPORT.exists() else [""]
    return {part: words.strip("\n") for part, words in zip(told[::2], told[1::2], strict=True)}


def main() -> int:
    """Measures the parts that are named, or all, prints, and writes the report after each."""
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for part in wanted:
        known = _known() | {part: _measured(part)}
        told = [f"<!-- {each} -->\n\n{known[each]}\n" for each in PARTS if each in known]
        REPORT.write_text("\n".join((HEAD, *told)), "utf-8")
        print(f"\nwritten to {REPORT.name}: {part}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
