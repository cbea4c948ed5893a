"""What nobody means, but anybody can send: days at the calendar's ends, numbers without end, the secrets of a form."""

from __future__ import annotations

import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_plan, a_task, the_actor
from tests.web.browsing import Visitor, fields_of
from tracker.domain.figures_asked import figure_of
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.services.division import Wish, divide, withdraw_children
from tracker.services.errors import Invalid
from tracker.services.joint import ask_opinions, mark_of
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.store.robots import Robot, RobotKind
from tracker.store.rule_packs import RulePack
from tracker.store.tasks import Assignment, Task

ZONE = ZoneInfo("Asia/Shanghai")

LISTS = (
    "/overdue?as_of={}",
    "/dashboard?day={}",
    "/figures?since={}",
    "/figures?since=0001-01-01&until={}",
    "/figures/list?since=0001-01-01&until={}",
    "/figures/scores?until={}",
    "/papers/bulletin?since=0001-01-01&until={}",
    "/papers/ledger.xlsx?until={}",
    "/notices/sent?day={}",
    "/notices/sent?channel=robot&day={}",
    "/audit?since={}",
    "/audit?until={}",
)


@pytest.fixture
def supervisor(app: Flask, city: City) -> Visitor:
    return Visitor(app).sign_in("supervisor")


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-31"])
def test_a_day_that_cannot_be_is_told_and_not_a_fault(supervisor: Visitor, address: str, day: str) -> None:
    assert supervisor.answer(address.format(day)).status_code in (200, 302)


@pytest.fixture
def divided(session: Session, city: City) -> Assignment:
    """The county's part in progress."""
    plan = a_plan(session, city.root)
    task = a_task(session, plan, city.education, (city.county, Role.SUPPORT), state=State.IN_PROGRESS)
    session.commit()
    return task.assignments[1]


@pytest.mark.parametrize("day", [date.min, date(2022, 6, 15), date(2099, 1, 1), date.max])
def test_a_child_task_has_a_day_that_can_be(session: Session, city: City, divided: Assignment, day: date) -> None:
    wish = Wish("子任务", day, {city.county_education.id: Role.LEAD}, late_confirmed=True)
    with pytest.raises(Invalid, match="检查年份"):
        divide(session, the_actor(city.county_supervisor), NOW, divided.id, divided.version, wish)
    assert session.scalar(select(func.count(Task.id))) == 1


def test_opinions_have_a_day_that_can_be(session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    task = a_task(session, plan, city.education, (city.finance, Role.SUPPORT), due_on=None, state=State.IN_PROGRESS)
    session.commit()
    with pytest.raises(Invalid, match="十年之内"):
        ask_opinions(session, the_actor(city.supervisor), NOW, ZONE, task.id, date.max, mark_of(task))


def test_children_sent_on_beyond_reach_are_not_withdrawn(session: Session, city: City, divided: Assignment) -> None:
    actor = the_actor(city.county_supervisor)
    wish = Wish("子任务", divided.due_on, {city.county_education.id: Role.LEAD})
    (child,) = divide(session, actor, NOW, divided.id, divided.version, wish)
    child.assignments[0].unit = city.finance  # a supervisor of the city has sent it on
    divided.state, divided.withdrawn_on = State.WITHDRAWN, NOW.date()
    session.commit()
    assert withdraw_children(session, actor, NOW, NOW.date(), divided.id, "不再办理") == 0
    assert child.assignments[0].state is State.DISPATCHED
    supervisor = the_actor(city.supervisor)
    assert withdraw_children(session, supervisor, NOW, NOW.date(), divided.id, "不再办理") == 1


def test_points_with_places_without_end_make_no_scheme(supervisor: Visitor, session: Session) -> None:
    page = supervisor.post("/figures/scores", {"each_late": "1e-100000000"}, form="/figures/scores", status=422)
    assert "最多4位小数" in page.text
    assert session.scalar(select(func.count(RulePack.id))) == 0


def test_a_milestone_of_digits_is_read_at_once() -> None:
    began = time.process_time()
    figure_of("建成" + "1" * 20_000)
    figure_of("建成" + "一百" * 10_000)
    assert time.process_time() - began < 5  # it took minutes
    assert figure_of("建成" + "示范" * 100 + "10个") is not None


def test_only_who_may_change_the_rules_tries_them(app: Flask, supervisor: Visitor, city: City) -> None:
    """What tomorrow would be like is counted over the whole installation."""
    county = Visitor(app).sign_in("county_supervisor")
    assert county.answer("/notices/rules/preview", {"csrf_token": county.token()}).status_code == 403
    fields = fields_of(supervisor("/notices/rules").form("/notices/rules"))
    assert supervisor.answer("/notices/rules/preview", fields).status_code == 200


def test_a_fault_of_the_database_does_not_tell_a_robots_address(app_settings: Settings, city: City) -> None:
    engine = make_engine(app_settings.database_url)
    with Session(engine) as session:
        robot = Robot(unit_id=city.education.id, kind=RobotKind.WECOM, name="", webhook="https://key-0815", secret="s3")
        robot.created_at = NOW
        session.add(robot)
        with pytest.raises(IntegrityError) as fault:
            session.flush()
    engine.dispose()
    assert "key-0815" not in str(fault.value)
    assert "s3" not in str(fault.value)


def test_a_robots_secrets_are_not_shown_again_when_the_form_has_expired(supervisor: Visitor) -> None:
    given = {
        "name": "教育局督办群",
        "webhook": "https://oapi.example/key-0815",
        "secret": "SEC-4711",
        "csrf_token": "-",
    }
    page = supervisor.send("/robots", given, status=400)
    assert "教育局督办群" in page.text
    assert "key-0815" not in page.html
    assert "SEC-4711" not in page.html
