"""Tables of the project's documents, for tests that hold them against what they tell of."""

from __future__ import annotations

import re

from tests.needs import ROOT


def table_after(document: str, heading: str) -> list[dict[str, str]]:
    """The rows of the first table after a heading: each cell by its column's name, without marks of emphasis."""
    _, found, rest = (ROOT / document).read_text("utf-8").partition(f"\n{heading}\n")
    assert found, f"{document} has no heading {heading!r}"
    lines = re.search(r"(?:^\|.*\|\n)+", rest, re.MULTILINE)
    assert lines, f"no table after {heading!r}"
    names, _, *rows = [_cells(line) for line in lines[0].splitlines()]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
