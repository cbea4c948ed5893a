"""Accounts and roles: who may give what to whom, and nobody locks the last administrator out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_person, the_actor
from tracker.domain.access import Actor, Forbidden, Office
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.people import Credentials, person_of_session, sign_in
from tracker.services.staffing import (
    Details,
    LastAdministrator,
    add_person,
    checked,
    close_account,
    edit_person,
    give_role,
    reopen_account,
    reset_password,
    take_role,
)
from tracker.store.people import Person, PersonStanding
from tracker.store.people_queries import people_page

ADMINISTRATOR, LIAISON, SUPERVISOR = Office.ADMINISTRATOR, Office.LIAISON, Office.SUPERVISOR


@pytest.fixture
def chief(city: City) -> Actor:
    """The city's administrator."""
    return the_actor(city.administrator)


@pytest.fixture
def county_chief(session: Session, city: City) -> Actor:
    """The county's own administrator."""
    person = a_person(session, "county_chief", (ADMINISTRATOR, city.county), name="县管理")
    session.commit()
    return the_actor(person)


def held(session: Session, person: Person) -> list[tuple[str, Office]]:
    rows = session.scalars(select(PersonStanding).where(PersonStanding.person_id == person.id).order_by("id"))
    return [(row.unit.name, row.office) for row in rows]


def test_a_new_person_signs_in_with_the_generated_password_and_must_change_it(
    session: Session, city: City, chief: Actor
) -> None:
    made = add_person(
        session, chief, NOW, "Wang.Fang", Details(" 王芳 ", "wf@example.cn"), unit_id=city.finance.id, office=LIAISON
    )
    person = sign_in(session, Credentials("wang.fang", made.password), NOW)
    assert (person.name, person.email, person.phone) == ("王芳", "wf@example.cn", None)
    assert person.must_change_password
    assert made.password not in person.password_hash
    assert held(session, person) == [("市财政局", LIAISON)]


@pytest.mark.parametrize("login", ["", "a", "王芳", "wang fang", "-wang", "x" * 65, "a@b", "wáng"])
def test_a_login_is_plain(session: Session, city: City, chief: Actor, login: str) -> None:
    with pytest.raises(Invalid, match="账号须以"):
        add_person(session, chief, NOW, login, Details("王芳"), unit_id=city.finance.id, office=LIAISON)


