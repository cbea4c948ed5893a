"""The 责任分解表 as its liaison fills it in, and as supervisors read it."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import City, a_person, a_plan, a_task
from tests.web.browsing import Visitor, fields_of
from tests.web.queries import counted
from tracker.domain.access import Office
from tracker.domain.lifecycle import State
from tracker.store.handling import Handling
from tracker.store.tasks import Assignment


@pytest.fixture
def parts(session: Session, city: City) -> list[Assignment]:
    plan = a_plan(session, city.root)
    tasks = [a_task(session, plan, city.education, state=State.IN_PROGRESS, title=f"任务{n}") for n in range(3)]
    session.commit()
    return [task.assignments[0] for task in tasks]


def path_of(city: City) -> str:
    return f"/units/{city.education.id}/handling"


def handler(session: Session, part: Assignment) -> str | None:
    session.rollback()
    row = session.get(Handling, part.id, populate_existing=True)
    return row.handler if row else None


def test_from_my_tasks_to_a_filled_table(session: Session, city: City, parts: list[Assignment], page: Visitor) -> None:
    page.sign_in("liaison")
    (way,) = [link for link in page("/my").main.all("a") if link.text == "责任分解表"]
    shown = page(way.get("href"))
    assert shown.path == path_of(city)
    first, second, third = parts
    typed = {f"leader-{first.id}": "李局长", f"handler-{first.id}": "小李", f"handler-{second.id}": "小王"}
    saved = page.post(path_of(city), typed)
    assert saved.alerts == ["已保存2项。"]
    assert "未销号事项3项，已明确承办人员2项" in saved.text
    assert [handler(session, part) for part in parts] == ["小李", "小王", None]
    options = [node.get("value") for node in saved.main.one("datalist", id="used-handler").all("option")]
    assert set(options) == {"小李", "小王"}
    assert saved.main.one("input", id=f"handler-{third.id}").get("list") == "used-handler"
    assert page.post(path_of(city)).alerts == ["没有改动，不用保存。"]


def test_a_stale_row_is_told_and_keeps_what_was_typed(
    app: Flask, session: Session, city: City, parts: list[Assignment], page: Visitor
) -> None:
    a_person(session, "second", (Office.LIAISON, city.education), name="王联络")
    session.commit()
    first, second, _ = parts
    page.sign_in("liaison")
    stale = fields_of(page(path_of(city)).form(path_of(city)))
    Visitor(app).sign_in("second").post(path_of(city), {f"handler-{first.id}": "小张"})
    typed = {**stale, f"handler-{first.id}": "小李", f"handler-{second.id}": "小王"}
    shown = page.send(path_of(city), typed, status=409)
    assert "已保存1项；有1项没有保存" in shown.alerts[0]
    row = shown.main.one("tr", id=f"part-{first.id}")
    assert "王联络已改为“承办人：小张”" in row.text
    assert row.one("input", id=f"handler-{first.id}").get("value") == "小李"
    assert [handler(session, part) for part in (first, second)] == ["小张", "小王"]
    again = page.send(path_of(city), fields_of(shown.form(path_of(city))))
    assert again.alerts == ["已保存1项。"]
    assert handler(session, first) == "小李"


def test_a_wrong_number_is_told_beside_its_row(
    session: Session, city: City, parts: list[Assignment], page: Visitor
) -> None:
    page.sign_in("liaison")
    typed = {f"phone-{parts[0].id}": "问办公室", f"handler-{parts[1].id}": "小王"}
    fields = fields_of(page(path_of(city)).form(path_of(city)))
    shown = page.send(path_of(city), {**fields, **typed}, status=422)
    assert "电话只能有数字" in shown.main.one("tr", id=f"part-{parts[0].id}").text
    assert shown.main.one("input", id=f"phone-{parts[0].id}").get("value") == "问办公室"
    assert handler(session, parts[1]) == "小王"


def test_what_was_closed_meanwhile_is_shown_by_itself(
    session: Session, city: City, parts: list[Assignment], page: Visitor
) -> None:
    page.sign_in("liaison")
    fields = fields_of(page(path_of(city)).form(path_of(city)))
    parts[0].state, parts[0].withdrawn_on = State.WITHDRAWN, parts[0].due_on
    session.commit()
    shown = page.send(path_of(city), {**fields, f"handler-{parts[0].id}": "小李"}, status=422)
    assert any("现为“撤销”" in each and "承办人：小李" in each for each in shown.alerts)


def test_on_the_page_of_the_part_and_of_the_task(
    session: Session, city: City, parts: list[Assignment], page: Visitor
) -> None:
    at = f"/assignments/{parts[0].id}"
    page.sign_in("liaison")
    shown = page.post(at, {f"section-{parts[0].id}": "基教科"}, form=f"{at}/handling")
    assert shown.alerts == ["责任分解已保存。"]
    assert "基教科" in shown.text
    assert "填报责任分解" in shown.text
    for login in ("supervisor", "leader"):
        page.sign_out().sign_in(login)
        assert "基教科" in page(f"/tasks/{parts[0].task_id}").text
        assert "基教科" in page(at).text
        assert page(path_of(city)).main.all("input", name=f"section-{parts[0].id}") == []
    page.sign_out().sign_in("neighbour")
    page(path_of(city), status=403)


def test_a_supervisor_downloads_it(session: Session, city: City, parts: list[Assignment], page: Visitor) -> None:
    answer = page.sign_in("supervisor").answer(f"{path_of(city)}.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
    assert [row[1].value for row in sheet.iter_rows(min_row=4)] == ["任务0", "任务1", "任务2"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_long_table_asks_no_more_often(session: Session, city: City, page: Visitor) -> None:
    page.sign_in("liaison")
    plan = a_plan(session, city.root)
    a_task(session, plan, city.education, state=State.IN_PROGRESS)
    session.commit()
    few = counted(page, path_of(city))
    for number in range(20):
        a_task(session, plan, city.education, state=State.IN_PROGRESS, title=f"任务{number}")
    session.commit()
    assert counted(page, path_of(city)) == few
