"""One run of loading a seed: which entries changed, what was done, and what a person is told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.seed import Seed
from tracker.services.errors import Invalid


class SeedConflict(Invalid):
    """The seed and the database disagree about whose name something is; nothing was loaded."""


@dataclass(slots=True)
class Count:
    """How many of one sort the seed holds, and what this run did with them."""

    total: int = 0
    added: int = 0
    changed: int = 0


SORTS = ("单位", "单位名称", "单位组", "文件", "任务", "分工", "节点")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run did, by sort (单位, 任务 …)."""

    counts: Mapping[str, Count]

    @property
    def is_unchanged(self) -> bool:
        return not any(count.added or count.changed for count in self.counts.values())

    def lines(self) -> list[str]:
        """One line per sort, for a person at a terminal."""
        return [_line(sort, self.counts[sort]) for sort in SORTS]


def _line(sort: str, count: Count) -> str:
    done = [f"新增 {count.added}"] * bool(count.added) + [f"更新 {count.changed}"] * bool(count.changed)
    return f"{sort} {count.total}（{'，'.join(done) or '没有变化'}）"


def digests_of(seed: Seed) -> dict[str, str]:
    """A digest of every entry's words, by the entry's kind and key."""
    entries: dict[str, object] = {
        **{f"unit:{unit.name}": unit for unit in seed.units},
        **{f"group:{group.name}": group for group in seed.groups},
        **{f"plan:{plan.key}": plan for plan in seed.plans},
        **{f"task:{task.key}": task for task in seed.tasks},
    }
    # The entries are frozen dataclasses of plain values: their repr tells everything in them.
    return {key: hashlib.sha256(repr(entry).encode()).hexdigest() for key, entry in entries.items()}


@dataclass(frozen=True, slots=True)
class Loading:
    """One run: ``changed`` are the keys whose words are new, ``counts`` what was done so far."""

    session: Session
    now: datetime
    changed: frozenset[str]
    counts: dict[str, Count] = field(default_factory=lambda: {sort: Count() for sort in SORTS})

    def differs(self, kind: str, key: str | None) -> bool:
        """Whether the file's words for this entry are not those that were loaded last."""
        return f"{kind}:{key}" in self.changed

    def add(self, sort: str, row: object) -> None:
        """Puts a new row into the session and counts it."""
        self.session.add(row)
        self.counts[sort].added += 1

    def update(self, sort: str, row: object, facts: Mapping[str, object]) -> bool:
        """Gives a row the facts of the file; counts it, and says so, when any of them is new."""
        changes = {name: value for name, value in facts.items() if getattr(row, name) != value}
        for name, value in changes.items():
            setattr(row, name, value)
        self.counts[sort].changed += bool(changes)
        return bool(changes)
