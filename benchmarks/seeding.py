"""Offices of a given size for measurements: rows put in by the thousand, past the program, at the newest schema."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, insert, text

from tracker.domain.access import Office
from tracker.domain.feeds import FeedScope
from tracker.services.feeds import NewFeed, make_feed, token_of
from tracker.services.people import actor_by_id
from tracker.store import migrate
from tracker.store.engine import make_engine, write_session
from tracker.store.schema import metadata

TODAY = date(2023, 6, 15)
AT = datetime(2023, 6, 1, 8, 30, tzinfo=UTC)
SECRET = "a key for measurements that is long enough"  # noqa: S105 - opens nothing
PASSWORD_HASH = "not to be signed in with"  # noqa: S105 - it is none
PIECE = 10_000
PARTS_PER_TASK = 3
QUOTE = "（牵头单位：市行政审批局，配合单位：市财政局、市发展改革委，完成时限：2023年底前）"


@dataclass(frozen=True, slots=True)
class SeededOffice:
    """A seeded office: its engine and the tokens of its feeds by the number of tasks in each."""

    engine: Engine
    tokens: dict[int, str]
    units: dict[int, int]
    changes: Iterator[int] = field(default_factory=itertools.count)
    changed: dict[int, int] = field(default_factory=dict)

    def path(self, size: int) -> str:
        """Where the calendar of so many tasks is asked for."""
        return f"/feeds/{self.tokens[size]}.ics"

    def change(self, size: int) -> None:
        """Changes the last task of that calendar, past the program, so that nothing is made ahead."""
        with self.engine.execution_options(writes=True).begin() as connection:
            if size not in self.changed:  # looking for it each time would cost PostgreSQL as much as the poll
                last = text("SELECT max(id) FROM assignment WHERE unit_id = :unit")
                self.changed[size] = connection.execute(last, {"unit": self.units[size]}).scalar_one()
            changed = text("UPDATE assignment SET percent = :percent WHERE id = :id")
            connection.execute(changed, {"percent": next(self.changes) % 100, "id": self.changed[size]})


def seeded(url: str, sizes: Sequence[int]) -> SeededOffice:
    """A new office with a unit, and a feed of it, for each size: so many tasks, each with two more units."""
    engine = make_engine(url)
    migrate.upgrade(engine)
    units = {size: 10 + place for place, size in enumerate(sizes)}
    _put(engine, "unit", _units(units))
    _put(engine, "person", [_person()])
    _put(engine, "person_standing", [{"id": 1, "person_id": 1, "unit_id": 1, "office": Office.SUPERVISOR}])
    _put(engine, "plan", [_plan()])
    first = 1
    for size, unit in units.items():
        _put(engine, "task", _tasks(first, size))
        _put(engine, "assignment", _parts(first, size, unit))
        first += size
    settle(engine)
    return SeededOffice(engine, {size: _token(engine, unit) for size, unit in units.items()}, units)


def _put(engine: Engine, table: str, rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> None:
    piece: list[dict[str, Any]] = []
    with engine.execution_options(writes=True).begin() as connection:
        for row in rows:
            piece.append(row)
            if len(piece) == PIECE:
                connection.execute(insert(metadata.tables[table]), piece)
                piece = []
        if piece:
            connection.execute(insert(metadata.tables[table]), piece)


def _units(units: dict[int, int]) -> Iterator[dict[str, Any]]:
    yield _unit(1, None, "廊坊市")
    for number, name in ((2, "市财政局"), (3, "市发展改革委")):
        yield _unit(number, 1, name)
    for size, number in units.items():
        yield _unit(number, 1, f"承担{size}项的单位")


def _unit(number: int, parent: int | None, name: str) -> dict[str, Any]:
    path = f"/{number}/" if parent is None else f"/{parent}/{number}/"
    kind = "government" if parent is None else "department"
    return {
        "id": number,
        "parent_id": parent,
        "path": path,
        "name": name,
        "full_name": name,
        "kind": kind,
        "position": number,
        "active": True,
        "created_at": AT,
    }


def _person() -> dict[str, Any]:
    return {
        "id": 1,
        "login": "bench",
        "name": "督查员",
        "password_hash": PASSWORD_HASH,
        "must_change_password": False,
        "active": True,
        "session_epoch": 0,
        "failed_sign_ins": 0,
        "created_at": AT,
        "version": 1,
    }


def _plan() -> dict[str, Any]:
    return {
        "id": 1,
        "scope_id": 1,
        "position": 0,
        "title": "某市便民服务提升实施方案",
        "number": "某政办字〔2023〕9号",
        "doubts": [],
        "created_at": AT,
    }


def due_of(number: int) -> date:
    """From two months ago to ten months ahead."""
    return TODAY + timedelta(days=number % 360 - 60)


def title_of(number: int) -> str:
    """What the task is called."""
    return f"完善第{number}类窗口服务"


def _tasks(first: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(first, first + count):
        yield {
            "id": number,
            "plan_id": 1,
            "position": number,
            "title": title_of(number),
            "path": ["二、重点任务", f"{number}．{title_of(number)}"],
            "form": "bracket",
            "quote": QUOTE,
            "deadline_kind": "fixed",
            "original_due_on": due_of(number),
            "due_on": due_of(number),
            "state": "open",
            "evidence_required": False,
            "awaits_opinions": False,
            "created_at": AT,
            "content_version": 0,
        }


def _parts(first: int, count: int, unit: int) -> Iterator[dict[str, Any]]:
    for number in range(first, first + count):
        for place, (unit_id, role) in enumerate(((unit, "lead"), (2, "support"), (3, "support"))):
            yield {
                "id": number * PARTS_PER_TASK + place,
                "uid": str(UUID(int=number * PARTS_PER_TASK + place)),
                "task_id": number,
                "unit_id": unit_id,
                "position": place,
                "role": role,
                "written_name": "单位",
                "inherited": False,
                "leads_by_custom": False,
                "state": "in_progress",
                "original_due_on": due_of(number),
                "due_on": due_of(number),
                "percent": 0,
                "dispatched_at": AT,
                "signed_at": AT,
                "changed_at": AT,
                "sequence": number % 5,
                "version": 1,
                "content_version": 0,
            }


def settle(engine: Engine) -> None:
    """Gives the planner its figures."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _token(engine: Engine, unit: int) -> str:
    with write_session(engine) as session:
        actor = actor_by_id(session, 1)
        assert actor
        feed = make_feed(session, actor, AT, SECRET, NewFeed(f"单位{unit}", FeedScope.UNIT, unit_id=unit))
        token = token_of(feed, SECRET)
        assert token
        return token
