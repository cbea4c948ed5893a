"""Signing in and out, the lock-out as a person meets it, passwords, and where one goes next."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import PASSWORD, City
from tests.web.browsing import Visitor, fields_of
from tracker.app import LONGEST_SESSION, create_app
from tracker.clock import Clock
from tracker.settings import Settings
from tracker.store.people import Person


def attempt(page: Visitor, login: str, password: str, query: str = "") -> tuple[int, str, str]:
    """Status, address and text of the answer to a sign-in."""
    fields = fields_of(page(f"/sign-in{query}").form(""))
    answer = page.answer(f"/sign-in{query}", {**fields, "login": login, "password": password})
    return answer.status_code, answer.headers.get("Location", ""), answer.get_data(as_text=True)


def test_five_wrong_passwords_lock_the_account_without_saying_so(page: Visitor, city: City) -> None:
    wrong = [attempt(page, "liaison", "not the words")[2] for _ in range(5)]
    locked = attempt(page, "liaison", PASSWORD)
    unknown = attempt(page, "never-heard-of", "not the words")
    assert locked[0] == unknown[0] == 422
    sentence = "账号或密码不正确，或账号已暂时锁定"
    assert all(sentence in text for text in [*wrong, locked[2], unknown[2]])


def test_a_closed_account_hears_the_same(page: Visitor, city: City, session: Session) -> None:
    city.liaison.active = False
    session.commit()
    status, _, text = attempt(page, "liaison", PASSWORD)
    assert (status, "账号或密码不正确" in text) == (422, True)


def test_the_password_is_never_written_back_into_the_page(page: Visitor, city: City) -> None:
    assert "not the words" not in attempt(page, "liaison", "not the words")[2]


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/units", "/units"),
        ("/units?q=教育", "/units?q="),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("units", "/"),
        ("", "/"),
    ],
)
def test_one_goes_on_to_pages_of_this_site_only(page: Visitor, city: City, target: str, goes_to: str) -> None:
    status, location, _ = attempt(page, "liaison", PASSWORD, f"?next={target}")
    assert status == 302
    assert location.startswith(goes_to)
    assert "elsewhere" not in location


def test_a_page_asked_for_before_signing_in_comes_after_it(page: Visitor, city: City) -> None:
    assert page.answer("/units").headers["Location"].endswith("/sign-in?next=/units")


def test_nothing_put_into_the_session_before_stays_after_signing_in(page: Visitor, city: City) -> None:
    page("/sign-in")
    with page.client.session_transaction() as kept:
        before = kept["csrf_token"]
        kept["planted"] = "by somebody else"
    page.sign_in("liaison")
    with page.client.session_transaction() as kept:
        assert "planted" not in kept
        assert kept.get("csrf_token") != before


def test_the_session_ends_at_once_when_the_account_is_closed(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("liaison")
    assert page("/units").heading == "单位"
    city.liaison.active = False
    session.commit()
    assert page("/units").heading == "登录"


def test_a_set_password_must_be_changed_before_anything_else(page: Visitor, city: City, session: Session) -> None:
    city.liaison.must_change_password = True
    session.commit()
    page.sign_in("liaison")
    assert page("/units").heading == "修改密码"
    fresh = {"present": PASSWORD, "fresh": "five other plain words", "again": "five other plain words"}
    page.post("/password", fresh, form="")
    assert page("/units").heading == "单位"


def test_changing_the_password_ends_the_other_sessions(
    page: Visitor, visitor: type[Visitor], app: Flask, city: City
) -> None:
    other = visitor(app).sign_in("liaison")
    page.sign_in("liaison")
    fresh = {"present": PASSWORD, "fresh": "five other plain words", "again": "five other plain words"}
    page.post("/password", fresh, form="")
    assert page("/units").heading == "单位"
    assert other("/units").heading == "登录"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"present": "not the words", "fresh": "five other plain words", "again": "five other plain words"},
            "现用密码不正确",
        ),
        ({"present": PASSWORD, "fresh": "short", "again": "short"}, "10到200位"),
        ({"present": PASSWORD, "fresh": "five other plain words", "again": "five other plain"}, "不一致"),
        ({"present": PASSWORD, "fresh": PASSWORD, "again": PASSWORD}, "不能与现用密码相同"),
    ],
)
def test_a_new_password_is_checked(page: Visitor, city: City, changes: dict[str, str], said: str) -> None:
    page.sign_in("liaison")
    assert said in page.post("/password", changes, form="", status=422).text


def sample_file(folder: Path) -> None:
    row = {"login": "liaison", "password": PASSWORD, "name": "李联络", "office": "联络员", "unit": "市教育局"}
    (folder / "sample.json").write_text(json.dumps({"people": [row]}), "utf-8")


def test_the_samples_people_are_shown(page: Visitor, app_settings: Settings, city: City) -> None:
    assert "演示账号" not in page("/sign-in").text
    sample_file(app_settings.instance)
    shown = page("/sign-in")
    assert PASSWORD in shown.text
    button = shown.main.one("button", data_login="liaison")
    assert (button.get("type"), button.get("data-password")) == ("button", PASSWORD)


def test_production_shows_no_password(app_settings: Settings, city: City) -> None:
    sample_file(app_settings.instance)
    app = create_app(replace(app_settings, production=True), Clock(app_settings.zone))
    assert PASSWORD not in Visitor(app)("/sign-in").html


def test_signing_in_is_noted(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("liaison")
    session.expire_all()
    assert session.get_one(Person, city.liaison.id).last_sign_in_at is not None


def test_a_copied_cookie_is_worth_nothing_after_a_working_day(
    app: Flask, page: Visitor, visitor: type[Visitor], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cookie is signed with the moment it was made; signing out cannot reach a copy of it."""
    page.sign_in("liaison")
    copied = page.client.get_cookie("tracker_session")
    assert copied
    thief = visitor(app)
    thief.client.set_cookie("tracker_session", copied.value)
    assert thief("/units").heading == "单位"
    later = time.time() + LONGEST_SESSION + 60
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert thief("/units").heading == "登录"
