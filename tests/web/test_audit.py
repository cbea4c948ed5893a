"""The page of the audit log: who may see it, what it says, and that its filters and addresses hold."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.intake_texts import PLAN
from tests.web.browsing import Visitor
from tracker.domain.roles import Role
from tracker.store.plans import Source

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


def test_every_kind_of_change_tells_who_and_when(page: Visitor, session: Session, city: City) -> None:
    """Done on pages, one after the other: each is the newest entry then, in the name of whoever did it."""
    task = a_task(session, a_plan(session, city.root), city.education, (city.finance, Role.SUPPORT))
    session.commit()
    at = f"/tasks/{task.id}"

    def newest(about: str) -> str:
        row = page(f"{LOG}?about={about}").main.all("tr")[1].text
        assert "杜督查" in row
        assert "2023-06-15 09:00" in row
        return row

    page.sign_in("supervisor").post(at, {"reason": "验收要用"}, form=f"{at}/evidence")
    assert "须附佐证材料：否 → 是" in newest("task")
    assert newest("assignment").endswith("调整佐证要求 说明：申请办结时须附佐证材料：验收要用")  # the state stays
    page.post(at, {"day": "2023-06-20"}, form=f"{at}/opinions")
    assert "须会办：否 → 是" in newest("task")
    page.post("/plans/new", {"text": PLAN, "scope": str(city.root.id)}, form="/plans/new")
    source = page(f"{LOG}?about=source").main.all("tr")[1].text
    assert "粘贴的文字.txt" in source
    assert "新增" in newest("source")
    made = session.scalars(select(Source)).one()
    page.post(f"/sources/{made.id}/delete", form=f"/sources/{made.id}/delete")
    assert "删除" in newest("source")
    assert "删除 名称：示例市人民政府办公室关于印发示例市校园周边环境整治实施方案的通知 文号：" in newest("plan")
    assert "状态：待核" in newest("draft")
    assert "单位：市" in newest("draft")
    made_then = page(f"{LOG}?about=plan").main.all("tr")[2].text
    assert "新增" in made_then
    assert "文件：示例市人民政府办公室关于印发示例市校园周边环境整治实施方案的通知" in made_then
    assert page(f"{LOG}?q=整修道路").main.all("tr")


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
