"""The chain: whole when nobody touched it, broken at the first entry that somebody did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tracker.domain.audit import START, Broken, Entry, Head, Linked, canonical, hash_of, walk

AT = datetime(2023, 6, 15, 1, 2, 3, 456789, tzinfo=UTC)


def a_chain(length: int = 5) -> list[Linked]:
    links: list[Linked] = []
    previous = START
    for number in range(1, length + 1):
        detail = canonical({"changed": {"state": ["dispatched", "in_progress"]}, "名称": f"第{number}项"})
        entry = Entry(number, AT + timedelta(hours=number), 7, "李联络", "assignment", "12", "sign_for", detail)
        links.append(Linked(entry, previous, hash_of(entry, previous)))
        previous = links[-1].hash
    return links


def test_a_whole_chain_gives_its_head() -> None:
    chain = a_chain()
    assert walk(chain) == Head(5, chain[-1].hash)
    assert walk([]) == Head(0, START)


FACTS: dict[str, Any] = {
    "number": 3,
    "at": AT,
    "actor_id": 8,
    "actor_name": "王",
    "subject": "task",
    "subject_id": "1",
    "act": "accept",
}


@pytest.mark.parametrize("name", [*FACTS, "detail"])
def test_no_fact_can_be_changed(name: str) -> None:
    chain = a_chain()
    at = 3 if name == "number" else 2
    value: Any = FACTS.get(name, canonical({"changed": {"state": ["dispatched", "completed"]}}))
    chain[at] = replace(chain[at], entry=replace(chain[at].entry, **{name: value}))
    found = walk(chain)
    assert isinstance(found, Broken)
    assert found.number in (chain[at].entry.number, at + 1)


def forge(chain: list[Linked]) -> list[Linked]:
    """The third entry rewritten with a hash that fits it."""
    entry = replace(chain[2].entry, actor_name="王联络")
    forged = Linked(entry, chain[2].previous_hash, hash_of(entry, chain[2].previous_hash))
    return [*chain[:2], forged, *chain[3:]]


@pytest.mark.parametrize(
    ("spoil", "number"),
    [
        (lambda chain: chain[:2] + chain[3:], 4),
        (lambda chain: [chain[0], chain[2], chain[1], *chain[3:]], 3),
        (lambda chain: [*chain, chain[-1]], 5),
        (forge, 4),
    ],
)
def test_no_entry_can_go_come_or_be_forged(spoil: Callable[[list[Linked]], list[Linked]], number: int) -> None:
    found = walk(spoil(a_chain()))
    assert isinstance(found, Broken)
    assert found.number == number


def test_a_head_noted_before_shows_what_was_cut_off_or_written_anew() -> None:
    chain = a_chain()
    noted = Head(4, chain[3].hash)
    assert walk(chain, noted) == Head(5, chain[4].hash)
    cut = walk(chain[:3], noted)
    assert isinstance(cut, Broken)
    assert "末尾被删除" in cut.why
    other = a_chain()
    entry = replace(other[0].entry, actor_name="另一人")
    rewritten, previous = [], START
    for link in [replace(other[0], entry=entry), *other[1:]]:
        rewritten.append(Linked(link.entry, previous, hash_of(link.entry, previous)))
        previous = rewritten[-1].hash
    assert isinstance(walk(rewritten), Head)
    assert isinstance(walk(rewritten, noted), Broken)
