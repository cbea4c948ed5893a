"""A leader's remark at the browser: written, shown on top, read by the unit, kept when it could not be written."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.web.browsing import Visitor, fields_of
from tracker.domain.roles import Role
from tracker.store.tasks import Task

WORDS = "请抓紧办理。\n月底前报结果。"


@pytest.fixture
def task(session: Session, city: City) -> Task:
    made = a_task(session, a_plan(session, city.root), (city.education, Role.LEAD), city.finance)
    session.commit()
    return made


def test_a_remark_on_a_part_is_shown_on_top_and_told(page: Visitor, task: Task) -> None:
    part_id = task.assignments[0].id
    page.sign_in("leader")
    action = f"/remarks/assignments/{part_id}"
    shown = page.post(f"/assignments/{part_id}", {"remark": WORDS}, form=action)
    assert shown.alerts == ["批示已发出，市教育局和督查室会收到通知。"]
    assert "请抓紧办理" in shown.main.one("section", aria_label="领导批示").text
    page.sign_out().sign_in("liaison")
    assert "请抓紧办理" in page(f"/assignments/{part_id}").main.one("section", aria_label="领导批示").text
    assert len(page("/inbox").main.all("li", class_="letter")) == 1
    page.sign_out().sign_in("neighbour")
    assert "请抓紧办理" not in page(f"/tasks/{task.id}").text


def test_a_remark_on_the_task_stands_once(page: Visitor, task: Task) -> None:
    page.sign_in("leader")
    shown = page.post(f"/tasks/{task.id}", {"remark": WORDS}, form=f"/remarks/tasks/{task.id}")
    assert shown.alerts == ["批示已发出，市教育局、市财政局和督查室会收到通知。"]
    assert len(shown.main.one("section", aria_label="领导批示").all("blockquote")) == 1


def test_who_is_no_leader_is_not_asked(page: Visitor, task: Task) -> None:
    page.sign_in("supervisor")
    assert "作批示" not in page(f"/assignments/{task.assignments[0].id}").text
    assert "作批示" not in page(f"/tasks/{task.id}").text


def test_a_stale_page_keeps_the_words(page: Visitor, visitor: type[Visitor], task: Task) -> None:
    part_id = task.assignments[0].id
    page.sign_in("leader")
    action = f"/remarks/assignments/{part_id}"
    fields = {**fields_of(page(f"/assignments/{part_id}").form(action)), "remark": WORDS}
    liaison = visitor(page.client.application).sign_in("liaison")
    liaison.post(f"/assignments/{part_id}", form=f"/assignments/{part_id}/sign_for")
    again = page.send(action, fields, status=409)
    assert "李联络已“签收”" in again.text
    kept = fields_of(again.form(action))
    assert kept["remark"] == WORDS
    assert "批示已发出" in page.send(action, kept).alerts[0]


def test_an_empty_remark_is_told(page: Visitor, task: Task) -> None:
    page.sign_in("leader")
    action = f"/remarks/tasks/{task.id}"
    assert "请填写批示内容" in page.post(f"/tasks/{task.id}", {"remark": " "}, form=action, status=422).text
