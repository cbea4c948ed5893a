"""Many ids in one condition, on either database: more than a statement can have values of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, a_city, a_plan, a_task
from tracker.domain.lifecycle import State
from tracker.store.among import among
from tracker.store.as_of_queries import last_entries_until, last_words_until
from tracker.store.engine import make_engine
from tracker.store.handling import Handling
from tracker.store.handling_queries import handling_of
from tracker.store.tasks import Assignment, HistoryEntry

MANY = range(2, 70_000)
EVENTS = ("report", "submit")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgresql"))])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    url: str = request.getfixturevalue(f"{request.param}_url")
    engine = make_engine(url)
    with Session(engine, expire_on_commit=False) as opened:
        city = a_city(opened)
        task = a_task(opened, a_plan(opened, city.root), city.education, city.finance, city.county)
        for part in task.assignments:
            told = {"assignment_id": part.id, "actor_name": "李", "to_state": State.IN_PROGRESS}
            opened.add(HistoryEntry(event="report", at=LAST_MONTH, words=f"进展{part.id}", **told))
            opened.add(HistoryEntry(event="submit", at=NOW, words=f"报结{part.id}", **told))
            opened.add(Handling(assignment_id=part.id, handler=f"王{part.id}", changed_at=NOW))
        opened.commit()
        yield opened
    engine.dispose()


def test_only_those_are_found(session: Session) -> None:
    def found(ids: list[int]) -> list[int]:
        return list(session.scalars(select(Assignment.id).where(among(session, Assignment.id, ids)).order_by("id")))

    assert found([3, 1, 3, 99]) == [1, 3]
    assert found([]) == []


def test_many_are_asked_for_at_once(session: Session) -> None:
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert sorted(handling_of(session, MANY)) == [2, 3]
    assert last_words_until(session, MANY, NOW, EVENTS) == {2: "进展2", 3: "进展3"}
    assert sorted(last_entries_until(session, MANY, NOW, EVENTS)) == [2, 3]
    assert len([each for each in asked if each.startswith("SELECT")]) == 3
