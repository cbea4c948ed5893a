"""What hostile or broken requests bring: numbers no row has, control characters, bodies too long or never ending."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.builders import PASSWORD, City, a_plan, a_task
from tests.web.browsing import Visitor
from tests.web.serving import settings_for
from tracker.domain.lifecycle import State
from tracker.settings import Settings
from tracker.store.engine import make_engine, write_session
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit
from tracker.web.incoming import LARGEST_BEFORE_SIGN_IN, LARGEST_FORM


@pytest.fixture
def app_settings(tmp_path: Path, either_url: str) -> Settings:
    """The app of this module runs on both kinds of database: they refuse different things."""
    return settings_for(tmp_path, either_url)


@pytest.fixture
def assignment(session: Session, city: City) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS)
    session.commit()
    return task.assignments[0]


NUMBERS = ["2147483648", "9" * 19, "9" * 30, "9" * 5000, "-1", "٣"]
SUPERVISORS = ["/assignments/{}", "/tasks/{}", "/plans/{}", "/plans/{}/review", "/sources/{}", "/drafts/{}/edit"]
SUPERVISORS += ["/units/{}", "/units/groups/{}", "/feeds/{}"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_no_row_has_is_no_page(page: Visitor, city: City, number: str) -> None:
    page.sign_in("supervisor")
    for address in SUPERVISORS:
        page(address.format(number), 404)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_no_row_has_changes_nothing(page: Visitor, assignment: Assignment, number: str) -> None:
    page.sign_in("supervisor")
    token = page.token()
    for name in ("version", "unit_id", "percent"):
        fields = {"version": "1", "unit_id": "1", "words": "转办", name: number, "csrf_token": token}
        for event in ("dispatch", "report", "suspend"):
            answer = page.answer(f"/assignments/{assignment.id}/{event}", fields)
            assert answer.status_code in (302, 403, 409, 422), (name, event)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["page", "unit", "plan", "days", "q", "due_from"])
def test_a_filter_understands_no_such_number(page: Visitor, city: City, name: str, number: str) -> None:
    page.sign_in("supervisor")
    for address in ("/tasks", "/overdue", "/plans", "/units", "/inbox", "/pending"):
        page(f"{address}?{name}={number}")


def test_control_characters_are_left_out(page: Visitor, session: Session, assignment: Assignment) -> None:
    page.sign_in("liaison").post(
        f"/assignments/{assignment.id}",
        {"words": "已完成\x00一半\x1b[31m，\n下月完成"},
        form=f"/assignments/{assignment.id}/report",
    )
    session.rollback()
    [entry] = session.scalars(select(HistoryEntry).where(HistoryEntry.event == "report"))
    assert (entry.assignment_id, entry.words) == (assignment.id, "已完成一半[31m，\n下月完成")


def test_a_search_for_control_characters_is_a_search_for_nothing(page: Visitor, city: City) -> None:
    page.sign_in("supervisor")
    for address in ("/tasks", "/overdue", "/plans", "/units"):
        page(f"{address}?q=%00%01")


def test_a_sign_in_with_control_characters_is_a_wrong_one(page: Visitor, city: City) -> None:
    fields = {"login": "super\x00visor\x00x", "password": "\x00" * 20, "csrf_token": page.token()}
    assert page.answer("/sign-in", fields).status_code == 422


class Watching:
    """A body that is sent slowly: each time a piece is asked for, somebody else writes."""

    def __init__(self, body: bytes, url: str) -> None:
        self.body, self.engine, self.written = BytesIO(body), make_engine(url), 0

    def read(self, size: int | None = -1, /) -> bytes:
        with write_session(self.engine) as other:
            if self.engine.dialect.name == "sqlite":
                other.connection().exec_driver_sql("PRAGMA busy_timeout=0")
            other.execute(text("UPDATE unit SET position = position + 1 WHERE parent_id IS NULL"))
            other.commit()
        self.written += 1
        return self.body.read(size)


def test_who_sends_a_form_slowly_holds_up_nobody(app: Flask, page: Visitor, session: Session, city: City) -> None:
    body = f"csrf_token={page.token()}&login=liaison&password={PASSWORD}".encode()
    slow = Watching(body, app.config["SQLALCHEMY_DATABASE_URI"])
    kind = "application/x-www-form-urlencoded"
    sent = {"wsgi.input": slow, "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": kind}
    answer = page.client.post("/sign-in", environ_overrides=sent)
    slow.engine.dispose()
    assert answer.status_code == 302
    assert slow.written
    session.rollback()
    assert session.get_one(Unit, city.root.id, populate_existing=True).position == slow.written


@pytest.mark.parametrize("address", ["/sign-in", "/tasks", "/nowhere", "/plans/new", "/sign-out"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_stranger_sends_little(page: Visitor, address: str, kind: str) -> None:
    body = b"a&" * (LARGEST_BEFORE_SIGN_IN // 2 + 1)
    answer = page.client.post(address, data=body, content_type=kind)
    assert answer.status_code == 413
    assert "超过64 KB" in answer.get_data(as_text=True)


@pytest.mark.parametrize("address", ["/password", "/plans/new"])
def test_a_form_is_no_file(page: Visitor, city: City, address: str) -> None:
    page.sign_in("supervisor")
    kind = "application/x-www-form-urlencoded"
    answer = page.client.post(address, data=b"a" * (LARGEST_FORM + 1), content_type=kind)
    assert answer.status_code == 413
    assert "超过512 KB" in answer.get_data(as_text=True)


def test_a_long_plan_is_no_longer_than_the_settings_allow(page: Visitor, city: City) -> None:
    page.sign_in("supervisor")
    fields = {"text": "教" * LARGEST_FORM, "name": "长文", "scope": city.root.id, "csrf_token": page.token()}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    body = f"{''.join(parts)}--x--\r\n".encode()
    answer = page.client.post("/plans/new", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 302


@pytest.mark.parametrize("target", ["//[", "http://[", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(page: Visitor, city: City, target: str) -> None:
    fields = {"login": "liaison", "password": PASSWORD, "csrf_token": page.token()}
    answer = page.client.post("/sign-in", query_string={"next": target}, data=fields)
    assert (answer.status_code, answer.location) == (302, "/")


def test_passwords_are_not_shown_again(page: Visitor, city: City) -> None:
    page.sign_in("liaison")
    fields = {"present": PASSWORD, "fresh": "another four words", "again": "another four words"}
    answer = page.answer("/password", {**fields, "csrf_token": "expired"})
    assert answer.status_code == 400
    assert not any(secret in answer.get_data(as_text=True) for secret in fields.values())
