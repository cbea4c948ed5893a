"""The names of files as they came: a file's own name, fit to be shown and stored."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

LONGEST_NAME = 120


def clean_name(given: str) -> str:
    """A file's own name: without folders, control and direction characters; a long one is shortened, suffix kept."""
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = " ".join("".join(c for c in last if unicodedata.category(c)[0] != "C").split()).strip(". ")
    suffix = PurePosixPath(kept).suffix
    if len(kept) > LONGEST_NAME:
        suffix = suffix if len(suffix) <= 10 else ""
        kept = kept[: LONGEST_NAME - len(suffix)] + suffix
    return kept or "未命名"
