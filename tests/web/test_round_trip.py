"""表格填报 on the pages: downloaded, filled in, uploaded, looked at, confirmed; and everything that holds it up."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.filled_sheets import filled, report, rows_of
from tests.web.browsing import Page, Visitor, fields_of
from tracker.domain.lifecycle import State
from tracker.store.tasks import Assignment


@pytest.fixture
def parts(session: Session, city: City) -> list[Assignment]:
    """Two items of the education bureau: one in progress, one to sign for."""
    plan = a_plan(session, city.root)
    states = (State.IN_PROGRESS, State.DISPATCHED)
    tasks = [a_task(session, plan, city.education, title=f"第{n}项任务", state=s) for n, s in enumerate(states, 1)]
    session.commit()
    return [task.assignments[0] for task in tasks]


def afresh(session: Session) -> None:
    """Has the session see what the pages have done."""
    session.rollback()
    session.expire_all()


def at(city: City, more: str = "") -> str:
    return f"/units/{city.education.id}/sheet{more}"


def sheet(page: Visitor, city: City) -> bytes:
    answer = page.answer(at(city, ".xlsx"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return bytes(answer.data)


def upload(page: Visitor, city: City, data: bytes, status: int = 200, name: str = "填报表.xlsx") -> Page:
    fields = fields_of(page(at(city)).form(at(city)))
    return page.send(at(city), {**fields, "file": (BytesIO(data), name)}, status=status)


def confirm(page: Visitor, city: City, preview: Page, status: int = 200) -> Page:
    return page.send(at(city, "/confirm"), _filled(preview, at(city, "/confirm")), status=status)


def _filled(preview: Page, action: str) -> dict[str, Any]:
    return {**fields_of(preview.form(action)), "more": (BytesIO(b""), "")}  # sent as a browser sends it: multipart


def test_from_the_download_to_the_history(session: Session, city: City, parts: list[Assignment], page: Visitor) -> None:
    page.sign_in("liaison")
    assert page("/sheets").path == at(city)  # one unit: its page at once
    preview = upload(page, city, filled(sheet(page, city), report("已开工。"), report("已接手。", 5)))
    assert "以下2项还没有报送" in preview.text
    assert [row.all("td")[2].text for row in preview.main.all("tr")[1:]] == ["报进展", "签收并报进展"]
    afresh(session)
    assert [part.version for part in parts] == [1, 1]
    assert confirm(page, city, preview).alerts == ["已报送2项（市教育局）。"]
    assert confirm(page, city, preview).alerts == ["已报送2项（市教育局）。"]
    afresh(session)
    assert [[entry.event for entry in part.history] for part in parts] == [
        ["adopt", "report"], ["adopt", "sign_for", "report"],
    ]  # fmt: skip


def test_faults_and_the_sheet_that_goes_back(city: City, parts: list[Assignment], page: Visitor) -> None:
    page.sign_in("liaison")
    told = upload(page, city, filled(sheet(page, city), report("已开工。", "多"), report()), 422)
    assert "I5：完成比例应为0到100的整数，现为“多”。" in told.alerts[0]
    action = at(city, "/returned.xlsx")
    answer = page.answer(action, _filled(told, action))
    first = rows_of(answer.data)[0]
    assert (first["本次进展*"], first["错误说明"]) == ("已开工。", "完成比例应为0到100的整数，现为“多”。")
    right = upload(page, city, filled(answer.data, report("已开工。", 50)))
    assert confirm(page, city, right).alerts == ["已报送2项（市教育局）。"]


def test_a_conflict_between_preview_and_confirmation(
    session: Session, city: City, parts: list[Assignment], page: Visitor
) -> None:
    page.sign_in("liaison")
    preview = upload(page, city, filled(sheet(page, city), report("表格里的。"), report()))
    part = f"/assignments/{parts[0].id}"
    page.post(part, {"words": "网页上的。", "percent": "20"}, form=f"{part}/report")
    told = confirm(page, city, preview, 409)
    assert "李联络“报进展”（网页上的。）" in told.alerts[0]
    assert "表格里的。" in told.text
    afresh(session)
    assert [part.version for part in parts] == [2, 1]


def test_a_supervisor_for_any_unit_in_reach(
    session: Session, city: City, parts: list[Assignment], page: Visitor
) -> None:
    page.sign_in("supervisor")
    listed = page("/sheets")
    assert [row.text for row in listed.main.all("tr")[1:]] == ["市教育局 2项"]
    preview = upload(page, city, filled(sheet(page, city), report("电话里说已开工。")))
    assert "督查室代填：电话里说已开工。" in preview.text
    confirm(page, city, preview)
    assert "督查室代填" in page(f"/assignments/{parts[0].id}").text


@pytest.mark.parametrize("who", ["neighbour", "county_supervisor"])
def test_nobody_beside_it(city: City, parts: list[Assignment], page: Visitor, who: str) -> None:
    page.sign_in(who)
    token = page.token()
    for more in ("", ".xlsx"):
        assert page.answer(at(city, more)).status_code == 403
    for more in ("", "/confirm", "/returned.xlsx"):
        assert page.answer(at(city, more), {"csrf_token": token}).status_code == 403


def test_what_another_looked_at_is_not_confirmed(
    session: Session, city: City, parts: list[Assignment], page: Visitor
) -> None:
    preview = upload(page.sign_in("liaison"), city, filled(sheet(page, city), report()))
    text = _filled(preview, at(city, "/confirm"))["filled"]
    page.sign_out().sign_in("supervisor")
    told = page.send(at(city, "/confirm"), {"csrf_token": page.token(), "filled": text}, status=422)
    assert "请重新上传表格" in told.text
    afresh(session)
    assert parts[0].version == 1


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "", "请选择填好的表格文件"),
        (b"text", "表.xlsx", "不是 Excel 表格"),
        (b"text", "表.xls", "不是 Excel 表格"),
    ],
)
def test_files_of_another_kind(  # noqa: PLR0917 - a table
    city: City, parts: list[Assignment], page: Visitor, data: bytes, name: str, told: str
) -> None:
    page.sign_in("liaison")
    assert told in upload(page, city, data, 422, name).text


def test_words_are_shown_and_never_run(city: City, parts: list[Assignment], page: Visitor) -> None:
    page.sign_in("liaison")
    preview = upload(page, city, filled(sheet(page, city), report("<script>alert(1)</script>")))
    assert "&lt;script&gt;" in preview.html


def test_many_long_rows_travel_from_preview_to_confirmation(session: Session, city: City, page: Visitor) -> None:
    plan = a_plan(session, city.root)
    for number in range(150):
        a_task(session, plan, city.education, title=f"任务{number}", state=State.IN_PROGRESS)
    session.commit()
    page.sign_in("liaison")
    words = ["".join(chr(0x4E00 + (n * 7919 + i * 104729) % 20000) for i in range(1500)) for n in range(150)]
    preview = upload(page, city, filled(sheet(page, city), *[report(each) for each in words]))
    assert len(_filled(preview, at(city, "/confirm"))["filled"]) > 512 * 1024
    assert confirm(page, city, preview).alerts == ["已报送150项（市教育局）。"]
