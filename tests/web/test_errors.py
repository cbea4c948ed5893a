"""What a clumsy or unlucky person is told: in plain words, with what was typed, and with a way on."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.html import Node, parse
from tests.web.browsing import Visitor, fields_of
from tracker.domain.lifecycle import State
from tracker.store import at_once
from tracker.store.at_once import Rows

WORDS = "已完成第一轮排查，\n发现问题7个。"


@pytest.fixture
def part(session: Session, city: City) -> str:
    """The address of the education bureau's part; it has been signed for."""
    task = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS)
    session.commit()
    return f"/assignments/{task.assignments[0].id}"


def sent(page: Visitor, part: str, fields: dict[str, str]) -> tuple[int, Node]:
    """Sends a report as from the part's page: the status, and the page that comes."""
    answer = page.client.post(f"{part}/report", data=fields, headers={"Referer": f"http://localhost{part}"})
    return answer.status_code, parse(answer.get_data(as_text=True))


def kept(root: Node) -> list[str]:
    return [area.text for area in root.all("textarea")]


def links(root: Node) -> dict[str, str]:
    return {link.text: link.get("href") for link in root.one("main").all("a")}


def test_a_page_left_open_too_long_loses_nothing(page: Visitor, part: str) -> None:
    fields = fields_of(page.sign_in("liaison")(part).form(f"{part}/report"))
    mine = {"words": WORDS, "csrf_token": "stale", "next": "/my?section=overdue"}
    status, root = sent(page, part, {**fields, **mine})
    assert status == 400
    assert "页面打开的时间太长" in root.one("main").text
    assert kept(root) == ["已完成第一轮排查， 发现问题7个。"]  # and not the address to go back to
    assert links(root)["重新打开刚才的页面"] == part


def test_a_sign_in_that_has_ended_loses_nothing(page: Visitor, part: str) -> None:
    fields = fields_of(page.sign_in("liaison")(part).form(f"{part}/report"))
    with page.client.session_transaction() as browser:
        browser.clear()
    status, root = sent(page, part, {**fields, "words": WORDS})
    assert (status, root.one("h1").text) == (401, "登录已过期")
    assert kept(root) == ["已完成第一轮排查， 发现问题7个。"]
    assert links(root) == {"重新登录": f"/sign-in?next={part}"}


def test_a_button_pressed_after_the_sign_in_ended_leads_to_sign_in(page: Visitor, part: str) -> None:
    answer = page.answer(f"{part}/report", {"version": "1", "next": "/my?section=overdue"})
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/")


def test_passwords_are_never_shown_again(page: Visitor, city: City) -> None:
    page.sign_in("liaison")
    data = {"present": "old words here", "fresh": "new words here", "again": "new words here", "csrf_token": "stale"}
    answer = page.answer("/password", data)
    assert answer.status_code == 400
    assert "words here" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "referrer", ["http://elsewhere.example/assignments/1", "", "http://localhost//elsewhere.example"]
)
def test_the_way_back_never_leads_elsewhere(page: Visitor, part: str, referrer: str) -> None:
    page.sign_in("liaison")
    answer = page.client.post(f"{part}/report", data={"words": WORDS}, headers={"Referer": referrer})
    assert answer.status_code == 400
    assert all(link in ("/", "/my") for link in links(parse(answer.get_data(as_text=True))).values())


def test_a_database_that_is_busy_is_no_fault_of_the_system(
    page: Visitor, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a statement is asked that is put together once."""
    session.commit()
    page.sign_in("supervisor")

    def asked(connection: object, cursor: object, sql: str, values: object, **how: bool) -> Rows:
        if "WITH found" in sql:
            raise sqlite3.OperationalError("database is locked")
        return heard(connection, cursor, sql, values, **how)  # type: ignore[arg-type]

    heard = at_once._heard
    monkeypatch.setattr(at_once, "_heard", asked)
    busy = page("/overdue", status=503)
    assert busy.heading == "系统正忙"
    monkeypatch.undo()
    assert page("/overdue").heading == "逾期清单"
