"""What rings in a calendar, and what a feed tells of its items together: as a calendar program is given it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Component
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, an_assignment
from tests.unit.services.subscribing import Subscriber, subscribed
from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.roles import Role
from tracker.store.rule_packs import PackKind, RulePack

BEFORE, AFTER = TODAY - timedelta(days=3), TODAY + timedelta(days=20)
WORKED = State.IN_PROGRESS


def components(feed: Subscriber) -> list[Component]:
    return [each for kind in ("VEVENT", "VTODO") for each in Calendar.from_ical(feed.body).walk(kind)]


def counts(feed: Subscriber) -> list[Component]:
    """What tells how many are due on a day."""
    return [each for each in components(feed) if "到期" in str(each["SUMMARY"])]


def ringing(feed: Subscriber, day: date) -> set[str]:
    """The titles, without their marks, of what has an alarm on the day."""
    feed.poll(day)
    return {str(each["SUMMARY"]).split("】")[-1].split(" · ")[0] for each in components(feed) if each.subcomponents}


@pytest.fixture
def office(session: Session, city: City) -> City:
    """What is ahead, and what is past without a red light."""
    plan = a_plan(session, city.root)
    milestones = (("到了", BEFORE), ("今天", TODAY), ("未到", AFTER))
    a_task(session, plan, city.education, due_on=AFTER, state=WORKED, title="办", milestones=milestones)
    a_task(session, plan, city.education, due_on=TODAY, state=WORKED, title="今")
    a_task(session, plan, city.education, due_on=BEFORE, state=State.SUSPENDED, title="挂账")
    a_task(session, plan, city.education, due_on=AFTER, state=State.SUSPENDED, title="挂账的以后")
    lead, support = (city.finance, Role.LEAD), (city.education, Role.SUPPORT)
    a_task(session, plan, lead, support, due_on=BEFORE, state=WORKED, title="配合")
    over = a_task(session, plan, (city.finance, Role.LEAD), due_on=AFTER, state=State.WITHDRAWN, title="已撤的")
    over.state = TaskState.WITHDRAWN
    over.assignments.append(an_assignment(city.education, Role.SUPPORT, 1, over, WORKED))
    made = {"in_force_on": date(2023, 1, 1), "made_at": NOW, "made_by_name": "管"}
    rules = rules_of(LightPack(support_red=False))
    session.add(RulePack(kind=PackKind.LIGHTS, version=1, rules=rules, **made))
    session.commit()
    return city


@pytest.mark.parametrize("flavour", Flavour)
def test_only_what_is_waited_for_and_has_not_passed_rings(engine: Engine, office: City, flavour: Flavour) -> None:
    wish: dict[str, Any] = {"flavour": flavour, "alarm": True, "with_milestones": True}
    feed = subscribed(engine, office.liaison, FeedScope.UNIT, unit_id=office.education.id, **wish)
    assert ringing(feed, TODAY) == {"办", "今", "节点：今天", "节点：未到"}
    assert ringing(feed, TODAY + timedelta(days=1)) == {"办", "节点：未到"}
    assert ringing(feed, AFTER + timedelta(days=1)) == set()


def test_of_counts_only_those_of_days_ahead_ring(engine: Engine, office: City) -> None:
    feed = subscribed(engine, office.liaison, FeedScope.ALL, redaction=Redaction.COUNT, alarm=True)
    feed.poll(TODAY)
    days = {each.decoded("DTSTART"): bool(each.subcomponents) for each in counts(feed)}
    assert days == {BEFORE: False, TODAY: True, AFTER: True}


def test_the_numbers_of_counts_never_fall(engine: Engine, session: Session, city: City) -> None:
    """Also when what changed last leaves the feed: it was completed, and a month has passed."""
    plan = a_plan(session, city.root)
    a_task(session, plan, city.education, due_on=AFTER, state=WORKED)
    closed = a_task(session, plan, city.education, due_on=BEFORE, state=State.COMPLETED).assignments[0]
    closed.completed_on, closed.changed_at = TODAY, NOW
    session.commit()
    feed = subscribed(engine, city.liaison, FeedScope.ALL, redaction=Redaction.COUNT)
    told: list[tuple[int, Any]] = []
    for days in (0, 30, 31):
        feed.poll(TODAY + timedelta(days))
        [of_day] = [each for each in counts(feed) if each.decoded("DTSTART") == AFTER]
        told.append((of_day.decoded("SEQUENCE"), of_day.decoded("LAST-MODIFIED")))
    assert told == sorted(told)
