"""People: signing in with a lock-out, passwords, and the actor that a person is today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.domain.access import Actor, Standing
from tracker.store.people import Person, PersonStanding

MAX_FAILURES = 5
LOCK_OUT = timedelta(minutes=15)
MIN_PASSWORD = 10

_hasher = PasswordHasher()
# Verified when the login does not exist, so that the answer takes as long as for one that does.
_NOBODY = _hasher.hash("nobody signs in with this")


class SignInRefused(Exception):
    """The message is Chinese and does not tell whether the login exists."""


class WrongPassword(ValueError):
    """The present password was not given rightly."""


class BadPassword(ValueError):
    """A new password that is too weak; the message says what is asked."""


@dataclass(frozen=True, slots=True)
class Credentials:
    login: str
    password: str


def sign_in(session: Session, credentials: Credentials, now: datetime) -> Person:
    """The person, when login and password are right; counts failures in the database and commits.

    Raises SignInRefused. After five failures the login is closed for fifteen minutes.
    """
    person = _person_by_login(session, credentials.login)
    if person is None or not person.active:
        _matches(_NOBODY, credentials.password)
        raise SignInRefused("账号或密码不正确，请核对后重新输入。")
    if person.locked_until and now < person.locked_until:
        raise SignInRefused("密码多次输入错误，账号已暂时锁定，请15分钟后再试，或联系管理员重置密码。")
    if not _matches(person.password_hash, credentials.password):
        _count_failure(person, now)
        session.commit()
        raise SignInRefused("账号或密码不正确，请核对后重新输入。")
    person.failed_sign_ins, person.locked_until, person.last_sign_in_at = 0, None, now
    session.commit()
    return person


def change_password(session: Session, person_id: int, present: str, fresh: str) -> Person:
    """The person's own change of password; commits. Raises WrongPassword or BadPassword."""
    person = session.get_one(Person, person_id)
    if not _matches(person.password_hash, present):
        raise WrongPassword("现用密码不正确，请重新输入。")
    set_password(person, fresh)
    person.must_change_password = False
    session.commit()
    return person


def set_password(person: Person, password: str) -> None:
    """Gives a person a new password and ends the sessions opened with the old one; does not commit."""
    person.password_hash = hashed(password)
    person.session_epoch = (person.session_epoch or 0) + 1
    person.failed_sign_ins, person.locked_until = 0, None


def hashed(password: str) -> str:
    """The argon2id hash; raises BadPassword when the password is too short."""
    if len(password) < MIN_PASSWORD:
        raise BadPassword(f"密码至少{MIN_PASSWORD}位，请使用更长的密码，例如由几个不相关的词组成。")
    if len(password) > 200:
        raise BadPassword("密码不能超过200位，请缩短。")
    return _hasher.hash(password)


def person_of_session(session: Session, session_id: str) -> Person | None:
    """The active person whose session this is; None when it was ended or is not well formed."""
    person_id, _, epoch = session_id.partition(":")
    if not (person_id.isdecimal() and epoch.isdecimal()):
        return None
    person = session.scalar(
        select(Person)
        .where(Person.id == int(person_id), Person.active)
        .options(selectinload(Person.standings).joinedload(PersonStanding.unit))
    )
    return person if person and person.session_epoch == int(epoch) else None


def actor_of(person: Person) -> Actor:
    """The person as one who acts, with the roles held today at units that still exist."""
    standings = tuple(
        Standing(held.office, held.unit_id, held.unit.path, held.unit.name)
        for held in person.standings
        if held.unit.active
    )
    return Actor(person.id, person.name, standings)


def actor_by_id(session: Session, person_id: int) -> Actor | None:
    """The actor for an active person; None when the person is gone or was closed."""
    person = session.get(
        Person, person_id, options=[selectinload(Person.standings).joinedload(PersonStanding.unit)]
    )
    return actor_of(person) if person and person.active else None


def _person_by_login(session: Session, login: str) -> Person | None:
    return session.scalar(select(Person).where(Person.login == login.strip().lower()))


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[:200])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _count_failure(person: Person, now: datetime) -> None:
    person.failed_sign_ins += 1
    if person.failed_sign_ins >= MAX_FAILURES:
        person.failed_sign_ins, person.locked_until = 0, now + LOCK_OUT
