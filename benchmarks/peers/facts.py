"""What a calendar that was served is like, whoever made it."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 75
ENTRY = re.compile(rb"^BEGIN:(VEVENT|VTODO)\r?\n(.*?)^END:\1\r?$", re.MULTILINE | re.DOTALL)
UID = re.compile(rb"^UID[:;].*(?:\r?\n[ \t].*)*", re.MULTILINE)
STAMP = re.compile(rb"^DTSTAMP[:;]", re.MULTILINE)
LINE_END = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts over one body: entries are events and to-dos, lines are what stands between two line ends."""

    entries: int
    without_uid: int
    shared_uids: int
    without_stamp: int
    long_lines: int
    split_characters: int


def facts_of(body: bytes) -> Facts:
    """The facts of a body. A character is split where a line end stands between its octets."""
    entries = [found[2] for found in ENTRY.finditer(body)]
    uids = [found[0] for entry in entries if (found := UID.search(entry))]
    lines = LINE_END.split(body)
    return Facts(
        entries=len(entries),
        without_uid=len(entries) - len(uids),
        shared_uids=len(uids) - len(set(uids)),
        without_stamp=sum(not STAMP.search(entry) for entry in entries),
        long_lines=sum(len(line) > LONGEST for line in lines),
        split_characters=sum(_ends_inside_a_character(line) for line in lines),
    )


def _ends_inside_a_character(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False
