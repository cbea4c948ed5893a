"""Accounts and roles: an administrator gives and takes them, at the units that the own role reaches.

A role is given or taken by whoever administers the unit where it is held. What belongs to the whole person (the
password, the account) needs somebody who administers every unit where the person holds a role; otherwise a county
could take over the account of a city's supervisor who also stands in the county.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Office, Permission
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.people import generated_password, hashed, set_password
from tracker.services.turns import in_turn
from tracker.store.people import Person, PersonStanding
from tracker.store.people_queries import (
    administers_root,
    login_exists,
    other_administrators,
    person_with_standings,
)
from tracker.store.units import Unit

MANAGE = Permission.MANAGE_PEOPLE
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
LOGIN_WRONG = "账号须以小写字母或数字开头，只含小写字母、数字、点、短横和下划线，2到64位，请修改。"
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_PHONE = re.compile(r"[0-9+()（）\- 转]{5,40}")


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a person, checked by :func:`checked`."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A person with a password that is told this once."""

    person: Person
    password: str


class LastAdministrator(Invalid):
    """Nobody would be left who administers these units."""

    def __init__(self) -> None:
        super().__init__("这是最后一位管理员，停用或撤销后将无人能管理单位和人员。请先为另一人添加管理员岗位。")


def checked(details: Details) -> Details:
    """The details without blanks around them; raises Invalid with what to change."""
    name, email, phone = (value.strip() for value in (details.name, details.email or "", details.phone or ""))
    if not name or len(name) > 64:
        raise Invalid("请填写姓名，不超过64字。")
    if email and (len(email) > 254 or not _EMAIL.fullmatch(email)):
        raise Invalid("邮箱格式不对，应写成 name@example.cn 这样，请修改。")
    if phone and not _PHONE.fullmatch(phone):
        raise Invalid("电话只能有数字、加号、括号、空格、短横和“转”，请修改。")
    return Details(name, email or None, phone or None)


@in_turn
def add_person(
    session: Session, actor: Actor | None, now: datetime, login: str, details: Details, *, unit_id: int, office: Office
) -> Made:
    """A new account with its first role and a generated password that must be changed; commits.

    ``actor`` None is the technician at the shell, who may do anything.
    """
    login, details = login.strip().lower(), checked(details)
    if not LOGIN.fullmatch(login):
        raise Invalid(LOGIN_WRONG)
    unit = _unit_for_role(session, actor, unit_id)
    if login_exists(session, login):
        raise Invalid(f"账号“{login}”已有人使用，请换一个。")
    password = generated_password()
    person = Person(login=login, name=details.name, email=details.email, phone=details.phone, created_at=now)
    person.password_hash, person.must_change_password = hashed(password), True
    person.standings = [PersonStanding(unit=unit, office=office)]
    session.add(person)
    session.commit()
    return Made(person, password)


@in_turn
def edit_person(session: Session, actor: Actor, person_id: int, version: int, details: Details) -> Person:
    """Changes name, mail and phone and commits; raises Stale when somebody did so since ``version``."""
    details = checked(details)
    person = _whole_person(session, actor, person_id, "修改此人资料")
    if person.version != version:
        raise Stale(_what_stands(person))
    person.name, person.email, person.phone = details.name, details.email, details.phone
    session.commit()
    return person


def _what_stands(person: Person) -> str:
    return (
        "您打开页面之后，此人资料已被他人修改，您的修改没有保存。"
        f"现在的资料是：姓名“{person.name}”，邮箱“{person.email or '无'}”，电话“{person.phone or '无'}”。"
        "请核对后再保存。"
    )


@in_turn
def give_role(session: Session, actor: Actor, person_id: int, unit_id: int, office: Office) -> Person:
    """Gives a role at a unit and commits; a role that is held already stays as it is."""
    person = visible_person(session, actor, person_id)
    unit = _unit_for_role(session, actor, unit_id)
    if not any(held.unit_id == unit.id and held.office is office for held in person.standings):
        person.standings.append(PersonStanding(unit=unit, office=office))
    session.commit()
    return person


@in_turn
def take_role(session: Session, actor: Actor, person_id: int, standing_id: int) -> Person:
    """Takes a role away and commits; one that is gone already is no fault. Raises LastAdministrator."""
    person = visible_person(session, actor, person_id)
    held = next((held for held in person.standings if held.id == standing_id), None)
    if held is None:
        session.rollback()
        return person
    if not actor.may(MANAGE, held.unit.path):
        raise Forbidden(MANAGE, f"撤销在“{held.unit.name}”的岗位")
    _keep_an_administrator(session, [held])
    person.standings.remove(held)
    session.commit()
    return person


@in_turn
def reset_password(session: Session, actor: Actor | None, person_id: int, password: str | None = None) -> Made:
    """A new password that must be changed at the next sign-in; ends the person's sessions and commits.

    It is generated unless the technician gives one. Raises BadPassword.
    """
    person = _whole_person(session, actor, person_id, "重置此人密码")
    fresh = password or generated_password()
    set_password(person, fresh)
    person.must_change_password = True
    session.commit()
    return Made(person, fresh)


@in_turn
def close_account(session: Session, actor: Actor | None, person_id: int) -> Person:
    """Closes an account and ends its sessions at once; commits. History keeps the name."""
    person = _whole_person(session, actor, person_id, "停用此账号")
    if person.active:
        _keep_an_administrator(session, list(person.standings))
        person.active, person.session_epoch = False, person.session_epoch + 1
    session.commit()
    return person


@in_turn
def reopen_account(session: Session, actor: Actor | None, person_id: int) -> Person:
    """Opens a closed account again, with the roles it had; commits."""
    person = _whole_person(session, actor, person_id, "启用此账号")
    if not person.active:
        person.active, person.session_epoch = True, person.session_epoch + 1
    session.commit()
    return person


def visible_person(session: Session, actor: Actor, person_id: int) -> Person:
    """A person who holds a role within the actor's reach; raises NotFound for anybody else."""
    person = person_with_standings(session, person_id)
    if person is None or not _is_visible(actor, person):
        raise NotFound("没有此人，或此人不在您的管理范围内。")
    return person


def manages_whole(actor: Actor, person: Person) -> bool:
    """Whether the actor administers every unit where the person holds a role."""
    if not person.standings:
        return administers_root(actor)
    return all(actor.may(MANAGE, held.unit.path) for held in person.standings)


def _is_visible(actor: Actor, person: Person) -> bool:
    if not person.standings:
        return administers_root(actor)
    return any(actor.may(MANAGE, held.unit.path) for held in person.standings)


def _whole_person(session: Session, actor: Actor | None, person_id: int, what: str) -> Person:
    if actor is None:
        person = person_with_standings(session, person_id)
        if person is None:
            raise NotFound("没有此人。")
        return person
    person = visible_person(session, actor, person_id)
    if not manages_whole(actor, person):
        raise Forbidden(MANAGE, what)
    return person


def _unit_for_role(session: Session, actor: Actor | None, unit_id: int) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise Invalid("所选单位不存在或已停用，请重新选择。")
    if actor is not None and not actor.may(MANAGE, unit.path):
        raise Forbidden(MANAGE, f"在“{unit.name}”设置岗位")
    return unit


def _keep_an_administrator(session: Session, leaving: list[PersonStanding]) -> None:
    """Refuses when a unit would be left that no active administrator reaches."""
    for held in leaving:
        is_only = held.office is Office.ADMINISTRATOR and held.person.active and held.unit.active
        if is_only and not other_administrators(session, held.unit.path, [each.id for each in leaving]):
            raise LastAdministrator
