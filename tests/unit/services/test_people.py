"""Signing in with its lock-out, and passwords."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from argon2 import extract_parameters
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, PASSWORD, City, a_city, a_person
from tracker.services import people
from tracker.services.people import (
    LOCK_OUT,
    MAX_FAILURES,
    BadPassword,
    Credentials,
    SignInRefused,
    WrongPassword,
    actor_by_id,
    change_password,
    generated_password,
    hashed,
    person_of_session,
    sign_in,
)
from tracker.store.engine import make_engine, write_session
from tracker.store.people import Person

RIGHT, WRONG = Credentials("liaison", PASSWORD), Credentials("liaison", "not the words")


def refusal(session: Session, credentials: Credentials, now: datetime = NOW) -> str:
    with pytest.raises(SignInRefused) as caught:
        sign_in(session, credentials, now)
    return str(caught.value)


def test_the_right_password_signs_in_whatever_case_the_login_is_typed_in(session: Session, city: City) -> None:
    person = sign_in(session, Credentials(" Liaison ", PASSWORD), NOW)
    assert (person.id, person.last_sign_in_at) == (city.liaison.id, NOW)


def test_five_failures_lock_for_a_quarter_of_an_hour(session: Session, city: City) -> None:
    for _ in range(MAX_FAILURES):
        refusal(session, WRONG)
    refusal(session, RIGHT)
    refusal(session, RIGHT, NOW + LOCK_OUT - timedelta(seconds=1))
    assert sign_in(session, RIGHT, NOW + LOCK_OUT).id == city.liaison.id


def test_a_lock_does_not_outlast_a_clock_that_goes_back(session: Session, city: City) -> None:
    """The sample may stand on its own day again after a run on the wall clock."""
    for _ in range(MAX_FAILURES):
        refusal(session, WRONG, NOW + timedelta(days=900))
    refusal(session, RIGHT, NOW + timedelta(days=900))
    assert sign_in(session, RIGHT, NOW).id == city.liaison.id


def test_four_failures_do_not_lock_and_success_forgets_them(session: Session, city: City) -> None:
    for _ in range(2):
        for _ in range(MAX_FAILURES - 1):
            refusal(session, WRONG)
        sign_in(session, RIGHT, NOW)
    assert session.scalar(select(Person.failed_sign_ins).where(Person.login == "liaison")) == 0


def test_after_a_lock_out_the_count_begins_anew(session: Session, city: City) -> None:
    for _ in range(MAX_FAILURES):
        refusal(session, WRONG)
    later = NOW + LOCK_OUT
    for _ in range(MAX_FAILURES - 1):
        refusal(session, WRONG, later)
    assert sign_in(session, RIGHT, later)


def test_no_answer_tells_whether_a_login_exists_is_closed_or_is_locked(session: Session, city: City) -> None:
    city.neighbour.active = False
    session.commit()
    for _ in range(MAX_FAILURES):
        refusal(session, WRONG)
    logins = ("liaison", "neighbour", "supervisor", "never-heard-of", "")
    answers = {refusal(session, Credentials(login, "not the words")) for login in logins}
    assert len(answers) == 1
    assert refusal(session, Credentials("neighbour", PASSWORD)) in answers


def test_signing_in_does_not_make_an_administrators_open_form_stale(session: Session, city: City) -> None:
    before = city.liaison.version
    refusal(session, WRONG)
    sign_in(session, RIGHT, NOW)
    assert session.scalar(select(Person.version).where(Person.login == "liaison")) == before


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[str]:
    engine = make_engine(postgres_url)
    with write_session(engine) as session:
        a_city(session)
    yield postgres_url
    engine.dispose()


@pytest.fixture
def sqlite(sqlite_url: str, city: City) -> str:
    return sqlite_url


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgresql"))])
def test_guessing_at_once_gives_no_more_guesses(
    database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve guesses begin together: no more than five of them may reach the check of the password."""
    url = request.getfixturevalue(database)
    checked: list[str] = []

    def matches(stored: str, _typed: str) -> bool:
        checked.append(stored)
        return False

    monkeypatch.setattr("tracker.services.people._matches", matches)
    engine, together = make_engine(url), Barrier(12)

    def guess(number: int) -> None:
        with write_session(engine) as session:
            together.wait(20)
            refusal(session, Credentials("liaison", f"guess number {number}"))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(guess, range(12)))
    with write_session(engine) as session:
        person = session.scalars(select(Person).where(Person.login == "liaison")).one()
        assert person.locked_until == NOW + LOCK_OUT
        assert checked.count(person.password_hash) == MAX_FAILURES
    engine.dispose()


def test_a_session_ends_with_a_new_password(session: Session, city: City) -> None:
    old = f"{city.liaison.id}:{city.liaison.session_epoch}"
    assert person_of_session(session, old)
    changed = change_password(session, city.liaison.id, PASSWORD, "five other plain words here")
    assert not changed.must_change_password
    assert person_of_session(session, old) is None
    assert person_of_session(session, f"{changed.id}:{changed.session_epoch}")
    assert sign_in(session, Credentials("liaison", "five other plain words here"), NOW)


def test_an_unknown_login_costs_as_much_as_a_known_one() -> None:
    assert extract_parameters(people._NOBODY) == extract_parameters(hashed(PASSWORD))


@pytest.mark.parametrize("session_id", ["", "7", "7:", ":0", "a:b", "1:0:0", "-1:0", "999:0"])
def test_a_session_that_is_not_well_formed_is_nobodys(session: Session, city: City, session_id: str) -> None:
    assert person_of_session(session, session_id) is None


def test_the_present_password_is_asked_for(session: Session, city: City) -> None:
    with pytest.raises(WrongPassword):
        change_password(session, city.liaison.id, "not the words", "five other plain words here")


@pytest.mark.parametrize("fresh", ["short", "x" * 201, PASSWORD])
def test_a_password_that_is_weak_or_the_same_is_refused(session: Session, city: City, fresh: str) -> None:
    with pytest.raises(BadPassword):
        change_password(session, city.liaison.id, PASSWORD, fresh)


def test_passwords_are_kept_as_argon2id_only() -> None:
    assert hashed("plain words to keep").startswith("$argon2id$")


def test_generated_passwords_differ_and_pass_the_rule() -> None:
    made = {generated_password() for _ in range(50)}
    assert len(made) == 50
    assert all(hashed(password) for password in list(made)[:1])
    assert not set("".join(made)) & set("il1o0")


def test_an_actor_has_no_standing_at_a_closed_unit(session: Session, city: City) -> None:
    city.education.active = False
    session.commit()
    actor = actor_by_id(session, city.liaison.id)
    assert actor is not None
    assert actor.standings == ()


def test_a_closed_account_acts_no_more(session: Session, city: City) -> None:
    gone = a_person(session, "gone", active=False)
    session.commit()
    assert actor_by_id(session, gone.id) is None
    assert person_of_session(session, f"{gone.id}:0") is None
