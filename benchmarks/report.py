"""Runs every measurement and writes down what it printed, with the machine, in docs/BENCHMARKS.md: `make bench`."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

REPORT = Path(__file__).parents[1] / "docs" / "BENCHMARKS.md"
# Module, and whether what it prints is Markdown.
PARTS = (
    ("benchmarks.run", False),
    ("benchmarks.documents", False),
    ("benchmarks.paged", False),
    ("benchmarks.polls", True),
    ("benchmarks.sweeping", True),
    ("benchmarks.pages", True),
    ("benchmarks.importing", True),
)
HEAD = """# Measured

Written by `make bench`. Ratios compare a median with a floor of the same run: the least that the same could cost.
They hardly depend on the machine; milliseconds do. ✘ marks what does not reach what was asked of it.

{machine}
"""


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


def _printed(module: str) -> str:
    """What the module prints, shown while it does."""
    lines = []
    with subprocess.Popen([sys.executable, "-m", module], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        raise SystemExit(f"{module} did not end well: nothing was written")
    return "".join(lines).strip("\n")


def main() -> int:
    """Measures, prints, and writes the report."""
    told = [HEAD.format(machine=machine())]
    for module, is_markdown in PARTS:
        printed = _printed(module)
        told.append(f"{printed}\n" if is_markdown else f"```\n{printed}\n```\n")
    REPORT.write_text("\n".join(told), "utf-8")
    print(f"\nwritten to {REPORT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
