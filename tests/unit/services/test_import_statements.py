"""An import asks as many statements for three clauses as for thirty, and as many in a larger ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tests.filled_sheets import filled, report
from tests.intake_texts import TARGET, a_draft, a_reading
from tracker.domain.access import Actor
from tracker.domain.drafts import Basis, Deadline, DeadlineKind, SourceReading
from tracker.reading.formats.sheet_cells import read_cells
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt_sure, sure_drafts
from tracker.services.intake_undo import WantedBatch, batches, undo_batch
from tracker.services.lit import When
from tracker.services.revision_items import Group
from tracker.services.revision_pages import revision_page
from tracker.services.revisions import accept_group
from tracker.services.round_trip import Press, apply
from tracker.services.round_trip_cells import filled_of
from tracker.services.round_trip_sheet import unit_sheet
from tracker.store.engine import write_session
from tracker.store.plans import Source
from tracker.store.units import Unit

KEY = "a key for tests that is long enough"
WHEN = When(TODAY, ZoneInfo("Asia/Shanghai"))
FEW, MANY = 3, 30
LATER = Deadline("2023年11月底前", DeadlineKind.FIXED, date(2023, 11, 30), Basis.CLAUSE, "month-end")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def url(request: pytest.FixtureRequest) -> str:
    """Both kinds of database."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


def reading(clauses: int, units: tuple[str, ...], **changes: object) -> SourceReading:
    """A plan of so many clauses, with a title and number of its own by their number."""
    drafts = [a_draft(f"整修第{n}条道路", *units, milestones=(TARGET,), **changes) for n in range(clauses)]
    read = a_reading(*drafts)
    plan = replace(read.plans[0], title=f"示例市整修{clauses}条道路方案", number=f"示政办字〔2023〕{clauses}号")
    return replace(read, plans=(plan,), sha256=hashlib.sha256(f"{clauses}{changes}".encode()).hexdigest())


@contextmanager
def hearing(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent; on SQLite without the inserts, which go one by one where their keys are wanted."""
    sent: list[str] = []
    is_sqlite = engine.dialect.name == "sqlite"

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not (is_sqlite and statement.startswith("INSERT")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", hear)


class _Stages:
    """Does what an import consists of, each in a session of its own, and counts the statements."""

    def __init__(self, engine: Engine, actor: Actor, city: City, unit: Unit) -> None:
        self.engine, self.actor = engine, actor
        self.root, self.unit = city.root.id, unit.id
        self.units = (unit.name, city.finance.name)
        self.counts: dict[str, int] = {}

    def done(self, what: str, deed: Callable[[Session], Any]) -> Any:
        with write_session(self.engine) as session, hearing(self.engine) as sent:
            answer = deed(session)
        self.counts[what] = len(sent)
        return answer

    def taken_in(self, what: str, read: SourceReading) -> int:
        found = self.done(what, lambda session: import_source(session, self.actor, NOW, read, self.root))
        with Session(self.engine) as session:
            return session.get_one(Source, found.source_id).plans[0].id

    def adopted(self, plan_id: int, clauses: int) -> None:
        """All is adopted, taken back, and adopted again."""
        self.done("preview", lambda session: sure_drafts(session, self.actor, plan_id))
        count = self.done("adopt", lambda session: adopt_sure(session, self.actor, NOW, TODAY, plan_id))
        assert count == clauses
        (batch,) = self.done("batches", lambda session: batches(session, self.actor, plan_id))
        wanted = WantedBatch(batch.at, batch.by_id, clauses)
        undone = self.done("take back", lambda session: undo_batch(session, self.actor, NOW, plan_id, wanted))
        assert undone.tasks == clauses
        self.done("again", lambda session: adopt_sure(session, self.actor, NOW, TODAY, plan_id))

    def reported(self, clauses: int) -> None:
        """A sheet with a report in each row."""
        data = self.done("sheet", lambda session: unit_sheet(session, self.actor, WHEN, KEY, self.unit))
        back = filled_of(read_cells(filled(data, *[report()] * clauses), "表.xlsx"), "表.xlsx")
        press = Press(self.actor, NOW, TODAY, KEY, self.unit)
        done = self.done("record", lambda session: apply(session, press, back))
        assert len(done.rows) == clauses

    def revised(self, plan_id: int, clauses: int) -> None:
        page = self.done("compare", lambda session: revision_page(session, self.actor, plan_id, 1))
        seen = page.bulk[Group.CHANGED].seen
        count = self.done("accept", lambda s: accept_group(s, self.actor, NOW, TODAY, plan_id, Group.CHANGED, seen))
        assert count == clauses


def counts_for(engine: Engine, city: City, unit: Unit, clauses: int) -> dict[str, int]:
    stages = _Stages(engine, the_actor(city.supervisor), city, unit)
    plan_id = stages.taken_in("store", reading(clauses, stages.units))
    stages.adopted(plan_id, clauses)
    stages.reported(clauses)
    newer = stages.taken_in("new version", reading(clauses, stages.units, deadline=LATER))
    stages.revised(newer, clauses)
    return stages.counts


def test_more_clauses_need_no_more_statements(engine: Engine, session: Session, city: City) -> None:
    session.commit()
    few = counts_for(engine, city, city.education, FEW)
    assert counts_for(engine, city, city.county, MANY) == few
    assert max(few.values()) < 40


def test_a_larger_ledger_needs_no_more_statements(engine: Engine, session: Session, city: City) -> None:
    session.commit()
    stages = _Stages(engine, the_actor(city.supervisor), city, city.education)
    first = stages.taken_in("store", reading(FEW, stages.units))
    stages.adopted(first, FEW)
    small = dict(stages.counts)
    ledger = a_plan(session, city.root, "别的方案")
    for number in range(60):
        a_task(session, ledger, city.education, city.finance, title=f"第{number}项")
    session.commit()
    second = stages.taken_in("store", reading(FEW + 1, stages.units))
    stages.adopted(second, FEW + 1)
    assert stages.counts == small
