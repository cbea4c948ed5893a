"""Deadlines that wait for a day: entering it gives the task and its parts their date, once, with a row of history."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden
from tracker.domain.drafts import DeadlineKind
from tracker.domain.history import DATE_SET
from tracker.domain.lifecycle import Event, State
from tracker.services.anchoring import enter_day, mark_of, waiting_of
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.work import act
from tracker.store.tasks import HistoryEntry, Task


def a_waiting_task(session: Session, city: City, text: str, kind: DeadlineKind = DeadlineKind.RELATIVE) -> Task:
    plan = a_plan(session, city.root)
    task = a_task(session, plan, city.education, city.finance, due_on=None, deadline_text=text, deadline_kind=kind)
    session.commit()
    return task


@pytest.mark.parametrize(
    ("text", "kind", "day", "due_on"),
    [
        ("项目验收后20个工作日内", DeadlineKind.RELATIVE, date(2023, 9, 25), date(2023, 10, 27)),
        ("春节前", DeadlineKind.EVENT, date(2024, 2, 10), date(2024, 2, 9)),
        ("按国家部署", DeadlineKind.EVENT, date(2023, 11, 1), date(2023, 11, 1)),
    ],
)
def test_the_day_gives_the_date(  # noqa: PLR0917 - the cells of a row
    session: Session, city: City, text: str, kind: DeadlineKind, day: date, due_on: date
) -> None:
    task = a_waiting_task(session, city, text, kind)
    versions = [part.version for part in task.assignments]
    completion = enter_day(session, the_actor(city.supervisor), NOW, task.id, day=day, seen=mark_of(task))
    assert completion.due_on == task.due_on == task.original_due_on == due_on
    assert {(part.due_on, part.original_due_on, part.sequence) for part in task.assignments} == {(due_on, due_on, 1)}
    assert [part.version for part in task.assignments] == [version + 1 for version in versions]
    rows = session.scalars(select(HistoryEntry).where(HistoryEntry.event == DATE_SET)).all()
    assert [(row.actor_name, row.due_from, row.due_to, row.from_state) for row in rows] == [
        ("杜督查", None, due_on, State.DISPATCHED)
    ] * 2
    assert f"{day:%Y-%m-%d}" in (rows[0].words or "")


def test_the_same_day_twice_is_entered_once_and_another_is_refused(session: Session, city: City) -> None:
    task, actor = a_waiting_task(session, city, "验收后30日内"), the_actor(city.supervisor)
    mark = mark_of(task)
    for _ in range(2):
        enter_day(session, actor, NOW, task.id, day=date(2023, 7, 1), seen=mark)
    assert len(session.scalars(select(HistoryEntry).where(HistoryEntry.event == DATE_SET)).all()) == 2
    with pytest.raises(Stale, match="已确定为2023年07月31日"):
        enter_day(session, actor, NOW, task.id, day=date(2023, 8, 1), seen=mark)


def test_a_task_that_changed_meanwhile_is_shown_first(session: Session, city: City) -> None:
    task = a_waiting_task(session, city, "验收后30日内")
    mark, part = mark_of(task), task.assignments[0]
    act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    with pytest.raises(Stale, match="已有变动"):
        enter_day(session, the_actor(city.supervisor), NOW, task.id, day=date(2023, 7, 1), seen=mark)


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("验收后30日内", None, "请填写起算日期"),
        ("春节前", None, "请填写事件日期"),
        ("验收后30日内", date(223, 7, 1), "相差太远"),
        ("验收后99999日内", date(2023, 7, 1), "超出了合理范围"),
    ],
)
def test_what_cannot_be_used_is_told(session: Session, city: City, text: str, day: date | None, said: str) -> None:
    task = a_waiting_task(session, city, text)
    with pytest.raises(Invalid, match=said):
        enter_day(session, the_actor(city.supervisor), NOW, task.id, day=day, seen=mark_of(task))
    assert task.due_on is None


def test_only_who_decides_about_every_part_may(session: Session, city: City) -> None:
    task = a_waiting_task(session, city, "验收后30日内")
    for person in (city.liaison, city.leader, city.administrator, city.county_supervisor):
        assert waiting_of(the_actor(person), task) is None
        with pytest.raises(Forbidden):
            enter_day(session, the_actor(person), NOW, task.id, day=date(2023, 7, 1), seen=mark_of(task))
    waiting = waiting_of(the_actor(city.supervisor), task)
    assert waiting is not None
    assert waiting.asked.label == "起算日期"
    with pytest.raises(NotFound):
        enter_day(session, the_actor(city.supervisor), NOW, 999, day=date(2023, 7, 1), seen="")


def test_a_task_with_a_date_asks_for_none(session: Session, city: City) -> None:
    dated = a_task(session, a_plan(session, city.root), city.education)
    undated = a_waiting_task(session, city, "长期坚持", DeadlineKind.ONGOING)
    actor = the_actor(city.supervisor)
    assert (waiting_of(actor, dated), waiting_of(actor, undated)) == (None, None)
    with pytest.raises(Stale, match="已确定为"):
        enter_day(session, actor, NOW, dated.id, day=date(2023, 7, 1), seen=mark_of(dated))
