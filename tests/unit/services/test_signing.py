"""The last day to sign for a part: set with a dispatch or on its own, heeded by the light, guarded like any change."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden
from tracker.domain.history import BEFORE_WORK
from tracker.domain.lifecycle import Event, Refused, State
from tracker.services.changing import Changed
from tracker.services.errors import Invalid
from tracker.services.lit import When, lit
from tracker.services.signing import set_sign_by
from tracker.services.supervision import Filter, unsigned
from tracker.services.work import act
from tracker.store.people import Person
from tracker.store.tasks import Assignment

ZONE = ZoneInfo("Asia/Shanghai")
LIMIT = date(2023, 6, 20)


def a_part(session: Session, city: City, state: State = State.DISPATCHED) -> Assignment:
    part = a_task(session, a_plan(session, city.root), city.education, state=state).assignments[0]
    session.commit()
    return part


def limit(session: Session, person: Person, part: Assignment, day: date | None, **given: Any) -> Assignment:
    version, today = given.get("version", part.version), given.get("today", TODAY)
    return set_sign_by(session, the_actor(person), NOW, today, part.id, version, day)


def told(session: Session, part: Assignment) -> list[tuple[str, str | None]]:
    session.refresh(part)
    return [(entry.event, entry.words) for entry in part.history[1:]]


def test_is_set_changed_and_taken_away(session: Session, city: City) -> None:
    part = a_part(session, city)
    limit(session, city.supervisor, part, LIMIT)
    assert (part.sign_by_on, part.version, part.due_on) == (LIMIT, 2, date(2023, 6, 30))
    limit(session, city.supervisor, part, LIMIT)  # nothing to change, nothing to tell
    limit(session, city.supervisor, part, None)
    assert part.sign_by_on is None
    assert told(session, part) == [
        ("set_date", "签收期限定为2023年6月20日。"),
        ("set_date", "取消单独的签收期限，按统一规定签收。"),
    ]


def test_nobody_has_acted_by_it_yet(session: Session, city: City) -> None:
    """An adoption can still be taken back after the office has set the limit."""
    part = limit(session, city.supervisor, a_part(session, city), LIMIT)
    assert {entry.event for entry in part.history} <= set(BEFORE_WORK)


def test_the_light_and_the_list_follow(session: Session, city: City) -> None:
    part, actor = a_part(session, city), the_actor(city.supervisor)
    part.dispatched_at = NOW
    session.commit()
    limit(session, city.supervisor, part, LIMIT)
    for day, late in [(LIMIT, False), (LIMIT + timedelta(1), True)]:
        when = When(day, ZONE)
        assert ("未签收" in lit(part, when).why) == late
        assert unsigned(session, actor, when, Filter()).total == late
    act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    assert unsigned(session, actor, When(LIMIT + timedelta(9), ZONE), Filter()).total == 0


def test_the_list_holds_what_the_offices_rule_makes_late(session: Session, city: City) -> None:
    a_part(session, city)  # dispatched a month ago
    when = When(TODAY, ZONE)
    assert unsigned(session, the_actor(city.supervisor), when, Filter()).total == 1
    assert unsigned(session, the_actor(city.county_supervisor), when, Filter()).total == 0
    assert unsigned(session, the_actor(city.supervisor), when, Filter("别的")).total == 0


@pytest.mark.parametrize(
    ("day", "today", "said"),
    [
        (TODAY - timedelta(1), TODAY, "签收期限2023年6月14日已经过去"),
        (date(2023, 7, 1), TODAY, "晚于完成时限2023年6月30日"),
        (date(2033, 7, 1), date(2023, 7, 2), "检查年份"),
    ],
)
def test_days_that_cannot_be_used(session: Session, city: City, day: date, today: date, said: str) -> None:
    part = a_part(session, city)
    with pytest.raises(Invalid, match=said):
        limit(session, city.supervisor, part, day, today=today)
    session.rollback()
    assert told(session, part) == []


def test_of_overdue_work_it_may_lie_after_the_date(session: Session, city: City) -> None:
    assert limit(session, city.supervisor, a_part(session, city), date(2023, 7, 5), today=date(2023, 7, 2)).sign_by_on


@pytest.mark.parametrize("state", [state for state in State if state is not State.DISPATCHED])
def test_only_what_is_not_signed_for(session: Session, city: City, state: State) -> None:
    part = a_part(session, city, state)
    with pytest.raises(Refused, match=f"现为“{state.label}”，只有“待签收”"):
        limit(session, city.supervisor, part, LIMIT)


@pytest.mark.parametrize("who", ["liaison", "neighbour", "leader", "county_supervisor", "administrator", "nobody"])
def test_others_may_not(session: Session, city: City, who: str) -> None:
    with pytest.raises(Forbidden, match="设定签收期限"):
        limit(session, getattr(city, who), a_part(session, city), LIMIT)


def test_a_stale_page_is_told(session: Session, city: City) -> None:
    part = a_part(session, city)
    limit(session, city.supervisor, part, LIMIT)
    limit(session, city.supervisor, part, LIMIT, version=1)  # the same once more
    with pytest.raises(Changed, match="杜督查已“确定时限”"):
        limit(session, city.supervisor, part, date(2023, 6, 21), version=1)
    act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    with pytest.raises(Changed, match="李联络已“签收”"):
        limit(session, city.supervisor, part, LIMIT, version=2)


class TestWithADispatch:
    def test_it_comes_along_and_the_unit_reads_it(self, session: Session, city: City) -> None:
        part, actor = a_part(session, city, State.DECLINED), the_actor(city.supervisor)
        given: dict[str, Any] = {"words": "请财政局办理。", "unit_id": city.finance.id, "sign_by_on": LIMIT}
        act(session, actor, NOW, TODAY, part.id, Event.DISPATCH, 1, **given)
        assert (part.sign_by_on, part.unit_id) == (LIMIT, city.finance.id)
        act(session, actor, NOW, TODAY, part.id, Event.DISPATCH, 1, **given)  # pressed twice
        assert told(session, part) == [
            ("dispatch", "由“市教育局”转办至“市财政局”。请财政局办理。签收期限：2023年6月20日。")
        ]

    def test_an_old_one_ends_with_a_new_dispatch(self, session: Session, city: City) -> None:
        part = a_part(session, city, State.DECLINED)
        part.sign_by_on = TODAY
        session.commit()
        act(session, the_actor(city.supervisor), NOW, TODAY, part.id, Event.DISPATCH, part.version)
        assert part.sign_by_on is None

    def test_one_that_has_passed_is_refused(self, session: Session, city: City) -> None:
        part, actor = a_part(session, city, State.DECLINED), the_actor(city.supervisor)
        with pytest.raises(Invalid, match="已经过去"):
            act(session, actor, NOW, TODAY, part.id, Event.DISPATCH, 1, sign_by_on=TODAY - timedelta(1))

    def test_it_belongs_to_nothing_else(self, session: Session, city: City) -> None:
        part = a_part(session, city)
        act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.SIGN_FOR, 1, sign_by_on=LIMIT)
        assert (part.sign_by_on, part.history[-1].words) == (None, None)
