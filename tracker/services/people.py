"""People: signing in with a lock-out, passwords, and the actor that a person is today."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from tracker.domain.access import Actor, Permission, Standing
from tracker.store.audit_trail import note
from tracker.store.engine import begin_write
from tracker.store.people import Person, PersonStanding

MAX_FAILURES = 5
LOCK_OUT = timedelta(minutes=15)
MIN_PASSWORD, MAX_PASSWORD = 10, 200

_hasher = PasswordHasher()
# Verified when the login does not exist, so that the answer takes as long as for one that does.
_NOBODY = f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${'A' * 22}${'A' * 43}"


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


# One answer to every failure: it must not tell whether the login exists, is closed or is locked.
WRONG = (
    f"账号或密码不正确，或账号已暂时锁定，请核对后重新输入。连续输错{MAX_FAILURES}次，账号锁定15分钟；"
    "忘记密码请联系管理员重置。"
)


def sign_in(session: Session, credentials: Credentials, now: datetime) -> Person:
    """The person, when login and password are right; counts in the database and commits.

    Raises SignInRefused. After five failures the login is closed for fifteen minutes. An attempt is counted before
    its password is checked, so that many at once get no more than five guesses; nobody waits for the check.
    """
    attempt = _count_attempt(session, credentials.login, now)
    right = _matches(attempt.password_hash if attempt else _NOBODY, credentials.password)
    if attempt is None or not right:
        raise SignInRefused(WRONG)
    begin_write(session)
    _note(session, attempt.person_id, failed_sign_ins=0, locked_until=None, last_sign_in_at=now)
    session.commit()
    return session.get_one(Person, attempt.person_id, populate_existing=True)


@dataclass(frozen=True, slots=True)
class _Attempt:
    person_id: int
    password_hash: str


def _count_attempt(session: Session, login: str, now: datetime) -> _Attempt | None:
    """Counts an attempt as failed until it succeeds, and commits; None when there is nothing to check."""
    wanted = select(Person.id, Person.password_hash, Person.active, Person.failed_sign_ins, Person.locked_until).where(
        Person.login == login.strip().lower()
    )
    row = session.execute(wanted.with_for_update()).one_or_none()
    # No lock lasts longer than LOCK_OUT: one from a day that the sample's clock has left again is over.
    is_locked = row is not None and row.locked_until is not None and now < row.locked_until <= now + LOCK_OUT
    if row is None or is_locked or not row.active:
        session.rollback()
        return None
    failures = 1 if row.locked_until else row.failed_sign_ins + 1
    locked_until = now + LOCK_OUT if failures >= MAX_FAILURES else None
    _note(session, row.id, failed_sign_ins=failures, locked_until=locked_until)
    if locked_until:
        note(session, "person", row.id, "lock", {"until": locked_until})
    session.commit()
    return _Attempt(row.id, row.password_hash)


def _note(session: Session, person_id: int, **values: object) -> None:
    """Sets what signing in leaves behind, without a new version: an administrator's open form stays good."""
    quietly = {"synchronize_session": False}
    session.execute(update(Person).where(Person.id == person_id).values(**values), execution_options=quietly)


def change_password(session: Session, person_id: int, present: str, fresh: str) -> Person:
    """The person's own change of password; commits. Raises WrongPassword or BadPassword."""
    person = session.get_one(Person, person_id)
    if not _matches(person.password_hash, present):
        raise WrongPassword("现用密码不正确，请重新输入。")
    if fresh == present:
        raise BadPassword("新密码不能与现用密码相同，请另设一个。")
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
    """The argon2id hash; raises BadPassword when the password is too short or too long."""
    if len(password) < MIN_PASSWORD:
        raise BadPassword(f"密码至少{MIN_PASSWORD}位，请使用更长的密码，例如由几个不相关的词组成。")
    if len(password) > MAX_PASSWORD:
        raise BadPassword(f"密码不能超过{MAX_PASSWORD}位，请缩短。")
    return _hasher.hash(password)


# Without letters and digits that are read for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def generated_password() -> str:
    """A random password of 59 bits that can be read out and typed: three groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def person_of_session(session: Session, session_id: str) -> Person | None:
    """The active person whose session this is; None when it was ended or is not well formed."""
    person_id, _, epoch = session_id.partition(":")
    if not (person_id.isdecimal() and epoch.isdecimal()):
        return None
    person = session.scalars(_of_session(), {"person_id": int(person_id)}).unique().one_or_none()
    return person if person and person.session_epoch == int(epoch) else None


@cache
def _of_session() -> Select[Person]:
    """Asked by every page, so put together once."""
    found = select(Person).where(Person.id == bindparam("person_id"), Person.active)
    return found.options(_with_standings())


def _with_standings() -> ExecutableOption:
    """Brings along what an actor is made of."""
    return joinedload(Person.standings).joinedload(PersonStanding.unit)


def actor_of(person: Person) -> Actor:
    """The person as one who acts, with the roles held today at units that still exist."""
    standings = tuple(
        Standing(held.office, held.unit_id, held.unit.path, held.unit.name)
        for held in person.standings
        if held.unit.active
    )
    return Actor(person.id, person.name, standings)


def actors_who(session: Session, permission: Permission) -> list[Actor]:
    """The active people who hold the permission anywhere; one statement."""
    people = session.scalars(select(Person).where(Person.active).options(_with_standings())).unique()
    return [actor for actor in map(actor_of, people) if actor.holds(permission)]


def actor_by_id(session: Session, person_id: int) -> Actor | None:
    """The actor for an active person; None when the person is gone or was closed."""
    person = session.get(Person, person_id, options=[selectinload(Person.standings).joinedload(PersonStanding.unit)])
    return actor_of(person) if person and person.active else None


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[:MAX_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False
