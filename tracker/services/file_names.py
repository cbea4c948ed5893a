"""The names of files: as they came, fit to be shown and stored, and as they go out, to be found again in a folder."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath

LONGEST_NAME = 120
LONGEST_PART = 21  # characters of each part of a name that goes out: as long as a period
# No file system of an office takes these in a name, or a mail program stumbles over them.
_UNSAFE = re.compile(r'[<>:"/\\|?*\'%;#&~`$!\s]+')
_LOOSE_ENDS = ".-_ ，、。：；（("


def clean_name(given: str) -> str:
    """A file's own name: without folders, control and direction characters; a long one is shortened, suffix kept."""
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = " ".join(_visible(last).split()).strip(". ")
    suffix = PurePosixPath(kept).suffix
    if len(kept) > LONGEST_NAME:
        suffix = suffix if len(suffix) <= 10 else ""
        kept = kept[: LONGEST_NAME - len(suffix)] + suffix
    return kept or "未命名"


def office_name(*parts: str | None) -> str:
    """What a file is called that an office keeps: its kind, whose it is, of what, and the day, with - between.

    督办单-市教育局-建立分流转办机制-2023-06-15, without an ending. Each part is cut to 21 characters and loses what a
    file system refuses; empty parts are left out.
    """
    return "-".join(filter(None, (_name_part(part) for part in parts if part))) or "未命名"


def period_part(since: date, until: date) -> str:
    """A period as a part of a name: 2023-01-01至2023-06-15."""
    return f"{since.isoformat()}至{until.isoformat()}"


def _name_part(text: str) -> str:
    return _UNSAFE.sub("", _visible(text))[:LONGEST_PART].strip(_LOOSE_ENDS)


def _visible(text: str) -> str:
    """The text without control and direction characters, lone halves of characters among them."""
    return "".join(char for char in text if unicodedata.category(char)[0] != "C")
