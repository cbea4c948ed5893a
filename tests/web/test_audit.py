"""The page of the audit log: who may see it, what it says, and that its filters and addresses hold."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.web.browsing import Visitor

LOG = "/audit"


def test_a_deed_done_on_a_page_is_told_with_its_person(page: Visitor, session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education).assignments[0]
    session.commit()
    page.sign_in("liaison").post(f"/assignments/{part.id}", form=f"/assignments/{part.id}/sign_for")
    shown = page.sign_out().sign_in("supervisor")(f"{LOG}?about=assignment&number={part.id}")
    row = shown.main.all("tr")[1].text
    assert "李联络" in row
    assert f"分工：{part.task.title}（{part.unit.name}）" in row
    assert "签收" in row
    assert "状态：待签收 → 办理中" in row
    shown = page(f"{LOG}?q=没有这个人")
    assert "没有符合条件的记录" in shown.text


def test_a_person_changed_by_the_administrator(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    path = f"/people/{city.liaison.id}"
    page.post(path, {"phone": "0316-1234567"}, form=path)
    row = page(f"{LOG}?about=person").main.all("tr")[1].text
    assert "管管理" in row
    assert "电话：（空） → 0316-1234567" in row


def test_nothing_is_complained_of_before_anything_was_chosen(page: Visitor, city: City) -> None:
    shown = page.sign_in("administrator")(LOG)
    assert not shown.main.all("div", class_="invalid-feedback")


def test_odd_addresses_do_no_harm(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    for query in (
        "before=x",
        "before=-1",
        "about=nothing",
        "since=yesterday",
        "until=9999-12-31",
        "number=%00",
        "q=%25",
    ):
        page(f"{LOG}?{query}")
