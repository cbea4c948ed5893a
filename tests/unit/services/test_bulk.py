"""Deciding about several at once: each row whole or not at all, what changed meanwhile left out and told by name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.services import bulk
from tracker.services.bulk import Picked, Rows, decide_all, preview
from tracker.services.errors import Invalid
from tracker.services.work import act
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry


@pytest.fixture
def parts(session: Session, city: City) -> list[Assignment]:
    """Three submissions of the education bureau, and one of the county's."""
    plan = a_plan(session, city.root)
    units = [city.education, city.education, city.education, city.county]
    tasks = [a_task(session, plan, unit, title=f"任务{n}", state=State.SUBMITTED) for n, unit in enumerate(units)]
    session.commit()
    return [task.assignments[0] for task in tasks]


def pick(parts: list[Assignment]) -> list[Picked]:
    return [Picked(part.id, part.version) for part in parts]


def decide(session: Session, person: Person, items: list[Picked], event: Event = Event.ACCEPT, **given: Any) -> Rows:
    values = {"words": "符合要求。", "outcome": Outcome.SOLVED, **given}
    actor = the_actor(person)
    return decide_all(session, actor, NOW, TODAY, items, event, values["words"], values["outcome"])


def events(session: Session, part: Assignment) -> list[str]:
    query = select(HistoryEntry.event).where(HistoryEntry.assignment_id == part.id).order_by(HistoryEntry.id)
    return list(session.scalars(query))


def names(rows: Any) -> list[str]:
    return [row.assignment.task.title for row in rows]


def test_all_are_accepted_each_with_its_own_row(session: Session, city: City, parts: list[Assignment]) -> None:
    done = decide(session, city.supervisor, pick(parts), outcome=Outcome.PLANNED)
    assert (names(done.fit), done.left_out) == (["任务0", "任务1", "任务2", "任务3"], [])
    for part in parts:
        session.refresh(part)
        assert (part.state, part.outcome, part.completed_on, part.version) == (
            State.COMPLETED,
            Outcome.PLANNED,
            TODAY,
            2,
        )
        assert part.task.state is TaskState.COMPLETED
        assert events(session, part) == ["adopt", "accept"]


def test_all_are_returned_with_the_same_words(session: Session, city: City, parts: list[Assignment]) -> None:
    decide(session, city.supervisor, pick(parts), Event.RETURN, words="请补充照片。")
    for part in parts:
        session.refresh(part)
        assert (part.state, part.history[-1].words) == (State.IN_PROGRESS, "请补充照片。")


def test_what_changed_meanwhile_is_left_out_and_the_others_done(
    session: Session, city: City, parts: list[Assignment]
) -> None:
    items = pick(parts)
    act(session, the_actor(city.supervisor), NOW, TODAY, parts[1].id, Event.RETURN, 1, "请补充名单。")
    done = decide(session, city.supervisor, items)
    assert names(done.fit) == ["任务0", "任务2", "任务3"]
    (left,) = done.left_out
    assert left.assignment.task.title == "任务1"
    assert "杜督查已“退回补充”（现为“办理中”）" in left.why
    assert events(session, parts[1]) == ["adopt", "return"]


def test_what_lies_out_of_reach_is_neither_done_nor_named(
    session: Session, city: City, parts: list[Assignment]
) -> None:
    items = [*pick(parts), Picked(999, 1)]
    done = decide(session, city.county_supervisor, items)
    assert (names(done.fit), done.left_out) == (["任务3"], [])
    assert [events(session, part) for part in parts[:3]] == [["adopt"]] * 3
    assert names(preview(session, the_actor(city.county_supervisor), items).fit) == []


def test_sent_twice_is_done_once(session: Session, city: City, parts: list[Assignment]) -> None:
    items = pick(parts)
    first, second = (decide(session, city.supervisor, items) for _ in range(2))
    assert names(first.fit) == names(second.fit)
    assert [events(session, part) for part in parts] == [["adopt", "accept"]] * 4


def test_a_row_picked_twice_is_one(session: Session, city: City, parts: list[Assignment]) -> None:
    done = decide(session, city.supervisor, pick(parts[:1]) * 2)
    assert names(done.fit) == ["任务0"]


def test_a_row_that_fails_in_the_middle_leaves_the_others_whole(
    session: Session, city: City, parts: list[Assignment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program breaks down at the third row: two are done with their history, the third is as it was."""

    def breaks(*given: Any, **named: Any) -> Assignment:
        part = act(*given, **named) if given[4] != parts[2].id else None
        if part is None:
            session.get_one(Assignment, parts[2].id).state = State.COMPLETED  # half a row, not committed
            raise RuntimeError("power cut")
        return part

    monkeypatch.setattr(bulk, "act", breaks)
    with pytest.raises(RuntimeError):
        decide(session, city.supervisor, pick(parts))
    session.rollback()
    for part in parts:
        session.refresh(part)
    assert [part.state for part in parts] == [State.COMPLETED, State.COMPLETED, State.SUBMITTED, State.SUBMITTED]
    assert [len(events(session, part)) for part in parts] == [2, 2, 1, 1]


@pytest.mark.parametrize(
    ("event", "given", "said"),
    [
        (Event.ACCEPT, {"outcome": None}, "请选择办结结果"),
        (Event.RETURN, {"words": "  "}, "须写明还要补充什么"),
        (Event.ACCEPT, {"words": "长" * 5001}, "不能超过5000字"),
        (Event.SUSPEND, {}, "只能一并销号或一并退回"),
    ],
)
def test_what_no_row_could_use_does_nothing(  # noqa: PLR0917 - a row of the table
    session: Session, city: City, parts: list[Assignment], event: Event, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        decide(session, city.supervisor, pick(parts), event, **given)
    session.rollback()
    assert [events(session, part) for part in parts] == [["adopt"]] * 4


def test_the_preview_tells_what_would_be_left_out(session: Session, city: City, parts: list[Assignment]) -> None:
    items, actor = pick(parts), the_actor(city.supervisor)
    act(session, actor, NOW, TODAY, parts[0].id, Event.RETURN, 1, "请补充。")
    act(session, actor, NOW, TODAY, parts[1].id, Event.RETURN, 1, "请补充。")
    act(session, the_actor(city.liaison), NOW, TODAY, parts[1].id, Event.SUBMIT, 2, "已补充。")
    rows = preview(session, actor, items)
    assert names(rows.fit) == ["任务2", "任务3"]
    assert [(row.assignment.task.title, row.why) for row in rows.left_out] == [
        ("任务0", "现为“办理中”，已不是待审核。"),
        ("任务1", "打开清单之后又有变动，请单独核对。"),
    ]
