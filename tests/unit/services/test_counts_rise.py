"""The numbers of “逾期 N 项” and of the counts of days: they rise with what is said, by whomever, and never fall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, delete, insert, inspect, select, update
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_task
from tests.unit.services.newest import Newest
from tests.unit.services.overdue import (
    LATER,
    NEXT_DAY,
    OVERDUE,
    a_part,
    everything,
    numbers,
    said,
    three_overdue,
    written,
)
from tests.unit.services.subscribing import at, subscribed
from tracker.domain.count_numbers import Said
from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.domain.lifecycle import State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.roles import Role
from tracker.services import kept_feeds
from tracker.services.renewing import renew_all
from tracker.store import migrate
from tracker.store.feed_counts import FeedCount
from tracker.store.feeds import Feed
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

STEP = "0017"
SCOPES: dict[FeedScope, Callable[[City, Task], dict[str, Any]]] = {
    FeedScope.UNIT: lambda city, _task: {"unit_id": city.education.id},
    FeedScope.UNIT_TREE: lambda city, _task: {"unit_id": city.education.id},
    FeedScope.PLAN: lambda _city, task: {"plan_id": task.plan_id},
    FeedScope.MINE: lambda _city, _task: {},
    FeedScope.ALL: lambda _city, _task: {},
    FeedScope.OVERDUE: lambda _city, _task: {},
    FeedScope.KEY: lambda _city, _task: {},
}


@pytest.fixture
def url(either_url: str) -> str:
    """Both kinds of database."""
    return either_url


@pytest.fixture
def task(session: Session, city: City) -> Task:
    """The one that changed last."""
    return three_overdue(session, city)


LEAVING: dict[str, Callable[[City, Task], list[Any]]] = {
    "struck off": lambda _city, task: [a_part(task).values(state=State.COMPLETED, completed_on=TODAY)],
    "struck off, long due": lambda _city, task: [
        a_part(task).values(state=State.COMPLETED, completed_on=TODAY, due_on=TODAY - timedelta(days=200))
    ],
    "withdrawn": lambda _city, task: [a_part(task).values(state=State.WITHDRAWN, withdrawn_on=TODAY)],
    "date moved": lambda _city, task: [a_part(task).values(due_on=LATER)],
    "date moved far": lambda _city, task: [a_part(task).values(due_on=TODAY + timedelta(days=500))],
    "given away": lambda city, task: [a_part(task).values(unit_id=city.county.id)],
    "gone": lambda _city, task: [
        delete(HistoryEntry).where(HistoryEntry.assignment_id == task.assignments[0].id),
        delete(Assignment).where(Assignment.task_id == task.id),
    ],
}


@pytest.mark.parametrize("leaving", LEAVING)
def test_the_number_rises_when_what_changed_last_leaves(leaving: str, engine: Engine, city: City, task: Task) -> None:
    styles = (FeedScope.UNIT, Flavour.EVENT, Redaction.COUNT), (FeedScope.OVERDUE, Flavour.TODO, Redaction.FULL)
    _rises_in([(*style, False) for style in styles], leaving, engine, city, task)


def test_it_does_so_in_feeds_of_every_kind(engine: Engine, city: City, task: Task) -> None:
    kinds = [(*kind, bool(number % 2)) for number, kind in enumerate(product(SCOPES, Flavour, Redaction))]
    _rises_in(kinds, "struck off", engine, city, task)


Kind = tuple[FeedScope, Flavour, Redaction, bool]


def _rises_in(kinds: list[Kind], leaving: str, engine: Engine, city: City, task: Task) -> None:
    feeds = [
        subscribed(
            engine, city.liaison, scope, flavour=flavour, redaction=tells, alarm=alarm, **SCOPES[scope](city, task)
        )
        for scope, flavour, tells, alarm in kinds
    ]
    for each in feeds:
        each.opened = feeds[0].opened  # one process
    seen = [Newest() for _ in feeds]
    last = update(Assignment).values(percent=10, changed_at=NOW)
    for statements, day in (([], TODAY), (LEAVING[leaving](city, task), TODAY), ([last], TODAY), ([], NEXT_DAY)):
        written(engine, *statements)
        for feed, newest in zip(feeds, seen, strict=True):
            feed.poll(day)
            newest.take(feed.body)
    for feed, newest in zip(feeds, seen, strict=True):
        assert {name for name in newest.of_own() if name.startswith("逾期")} == {"逾期 2 项"}
        assert feed.body == feed.afresh(NEXT_DAY)


UNDATED: dict[str, Any] = {
    "title": update(Task).values(title="改过的标题"),
    "unit's name": update(Unit).values(name="市教体局"),
    "day": update(Assignment).values(due_on=OVERDUE - timedelta(days=1)),
    "rules": insert(RulePack).values(
        kind=PackKind.LIGHTS,
        version=1,
        rules=rules_of(LightPack(support_red=False)),
        words="",
        in_force_on=date(2023, 1, 1),
        made_at=NOW,
        made_by_name="杜督查",
    ),
}


@pytest.mark.parametrize("what", UNDATED)
def test_what_is_changed_without_a_word_of_when_raises_the_number(
    what: str, engine: Engine, city: City, task: Task
) -> None:
    written(engine, a_part(task).values(role=Role.SUPPORT))
    feed, newest = everything(engine, city), Newest()
    given = []
    for statements in ([], [UNDATED[what]]):
        written(engine, *statements)
        assert feed.poll(TODAY)
        newest.take(feed.body)
        given.append(next(each for each in newest.given.values() if each[1]["SUMMARY"].startswith("逾期")))
    assert given[0][0] < given[1][0]
    assert given[0][1] != given[1][1]


def test_what_says_the_same_keeps_its_bytes(engine: Engine, session: Session, city: City, task: Task) -> None:
    """However its items change; and nothing is written for it."""
    a_task(session, task.plan, city.education, due_on=LATER, state=State.IN_PROGRESS)
    session.commit()
    feed = everything(engine, city, redaction=Redaction.COUNT)
    feed.poll(TODAY)
    body, kept = feed.body, said(engine)
    written(engine, update(Assignment).values(percent=30, changed_at=NOW, sequence=9), update(Task).values(quote="新"))
    assert not feed.poll(TODAY)
    assert feed.elsewhere().poll(TODAY)
    assert said(engine) == kept
    written(engine, update(Assignment).where(Assignment.due_on == LATER).values(due_on=LATER + timedelta(days=1)))
    assert feed.poll(TODAY)
    assert numbers(feed.body)["逾期 3 项"] == numbers(body)["逾期 3 项"]


def test_what_comes_back_is_never_lower(engine: Engine, city: City, task: Task) -> None:
    feed, newest = everything(engine, city, redaction=Redaction.COUNT), Newest()
    parts = update(Assignment)
    for state, due_on in (
        (State.IN_PROGRESS, OVERDUE),
        (State.SUSPENDED, OVERDUE),
        (State.IN_PROGRESS, OVERDUE),
        (State.IN_PROGRESS, LATER),
        (State.IN_PROGRESS, OVERDUE),
    ):
        written(engine, parts.values(state=state, due_on=due_on))
        feed.poll(TODAY)
        newest.take(feed.body)
    assert newest.of_own().keys() == {"逾期 3 项", "到期 3 项，未办结 3 项"}


def test_it_rises_across_midnight_and_after_a_month_without_a_poll(engine: Engine, city: City, task: Task) -> None:
    feed, newest = everything(engine, city), Newest()
    for days in (0, 0, 1, 2, 40, 41):
        feed.poll(TODAY + timedelta(days=days))
        newest.take(feed.body)
    assert feed.body == feed.afresh(TODAY + timedelta(days=41))


def test_numbers_that_got_lost_are_followed_by_higher_ones(engine: Engine, city: City, task: Task) -> None:
    """As when an older copy of the database is put back: what is said later is said at a later second."""
    feed, newest = everything(engine, city), Newest()
    for number in range(5):
        written(engine, update(Task).values(title=f"第{number}次改的标题"))
        feed.poll(TODAY)
        newest.take(feed.body)
    written(engine, delete(FeedCount))
    feed.poll(NEXT_DAY)
    newest.take(feed.body)


def test_who_only_looks_gives_no_number(engine: Engine, city: City, task: Task) -> None:
    feed = everything(engine, city)
    feed.poll(TODAY)
    kept = said(engine)
    written(engine, a_part(task).values(due_on=LATER))
    ahead = feed.afresh(TODAY)
    renew_all(engine, at(NEXT_DAY))
    assert said(engine) == kept
    assert feed.poll(TODAY)
    assert feed.body == ahead


def test_a_feed_without_entries_of_its_own_asks_for_no_number(
    engine: Engine, city: City, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(engine, update(Assignment).values(due_on=LATER))
    feed = everything(engine, city)
    monkeypatch.setattr(kept_feeds, "said_last", lambda *_: pytest.fail("it was asked"))
    monkeypatch.setattr(kept_feeds, "say", lambda *_: pytest.fail("it was given"))
    assert feed.poll(TODAY)
    assert said(engine) == [(1, Said())]


def test_numbers_go_with_their_subscription(engine: Engine, city: City, task: Task) -> None:
    everything(engine, city).poll(TODAY)
    with Session(engine) as session:
        assert session.scalars(select(FeedCount)).one().number > 0
    written(engine, delete(Feed))
    with Session(engine) as session:
        assert session.scalars(select(FeedCount)).all() == []


def test_numbers_that_an_older_schema_does_not_know_are_followed_by_higher_ones(
    engine: Engine, city: City, task: Task
) -> None:
    feed, newest = everything(engine, city, redaction=Redaction.COUNT), Newest()
    feed.poll(TODAY)
    newest.take(feed.body)
    before = ScriptDirectory(str(migrate.FOLDER)).get_revision(STEP).down_revision
    for _ in range(2):
        with engine.execution_options(writes=True).begin() as connection:
            command.downgrade(migrate.config(connection), str(before))
            assert not inspect(connection).has_table("feed_count")
        migrate.upgrade(engine)
        assert said(engine) == [(1, Said())]
    written(engine, a_part(task).values(due_on=LATER))
    feed.poll(NEXT_DAY)
    newest.take(feed.body)
    assert newest.of_own().keys() == {"逾期 2 项", "到期 2 项，未办结 2 项", "到期 1 项，未办结 1 项"}
