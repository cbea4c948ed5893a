"""A calendar program that polls through a year of an office's work sees exactly what is true at each poll.

Dates are moved, work is returned, reopened and withdrawn, a unit is renamed, new tasks come, a liaison leaves.
The truth is worked out here from the rows, by the checklist's rules and by nothing of the product.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, joinedload

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tests.unit.services.newest import Newest
from tests.unit.services.subscribing import Subscriber, subscribed
from tracker.domain.access import Actor
from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.domain.roles import Role
from tracker.services.errors import NotFound
from tracker.services.redating import Move, redate
from tracker.services.work import act, events_for
from tracker.store.engine import write_session
from tracker.store.people import Person, PersonStanding
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

DAYS = 365
TASKS = 40


@pytest.fixture
def url(either_url: str) -> str:
    """Both kinds of database."""
    return either_url


@dataclass
class Office:
    """The office at work, by a seeded die."""

    engine: Engine
    city: City
    die: random.Random
    made: int = 0
    done: list[str] = field(default_factory=list)

    def work(self, day: date) -> None:
        """One thing that happens in an office."""
        now = datetime.combine(day, NOW.timetz())
        deed = self.die.choice([*[self.move_on] * 6, *[self.redate] * 2, self.new_task, self.rename])
        with write_session(self.engine) as session:
            deed(session, now, day)
            session.commit()
        self.done.append(deed.__name__)

    def move_on(self, session: Session, now: datetime, day: date) -> None:
        part = self.die.choice(session.scalars(select(Assignment).order_by(Assignment.id)).all())
        able: list[tuple[Actor, Event]] = []
        for person in (self.city.supervisor, self.city.liaison, self.city.neighbour):
            actor = the_actor(session.get_one(Person, person.id))
            able += [(actor, event) for event in events_for(actor, part)]
        if not able:
            return
        actor, event = self.die.choice(able)
        given: dict[str, Any] = {"words": "按要求办理，情况如上。", "percent": self.die.randrange(0, 101, 10)}
        if event is Event.ACCEPT:
            given["outcome"] = self.die.choice(list(Outcome))
        if event is Event.DISPATCH:
            given["unit_id"] = part.unit_id
        act(session, actor, now, day, part.id, event, part.version, **given)

    def redate(self, session: Session, now: datetime, day: date) -> None:
        task = self.die.choice(session.scalars(select(Task).order_by(Task.id)).all())
        new = day + timedelta(days=self.die.randrange(-20, 500))
        redate(
            the_actor(session.get_one(Person, self.city.supervisor.id)),
            now,
            task,
            Move(task.due_on, new, "调整"),
        )

    def new_task(self, session: Session, now: datetime, day: date) -> None:
        self.made += 1
        plan = session.scalars(select(Task).order_by(Task.id)).first()
        assert plan
        units = [session.get_one(Unit, unit.id) for unit in (self.city.education, self.city.finance)]
        due_on = self.die.choice([None, *[day + timedelta(days=self.die.randrange(1, 450)) for _ in range(5)]])
        roles = ((units[0], Role.LEAD), (units[1], self.die.choice([Role.SUPPORT, Role.RESPONSIBLE])))
        a_task(session, plan.plan, *roles, due_on=due_on, title=f"新增第{self.made}项工作")

    def rename(self, session: Session, _now: datetime, _day: date) -> None:
        session.get_one(Unit, self.city.education.id).name = f"市教育局{self.die.randrange(3)}"


PRESSED_FOR = (State.DISPATCHED, State.DECLINED, State.IN_PROGRESS, State.SUBMITTED)


def truth(session: Session, unit_ids: Sequence[int], day: date) -> dict[str, tuple[date, str, str]]:
    """What a calendar of these units has to show: for each UID its day, its status, and how its title ends."""
    shown = {}
    for part in session.scalars(
        select(Assignment).options(joinedload(Assignment.task)).where(Assignment.unit_id.in_(unit_ids))
    ):
        closed_on = part.completed_on or part.withdrawn_on
        if part.due_on is None or part.due_on > day + timedelta(days=400):
            continue
        if closed_on and (closed_on < day - timedelta(days=30) or part.due_on < day - timedelta(days=90)):
            continue
        status = "CANCELLED" if part.state is State.WITHDRAWN else "CONFIRMED"
        is_late = part.due_on < day and part.state in PRESSED_FOR and part.task.state is TaskState.OPEN
        mark = "【逾期】" if is_late else {State.COMPLETED: "✔ ", State.WITHDRAWN: "【撤销】"}.get(part.state, "")
        title = f"{mark}{part.task.title} · {part.unit.name}"
        shown[part.uid] = (part.due_on, status, title)
    return shown


@dataclass
class Watched:
    """A subscriber, and what it showed last of each UID."""

    subscriber: Subscriber
    unit_ids: tuple[int, ...]
    sequences: dict[str, tuple[int, date, str]] = field(default_factory=dict)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    newest: Newest = field(default_factory=Newest)
    news: int = 0
    late: int = 0

    def look(self, engine: Engine, day: date) -> None:
        if self.subscriber.poll(day):
            self.news += 1
            events = self.subscriber.events
            self.shown = {event["uid"]: event for event in events}
            assert len(self.shown) == len(events)
            self.newest.take(self.subscriber.body)
        with Session(engine) as session:
            expected = truth(session, self.unit_ids, day)
        found = self.shown
        assert found.keys() == expected.keys(), day
        for uid, (due_on, status, ending) in expected.items():
            event = found[uid]
            assert (event["day"], event["status"]) == (due_on, status)
            assert event["summary"].endswith(ending)
            self._in_sequence(event)
        self.late = sum(title.startswith("【逾期】") for _, _, title in expected.values())
        assert totals(self.newest) == ([f"逾期 {self.late} 项"] if self.late else [])

    def _in_sequence(self, event: dict[str, Any]) -> None:
        """A client takes a moved or cancelled entry for newer only when its number rose."""
        number, day, status = self.sequences.get(event["uid"], (-1, event["day"], event["status"]))
        moved = (event["day"], event["status"]) != (day, status)
        assert event["sequence"] > number if moved else event["sequence"] >= number
        self.sequences[event["uid"]] = (event["sequence"], event["day"], event["status"])


def totals(newest: Newest) -> list[str]:
    return [title for title in newest.of_own() if title.startswith("逾期")]


@dataclass
class Counted:
    """A program that is told counts, or what is overdue alone, by two workers without any order."""

    workers: tuple[Subscriber, Subscriber]
    die: random.Random
    newest: Newest = field(default_factory=Newest)

    def look(self, day: date, late: int) -> None:
        worker = self.die.choice(self.workers)
        worker.poll(day)
        self.newest.take(worker.body)
        assert totals(self.newest) == ([f"逾期 {late} 项"] if late else [])


def counted(feed: Subscriber) -> Counted:
    return Counted((feed, feed.elsewhere()), random.Random(20230616))


def test_a_year_of_polls(engine: Engine, session: Session, city: City) -> None:
    plan = a_plan(session, city.root, "全年工作要点")
    for number in range(TASKS):
        due_on = TODAY + timedelta(days=number * 11 - 60)
        a_task(
            session,
            plan,
            (city.education, Role.LEAD),
            (city.finance, Role.SUPPORT),
            due_on=due_on,
            title=f"第{number}项工作",
        )
    session.commit()
    units = (city.education.id,), (city.education.id, city.finance.id)
    watched = [
        Watched(subscribed(engine, city.liaison, FeedScope.UNIT, unit_id=city.education.id), units[0]),
        Watched(subscribed(engine, city.supervisor, FeedScope.ALL), units[1]),
    ]
    told = [
        counted(subscribed(engine, city.supervisor, FeedScope.ALL, redaction=Redaction.COUNT, alarm=True)),
        counted(subscribed(engine, city.supervisor, FeedScope.OVERDUE, flavour=Flavour.TODO)),
    ]
    office = Office(engine, city, random.Random(20230615))
    for number in range(DAYS):
        day = TODAY + timedelta(days=number)
        for _ in range(office.die.randrange(3)):
            office.work(day)
            if office.die.random() < 0.5:
                for each in watched:
                    each.look(engine, day)
                for program in told:
                    program.look(day, watched[1].late)
        for each in watched:
            each.look(engine, day)
            each.look(engine, day)  # nothing happened meanwhile
            if number % 30 == 0:
                assert each.subscriber.body == each.subscriber.afresh(day)
        for program in told:
            program.look(day, watched[1].late)
    assert {"move_on", "redate", "new_task", "rename"} <= set(office.done)
    assert all(DAYS // 2 < each.news < 3 * DAYS for each in watched)


def test_who_leaves_takes_nothing_along(engine: Engine, session: Session, city: City) -> None:
    a_task(session, a_plan(session, city.root), city.education, due_on=TODAY + timedelta(days=9))
    session.commit()
    own = subscribed(engine, city.liaison, FeedScope.MINE)
    unit = subscribed(engine, city.liaison, FeedScope.UNIT, unit_id=city.education.id)
    for each in (own, unit):
        assert each.poll(TODAY)
        assert len(each.events) == 1
    standing = session.scalars(select(PersonStanding).where(PersonStanding.person_id == city.liaison.id)).one()
    standing.unit_id = city.finance.id
    session.commit()
    assert own.poll(TODAY)
    assert own.events == []
    with pytest.raises(NotFound):
        unit.poll(TODAY)