def test_a_login_is_given_once(session: Session, city: City, chief: Actor) -> None:
    with pytest.raises(Invalid, match="“liaison”已有人使用"):
        add_person(session, chief, NOW, "LIAISON", Details("王芳"), unit_id=city.finance.id, office=LIAISON)


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (Details("  "), "姓名"),
        (Details("长" * 65), "姓名"),
        (Details("王芳", "wf"), "邮箱"),
        (Details("王芳", "a@b.cn\nBcc: all@b.cn"), "邮箱"),
        (Details("王芳", "a@b.cn, c@d.cn"), "邮箱"),
        (Details("王芳", None, "call me"), "电话"),
    ],
)
def test_details_that_cannot_be_used_say_what_to_change(details: Details, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        checked(details)


def test_editing_keeps_who_saved_first_and_tells_the_second(session: Session, city: City, chief: Actor) -> None:
    version = city.liaison.version
    edit_person(session, chief, city.liaison.id, version, Details("李联络", "li@example.cn", "0316-2000001"))
    with pytest.raises(Stale, match=r"邮箱“li@example[.]cn”"):
        edit_person(session, chief, city.liaison.id, version, Details("李某"))
    session.rollback()
    assert session.scalar(select(Person.name).where(Person.id == city.liaison.id)) == "李联络"


def test_a_role_given_twice_is_held_once(session: Session, city: City, chief: Actor) -> None:
    for _ in range(2):
        give_role(session, chief, city.liaison.id, city.finance.id, LIAISON)
    assert held(session, city.liaison) == [("市教育局", LIAISON), ("市财政局", LIAISON)]


def test_a_role_taken_twice_is_gone(session: Session, city: City, chief: Actor) -> None:
    standing = city.liaison.standings[0].id
    for _ in range(2):
        take_role(session, chief, city.liaison.id, standing)
    assert held(session, city.liaison) == []


def test_a_county_gives_roles_within_the_county_only(session: Session, city: City, county_chief: Actor) -> None:
    person = city.county_supervisor
    give_role(session, county_chief, person.id, city.county_education.id, LIAISON)
    assert ("东河县教育局", LIAISON) in held(session, person)
    for unit in (city.root, city.finance):
        with pytest.raises(Forbidden):
            give_role(session, county_chief, person.id, unit.id, SUPERVISOR)
        session.rollback()
    with pytest.raises(Forbidden):
        give_role(session, county_chief, county_chief.person_id, city.root.id, ADMINISTRATOR)
    session.rollback()
    with pytest.raises(Forbidden):
        add_person(session, county_chief, NOW, "new.one", Details("某"), unit_id=city.root.id, office=LIAISON)


def test_a_county_does_not_see_people_beside_it(session: Session, city: City, county_chief: Actor) -> None:
    for person in (city.liaison, city.administrator, city.nobody):
        with pytest.raises(NotFound):
            reset_password(session, county_chief, person.id)
        session.rollback()


@pytest.mark.parametrize(
    "deed",
    [
        lambda session, actor, person: reset_password(session, actor, person.id),
        lambda session, actor, person: close_account(session, actor, person.id),
        lambda session, actor, person: edit_person(session, actor, person.id, person.version, Details("改名")),
    ],
    ids=["password", "account", "details"],
)
def test_a_county_cannot_take_over_somebody_who_also_stands_at_the_city(
    session: Session, city: City, county_chief: Actor, deed: Callable[[Session, Actor, Person], object]
) -> None:
    both = a_person(session, "both", (SUPERVISOR, city.root), (LIAISON, city.county))
    session.commit()
    with pytest.raises(Forbidden):
        deed(session, county_chief, both)
    session.rollback()
    city_standing = both.standings[0].id
    with pytest.raises(Forbidden):
        take_role(session, county_chief, both.id, city_standing)


@pytest.mark.parametrize("office", [LIAISON, SUPERVISOR, Office.LEADER])
def test_only_administrators_manage_people(session: Session, city: City, office: Office) -> None:
    other = the_actor(a_person(session, "other", (office, city.root)))
    session.commit()
    with pytest.raises((Forbidden, NotFound)):
        give_role(session, other, city.liaison.id, city.root.id, ADMINISTRATOR)


def test_the_last_administrator_stays(session: Session, city: City, chief: Actor) -> None:
    with pytest.raises(LastAdministrator, match="最后一位管理员"):
        take_role(session, chief, chief.person_id, city.administrator.standings[0].id)
    session.rollback()
    with pytest.raises(LastAdministrator):
        close_account(session, chief, chief.person_id)
    session.rollback()
    assert held(session, city.administrator) == [("示例市政府", ADMINISTRATOR)]


def test_a_closed_account_or_a_county_does_not_count_as_another_administrator(
    session: Session, city: City, chief: Actor, county_chief: Actor
) -> None:
    closed = a_person(session, "closed", (ADMINISTRATOR, city.root), active=False)
    session.commit()
    with pytest.raises(LastAdministrator):
        close_account(session, chief, chief.person_id)
    session.rollback()
    reopen_account(session, chief, closed.id)
    assert close_account(session, chief, chief.person_id).active is False


def test_the_countys_last_administrator_may_go_while_the_city_has_one(
    session: Session, city: City, chief: Actor, county_chief: Actor
) -> None:
    close_account(session, chief, county_chief.person_id)
    assert session.scalar(select(Person.active).where(Person.id == county_chief.person_id)) is False


def test_a_reset_ends_the_sessions_and_must_be_changed(session: Session, city: City, chief: Actor) -> None:
    before = f"{city.liaison.id}:{city.liaison.session_epoch}"
    made = reset_password(session, chief, city.liaison.id)
    assert person_of_session(session, before) is None
    assert sign_in(session, Credentials("liaison", made.password), NOW).must_change_password


def test_closing_ends_the_sessions_for_good(session: Session, city: City, chief: Actor) -> None:
    before = f"{city.liaison.id}:{city.liaison.session_epoch}"
    close_account(session, chief, city.liaison.id)
    assert person_of_session(session, before) is None
    reopen_account(session, chief, city.liaison.id)
    assert person_of_session(session, before) is None


def test_the_list_is_what_the_administrator_reaches(
    session: Session, city: City, chief: Actor, county_chief: Actor
) -> None:
    def names(actor: Actor, **wanted: object) -> set[str]:
        return {person.login for person in people_page(session, actor, **wanted).rows}  # type: ignore[arg-type]

    assert names(county_chief) == {"county_supervisor", "county_chief"}
    assert len(names(chief)) == session.scalar(select(func.count(Person.id)))
    assert names(chief, words="教育局") == {"liaison"}
    assert names(chief, words="李 教育") == {"liaison"}
    assert names(chief, words="100%") == set()
    assert names(chief, office=SUPERVISOR) == {"supervisor", "county_supervisor"}
    close_account(session, chief, city.liaison.id)
    assert "liaison" not in names(chief)
    assert "liaison" in names(chief, closed=True)
