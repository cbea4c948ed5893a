"""A sweep that comes again on a day that was swept: it looks once, and whatever is new is done all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.unit.services.sweep_counts import of_kind
from tracker.domain.lifecycle import Event, State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.notices import NoticeKind
from tracker.domain.report_rhythm import Every, ReportRhythm
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport
from tracker.store import sweep_kinds_queries
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment, HistoryEntry, Milestone
from tracker.store.timing import SeriesOccurrence, TaskSeries

LONG_AGO = datetime(2023, 5, 1, tzinfo=UTC)


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


def at(hours: int) -> datetime:
    return datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(hours=7, minutes=55) + timedelta(hours=hours)


def run(engine: Engine, hours: int) -> SweepReport:
    return sweep(engine, at(hours), TODAY)


def asked(engine: Engine, work: Callable[[], object]) -> int:
    """How many statements some work asks."""
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement))
    work()
    return len(statements)


def test_it_looks_once(engine: Engine, session: Session, city: City) -> None:
    for days in (-3, 5):
        a_task(session, a_plan(session, city.root), city.education, due_on=TODAY + timedelta(days))
    session.commit()
    assert run(engine, 0).flagged == 1
    assert asked(engine, lambda: run(engine, 1)) <= 9


def test_a_day_moved_behind_its_back_is_flagged_and_its_flag_taken(
    engine: Engine, session: Session, city: City
) -> None:
    """Without a word in ``changed_at``: as by a statement of somebody's own."""
    task = a_task(session, a_plan(session, city.root), city.education, due_on=TODAY + timedelta(9))
    part = task.assignments[0]
    session.commit()
    run(engine, 0)
    for day, flag in ((TODAY - timedelta(2), TODAY), (TODAY + timedelta(30), None)):
        session.execute(update(Assignment).where(Assignment.id == part.id).values(due_on=day))
        session.commit()
        run(engine, 1)
        session.refresh(part)
        assert part.overdue_flagged_on == flag


def test_a_milestone_moved_behind_its_back_is_flagged_and_its_flag_taken(
    engine: Engine, session: Session, city: City
) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=None)
    stone = Milestone(text="完成立项", due_on=TODAY + timedelta(300), position=0)
    task.milestones.append(stone)
    session.commit()
    run(engine, 0)
    for day, flag in ((TODAY - timedelta(2), TODAY), (TODAY + timedelta(300), None)):
        session.execute(update(Milestone).where(Milestone.id == stone.id).values(due_on=day))
        session.commit()
        run(engine, 1)
        session.refresh(stone)
        assert stone.overdue_flagged_on == flag


def test_a_milestone_that_comes_near_is_told(engine: Engine, session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=None)
    session.commit()
    run(engine, 0)
    task.milestones.append(Milestone(text="完成立项", due_on=TODAY - timedelta(1), position=0))
    session.commit()
    assert of_kind(run(engine, 1), NoticeKind.MILESTONE_LATE)


def test_a_limit_to_sign_that_was_set_is_told_when_it_is_past(engine: Engine, session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=None)
    part = task.assignments[0]
    part.dispatched_at = at(-20)
    session.commit()
    assert not of_kind(run(engine, 0), NoticeKind.UNSIGNED)
    part.sign_by_on, part.changed_at = TODAY - timedelta(1), at(1)
    session.commit()
    assert of_kind(run(engine, 1), NoticeKind.UNSIGNED)
    assert not of_kind(run(engine, 2), NoticeKind.UNSIGNED)


def test_a_series_that_came_behind_its_back_goes_on(engine: Engine, session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(30))
    session.commit()
    run(engine, 0)
    series = TaskSeries(template=task, rhythm="M1:1-25", starts_on=TODAY - timedelta(60), created_at=LONG_AGO)
    series.occurrences = [SeriesOccurrence(due_on=TODAY - timedelta(30), task=task)]
    session.add(series)
    session.commit()
    assert run(engine, 1).made == 2  # the day that passed, and the next


def test_what_was_stamped_before_the_last_run_and_committed_after_it_is_told(
    engine: Engine, session: Session, city: City
) -> None:
    """A request that took as long as any may: it began, and was stamped, ten minutes before the run."""
    tasks = [a_task(session, a_plan(session, city.root), city.education, due_on=None) for _ in range(2)]
    changed, decided = (task.assignments[0] for task in tasks)
    changed.dispatched_at = decided.dispatched_at = at(-20)
    session.commit()
    run(engine, 0)
    run(engine, 1)
    stamped = at(1) - timedelta(minutes=10)
    changed.sign_by_on, changed.changed_at = TODAY - timedelta(1), stamped
    decided.history.append(HistoryEntry(event=Event.RETURN, at=stamped, actor_name="督", to_state=State.DISPATCHED))
    session.commit()
    report = run(engine, 2)
    assert (of_kind(report, NoticeKind.UNSIGNED), of_kind(report, NoticeKind.DECIDED)) == (1, 1)
    assert run(engine, 3).total == 0


def test_an_entry_below_one_of_a_day_long_past_is_told(engine: Engine, session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, due_on=None).assignments[0]
    session.commit()
    run(engine, 0)
    for instant in (at(1), LONG_AGO):
        session.add(
            HistoryEntry(
                assignment_id=part.id, event=Event.RETURN, at=instant, actor_name="督", to_state=State.DISPATCHED
            )
        )
        session.commit()
    assert of_kind(run(engine, 1), NoticeKind.DECIDED) == 1


def test_after_a_run_in_which_a_kind_failed_all_is_looked_at(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not only what changed since: of these parts nothing did."""
    caplog.set_level(logging.CRITICAL)
    a_task(session, a_plan(session, city.root), city.education, due_on=None)
    session.commit()

    def broken(*_: object) -> list[int]:
        raise ValueError("坏")

    with monkeypatch.context() as patched:
        patched.setattr(sweep_kinds_queries, "unsigned_ids", broken)
        assert run(engine, 0).failures
    assert of_kind(run(engine, 1), NoticeKind.UNSIGNED) == 1


def test_rules_that_changed_count_for_all(engine: Engine, session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=None, state=State.IN_PROGRESS)
    part = task.assignments[0]
    part.dispatched_at = part.signed_at = part.changed_at = LONG_AGO
    session.commit()
    assert not of_kind(run(engine, 0), NoticeKind.REPORT_LATE)
    rules = rules_of(LightPack(reports=ReportRhythm(Every.DAYS, 7)))
    session.add(_pack(rules, TODAY))
    session.commit()
    assert of_kind(run(engine, 1), NoticeKind.REPORT_LATE)


def _pack(rules: dict[str, object], day: date) -> RulePack:
    return RulePack(
        kind=PackKind.LIGHTS, version=1, rules=rules, in_force_on=day, made_at=LONG_AGO, made_by_name="管理员"
    )
