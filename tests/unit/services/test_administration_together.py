"""Two administrators at the same instant, each with a connection of their own, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_person, a_plan, a_unit, the_actor
from tracker.domain.access import Actor
from tracker.domain.access import Office as Role
from tracker.domain.units import UnitKind
from tracker.services.groups import add_group, add_member, remove_member
from tracker.services.intake_facts import PlanFacts, correct_facts, facts_of
from tracker.services.robots import RobotGiven, add_robot
from tracker.services.staffing import LastAdministrator, give_role, take_role
from tracker.services.units import UnitFacts, edit_unit
from tracker.store.engine import write_session
from tracker.store.people import PersonStanding
from tracker.store.plans import Plan
from tracker.store.robots import Robot, RobotKind
from tracker.store.units import Unit, UnitGroupMember

Deed = Callable[[Session, Actor], object]


@dataclass(frozen=True, slots=True)
class Office:
    """A database with the small city and a second administrator at its root."""

    engine: Engine
    city: City
    actors: tuple[Actor, Actor]

    def at_once(self, *deeds: Deed) -> list[str]:
        """The names of what came of the deeds, done at the same instant: Stale …, or None where all went well."""
        together = Barrier(len(deeds))

        def do(deed: Deed, actor: Actor) -> None:
            with write_session(self.engine) as session:
                together.wait(timeout=20)
                deed(session, actor)

        with ThreadPoolExecutor(len(deeds)) as pool:
            waiting = [pool.submit(do, deed, actor) for deed, actor in zip(deeds, self.actors, strict=True)]
        return sorted(type(done.exception()).__name__ for done in waiting)

    def read(self, query: Any) -> list[Any]:
        with write_session(self.engine) as session:
            return list(session.scalars(query))


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture
def office(engine: Engine) -> Office:
    with write_session(engine) as session:
        city = a_city(session)
        second = a_person(session, "second", (Role.ADMINISTRATOR, city.root))
        session.commit()
        return Office(engine, city, (the_actor(city.administrator), the_actor(second)))


def test_two_who_take_each_others_role_leave_one_administrator(office: Office) -> None:
    held = office.read(select(PersonStanding).where(PersonStanding.office == Role.ADMINISTRATOR))
    deeds: list[Deed] = [
        lambda session, actor, role=role: take_role(session, actor, role.person_id, role.id)  # type: ignore[misc]
        for role in held
    ]
    assert office.at_once(*deeds) == sorted(["NoneType", LastAdministrator.__name__])
    assert len(office.read(select(PersonStanding).where(PersonStanding.office == Role.ADMINISTRATOR))) == 1


def test_one_role_given_twice_is_held_once(office: Office) -> None:
    def give(session: Session, actor: Actor) -> None:
        give_role(session, actor, office.city.nobody.id, office.city.finance.id, Role.LEADER)

    assert office.at_once(give, give) == ["NoneType", "NoneType"]
    person = select(PersonStanding).where(PersonStanding.person_id == office.city.nobody.id)
    assert len(office.read(person)) == 1


def test_two_who_each_take_another_member_leave_one(office: Office) -> None:
    with write_session(office.engine) as session:
        group = add_group(session, office.actors[0], "两个局", "市教育局")
        add_member(session, office.actors[0], group.id, "市财政局")
        group_id = group.id
    units = (office.city.education.id, office.city.finance.id)
    deeds: list[Deed] = [
        lambda session, actor, unit=unit: remove_member(session, actor, group_id, unit)  # type: ignore[misc]
        for unit in units
    ]
    assert office.at_once(*deeds) == ["Invalid", "NoneType"]
    assert len(office.read(select(UnitGroupMember).where(UnitGroupMember.group_id == group_id))) == 1


def test_one_unit_renamed_twice_at_once_is_told_to_the_second(office: Office) -> None:
    with write_session(office.engine) as session:
        bureau = a_unit(session, "市体育局", office.city.root)
        session.commit()
    seen = UnitFacts(bureau.name, bureau.full_name, bureau.kind)
    deeds: list[Deed] = [
        lambda session, actor, name=name: edit_unit(  # type: ignore[misc]
            session, actor, bureau.id, seen, UnitFacts(name, name, UnitKind.DEPARTMENT)
        )
        for name in ("市体育一局", "市体育二局")
    ]
    assert office.at_once(*deeds) == ["NoneType", "Stale"]
    assert office.read(select(Unit.name).where(Unit.id == bureau.id))[0] in {"市体育一局", "市体育二局"}


def test_one_plans_facts_corrected_twice_at_once_are_told_to_the_second(office: Office) -> None:
    with write_session(office.engine) as session:
        plan = a_plan(session, office.city.root)
        session.commit()
        seen = facts_of(plan).mark
    supervisor = the_actor(office.city.supervisor)
    deeds: list[Deed] = [
        lambda session, _actor, day=day: correct_facts(  # type: ignore[misc]
            session, supervisor, NOW, TODAY, plan.id, PlanFacts("方案", None, None, date(2023, 1, day), None), seen
        )
        for day in (3, 4)
    ]
    assert office.at_once(*deeds) == ["NoneType", "Stale"]
    assert office.read(select(Plan.issued_on).where(Plan.id == plan.id))[0] in {date(2023, 1, 3), date(2023, 1, 4)}


def test_one_robot_is_added_once(office: Office) -> None:
    """Two of one address would tell the same group everything twice."""
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1"

    def add(name: str) -> Deed:
        given = RobotGiven(office.city.education.id, RobotKind.WECOM, name, address)
        return lambda session, actor: add_robot(session, actor, NOW, given)

    assert office.at_once(add("督办群"), add("局工作群")) == ["Invalid", "NoneType"]
    assert len(office.read(select(Robot))) == 1
