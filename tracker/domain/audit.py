"""The audit chain: each entry's hash covers its own facts and the hash of the entry before it.

Who changes, drops, inserts or reorders an entry breaks every hash after it. That the newest entries were not cut off
is proved by a head (number and hash) noted outside the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

START = "0" * 64
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as it is chained. ``detail`` is the canonical JSON of what changed; ``at`` is an aware instant."""

    number: int
    at: datetime
    actor_id: int | None
    actor_name: str
    subject: str
    subject_id: str
    act: str
    detail: str


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry as it is stored: with the hash before it and its own."""

    entry: Entry
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry: its number, 0 while there is none, and its hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not fit, and why, in Chinese."""

    number: int
    why: str


def canonical(value: Any) -> str:
    """The one way to write a value as JSON: keys in order, no spaces, text as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(entry: Entry, previous_hash: str) -> str:
    """The SHA-256, in hexadecimal, of the entry's facts and of the hash before it."""
    facts = [
        previous_hash,
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.actor_name,
        entry.subject,
        entry.subject_id,
        entry.act,
        entry.detail,
    ]
    return sha256(canonical(facts).encode("utf-8", "surrogatepass")).hexdigest()


def walk(chain: Iterable[Linked], expected: Head | None = None) -> Head | Broken:
    """Follows the whole chain from its start: its head, or the first entry that breaks it.

    ``expected`` is a head noted before; the chain must still hold it.
    """
    head, kept = Head(0, START), expected is None or expected.number == 0
    for link in chain:
        why = _fault(link, head)
        if why:
            return Broken(link.entry.number, why)
        head = Head(link.entry.number, link.hash)
        if expected is not None and head.number == expected.number:
            if head.hash != expected.hash:
                return Broken(head.number, "与此前记下的校验值不符，日志曾被整体改写")
            kept = True
    if not kept and expected is not None:
        return Broken(head.number + 1, f"此前记到第{expected.number}条，现只有{head.number}条，末尾被删除")
    return head


def _fault(link: Linked, head: Head) -> str | None:
    if link.entry.number != head.number + 1:
        return f"应为第{head.number + 1}条，编号不连续，中间有记录被删除或插入"
    if link.previous_hash != head.hash:
        return "与上一条接不上，上一条被改动或替换"
    if link.hash != hash_of(link.entry, link.previous_hash):
        return "内容与校验值不符，被改动过"
    return None
