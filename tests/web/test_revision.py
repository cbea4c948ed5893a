"""The page of a new version, registering one by hand, deleting a wrong import, and what calendars see of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, the_actor
from tests.html import Node
from tests.revision_texts import FIRST, SECOND
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tracker.reading import read_bytes
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt_sure
from tracker.store.plans import Draft, Plan, Source
from tracker.store.tasks import Assignment, Task

Found = TypeVar("Found")
EVIL = SECOND.replace("农村学校和寄宿制学校", "农村学校<script>alert(1)</script>和寄宿制学校")


def looked(session: Session, look: Callable[[Session], Found]) -> Found:
    """What is in the database now; lets go of it at once, so that pages can write again."""
    session.expire_all()
    found = look(session)
    session.rollback()
    return found


def take_in(session: Session, city: City, text: str, *, adopt: bool = False) -> tuple[int, int]:
    """Ids of the source and of its plan."""
    actor = the_actor(city.supervisor)
    done = import_source(session, actor, NOW, read_bytes(text.encode(), "方案.txt"), city.root.id)
    plan_id = session.get_one(Source, done.source_id).plans[0].id
    if adopt:
        adopt_sure(session, actor, NOW, TODAY, plan_id)
    session.commit()
    return done.source_id, plan_id


@pytest.fixture
def old(session: Session, city: City) -> tuple[int, int]:
    """Source and plan of the first version, whose tasks are at work."""
    return take_in(session, city, FIRST, adopt=True)


@pytest.fixture
def new(session: Session, city: City, old: tuple[int, int]) -> int:
    """The plan of the second version."""
    return take_in(session, city, SECOND)[1]


@pytest.fixture
def supervisor(page: Visitor, city: City) -> Visitor:
    return page.sign_in("supervisor")


def card(page: Page, title: str) -> Node:
    """The change of the task with this title."""
    cards = page.root.all("article", class_="change")
    return next(found for found in cards if found.one("h3").one("a").text == title)


def press(visitor: Visitor, page: Page, title: str, deed: str, status: int = 200) -> Page:
    """Sends the form of a card that goes to this deed."""
    form = next(form for form in card(page, title).all("form") if f"/revision/{deed}" in form.get("action"))
    return visitor.send(form.get("action"), fields_of(form), status=status)


def due_of(session: Session, title: str) -> date | None:
    return looked(session, lambda s: s.scalar(select(Task.due_on).where(Task.title == title)))


def test_old_and_new_stand_side_by_side_with_what_differs_marked(supervisor: Visitor, new: int) -> None:
    page = supervisor(f"/plans/{new}/revision")
    money = card(page, "保障经费")
    assert [node.text for node in money.all("ins")] == ["和寄宿制学校"]
    assert money.all("del") == []
    roads = card(page, "整修道路")
    assert ([node.text for node in roads.all("del")], [node.text for node in roads.all("ins")]) == (["9"], ["11"])
    assert "市财政局的办理期限由2023年9月30日改为2023年11月30日" in roads.text
    assert "待签收" in roads.one("p", class_="standing").text
    patrol = card(page, "组织巡查")
    assert patrol.one("li", class_="unit-gone").text.startswith("市财政局")
    assert patrol.one("li", class_="unit-new").text.startswith("东河县政府")
    assert "设置护学岗" in page.root.one("section", id="added").text
    assert "开展教育" in page.root.one("section", id="removed").text
    assert "建立清单" in page.root.one("section", id="same").text


def test_what_a_plan_says_is_never_markup(
    supervisor: Visitor, session: Session, city: City, old: tuple[int, int]
) -> None:
    page = supervisor(f"/plans/{take_in(session, city, EVIL)[1]}/revision")
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;" in page.html


def test_a_change_is_accepted_declined_and_taken_back(supervisor: Visitor, new: int, session: Session) -> None:
    page = press(supervisor, supervisor(f"/plans/{new}/revision"), "整修道路", "accept")
    assert "已接受“整修道路”的变化" in page.alerts[0]
    assert due_of(session, "整修道路") == date(2023, 11, 30)
    page = press(supervisor, page, "组织巡查", "decline")
    assert "任务保持原样" in page.alerts[0]
    decided = page.root.one("section", id="decided")
    assert "不接受，任务保持原样" in decided.text
    form = next(form for form in decided.all("form"))
    page = supervisor.send(form.get("action"), fields_of(form))
    assert card(page, "组织巡查")


def test_a_double_press_is_told_and_does_nothing(supervisor: Visitor, new: int, session: Session) -> None:
    page = supervisor(f"/plans/{new}/revision")
    press(supervisor, page, "整修道路", "accept")
    again = press(supervisor, page, "整修道路", "accept")
    assert "此前已经办理" in again.alerts[0]
    assert len(looked(session, lambda s: s.scalars(select(Task).where(Task.plan_id == new)).all())) == 1


def test_what_changed_meanwhile_is_refused_and_shown_anew(supervisor: Visitor, new: int, session: Session) -> None:
    page = supervisor(f"/plans/{new}/revision")
    draft = looked(
        session, lambda s: s.scalars(select(Draft).where(Draft.plan_id == new, Draft.title == "整修道路")).one()
    )
    supervisor.post(f"/drafts/{draft.id}/edit", {"due_on": "2023-12-15"})
    refused = press(supervisor, page, "整修道路", "accept", status=409)
    assert "没有办理" in refused.alerts[0]
    assert "2023年12月15日" in card(refused, "整修道路").text
    assert due_of(session, "整修道路") == date(2023, 9, 30)


def test_a_group_is_accepted_after_its_preview(supervisor: Visitor, new: int, session: Session) -> None:
    page = supervisor(f"/plans/{new}/revision")
    fold = page.root.one("section", id="changed").one("details", class_="bulk")
    assert "整修道路：市财政局的办理期限由2023年9月30日改为2023年11月30日" in fold.one("ol", class_="foreseen").text
    form = fold.one("form")
    done = supervisor.send(form.get("action"), fields_of(form))
    assert "已办理3条" in done.alerts[0]
    assert due_of(session, "整修道路") == date(2023, 11, 30)
    for part in ("same", "removed"):
        form = done.root.one("section", id=part).one("details", class_="bulk").one("form")
        done = supervisor.send(form.get("action"), fields_of(form))
    assert "设置护学岗" in done.root.one("section", id="added").text
    assert looked(session, lambda s: s.scalar(select(func.count(Task.id)).where(Task.plan_id == new))) == 4


def test_a_clause_that_is_another_matter(supervisor: Visitor, new: int) -> None:
    page = press(supervisor, supervisor(f"/plans/{new}/revision"), "整修道路", "separate")
    assert "整修道路" in page.root.one("section", id="added").text
    assert "整修道路" in page.root.one("section", id="removed").text


@pytest.mark.parametrize("deed", ["accept", "decline", "separate", "accept-group", "take-back", "unlink"])
def test_an_incomplete_form_changes_nothing(supervisor: Visitor, new: int, session: Session, deed: str) -> None:
    before = looked(session, lambda s: s.scalars(select(Assignment.version)).all())
    data = {"csrf_token": supervisor.token()} if deed != "unlink" else {"csrf_token": "x"}
    answer = supervisor.answer(f"/plans/{new}/revision/{deed}", data)
    assert answer.status_code == (422 if deed != "unlink" else 400)
    assert looked(session, lambda s: s.scalars(select(Assignment.version)).all()) == before


def test_the_old_plan_says_that_there_is_a_newer_one(
    supervisor: Visitor, old: tuple[int, int], new: int, visitor: type[Visitor], app: Flask
) -> None:
    source_id, plan_id = old
    for path in (f"/plans/{plan_id}", f"/plans/{plan_id}/review", f"/sources/{source_id}"):
        page = supervisor(path)
        assert "已有新版" in page.text
        assert page.root.all("a", href=f"/plans/{new}/revision")
    assert supervisor(f"/plans/{new}").root.all("a", href=f"/plans/{new}/revision")
    assert supervisor(f"/plans/{new}/review").root.all("a", href=f"/plans/{new}/revision")
    liaisons = visitor(app).sign_in("liaison")(f"/plans/{plan_id}")
    assert "已有新版" in liaisons.text
    assert not liaisons.root.all("a", href=f"/plans/{new}/revision")


def test_drafts_of_the_old_version_wait_no_more(supervisor: Visitor, session: Session, city: City) -> None:
    take_in(session, city, FIRST)
    assert "待核 5" in supervisor("/plans").text
    take_in(session, city, SECOND)
    page = supervisor("/plans")
    assert page.text.count("待核 5") == 1
    assert len(supervisor("/plans?review=1").root.all("ul", class_="plan-cards")[0].all("h2")) == 1


def test_a_clerk_registers_a_new_version_and_takes_it_back(
    supervisor: Visitor, session: Session, city: City, old: tuple[int, int]
) -> None:
    other = SECOND.replace("护学行动实施方案", "护学工作方案").replace("〔2023〕31号", "〔2023〕58号")
    source_id, plan_id = take_in(session, city, other)
    assert supervisor(f"/sources/{source_id}").root.all("a", href=f"/plans/{plan_id}/revises")
    assert supervisor(f"/plans/{plan_id}/revision").path == f"/plans/{plan_id}/revises"
    assert "没有可选的文件" in supervisor(f"/plans/{plan_id}/revises?q=绿地").text
    missing = supervisor.send(f"/plans/{plan_id}/revises", {"csrf_token": supervisor.token()}, status=422)
    assert "请选择旧版文件" in missing.alerts[0]
    data = {"csrf_token": supervisor.token(), "revises": str(old[1])}
    page = supervisor.send(f"/plans/{plan_id}/revises", data)
    assert card(page, "整修道路")
    assert "杜督查于" in page.text
    page = supervisor.post(f"/plans/{plan_id}/revision", form=f"/plans/{plan_id}/revision/unlink")
    assert "已取消关联" in page.alerts[0]


def test_the_page_asks_the_database_a_fixed_number_of_questions(
    supervisor: Visitor, session: Session, city: City, new: int
) -> None:
    few = counted(supervisor, f"/plans/{new}/revision")
    more = "".join(
        f"\n（{n}）落实第{n}项。对照清单逐一完成第{n}项工作。（责任单位：市教育局；完成时限：2023年9月底前）"
        for n in "六七八九十"
    )
    text = FIRST.replace("〔2023〕31号", "〔2023〕77号").replace("护学行动", "绿地更新") + more
    take_in(session, city, text, adopt=True)
    _, wide = take_in(session, city, text.replace("对照清单", "对照台账"))
    assert counted(supervisor, f"/plans/{wide}/revision") == few


def test_an_import_of_a_new_version_leads_to_what_it_changes(supervisor: Visitor, old: tuple[int, int]) -> None:
    form = fields_of(supervisor("/plans/new").form("/plans/new"))
    page = supervisor.send("/plans/new", {**form, "text": SECOND, "name": "新版"})
    assert page.path.endswith("/revision")
    assert "是已有文件的新版" in page.alerts[0]


# Deleting a wrong import --------------------------------------------------------------------------------------------


def test_a_wrong_import_is_deleted_after_a_second_look(supervisor: Visitor, session: Session, city: City) -> None:
    source_id, _ = take_in(session, city, FIRST)
    page = supervisor(f"/sources/{source_id}")
    assert page.root.all("a", href=f"/sources/{source_id}/delete")
    assert "5条待核任务" in supervisor(f"/sources/{source_id}/delete").text
    assert "已删除" in supervisor.post(f"/sources/{source_id}/delete").alerts[0]
    assert looked(session, lambda s: s.scalar(select(func.count(Plan.id)))) == 0
    supervisor(f"/sources/{source_id}", status=404)


def test_one_with_tasks_says_why_not_and_what_to_do(supervisor: Visitor, old: tuple[int, int]) -> None:
    page = supervisor(f"/sources/{old[0]}/delete")
    assert "5项任务已经采纳" in page.text
    assert "撤销采纳" in page.text
    assert not [form for form in page.root.all("form") if form.get("action") == f"/sources/{old[0]}/delete"]
    data = {"csrf_token": supervisor.token(), "seen": "5"}
    assert "不能删除" in supervisor.send(f"/sources/{old[0]}/delete", data, status=422).alerts[0]


# Calendars ----------------------------------------------------------------------------------------------------------


def events(app: Flask, path: str) -> dict[str, tuple[str, int, date, str]]:
    """By title: id, sequence, day and status of each event of a subscription."""
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return {
        str(event["SUMMARY"]): (
            str(event["UID"]),
            int(str(event["SEQUENCE"])),
            event.decoded("DTSTART"),
            str(event.get("STATUS", "")),
        )
        for event in Calendar.from_ical(answer.data).walk("VEVENT")
        if "逾期" not in str(event["SUMMARY"])
    }


def subscribed(page: Visitor, **fields: object) -> str:
    shown = page.post("/feeds", fields)
    return shown.main.one("input", id="feed-link").get("value").removeprefix("http://localhost")


@pytest.mark.parametrize("scope", ["all", "plan"])
def test_calendars_move_the_event_and_keep_its_id(  # noqa: PLR0917 - fixtures
    page: Visitor, session: Session, city: City, old: tuple[int, int], app: Flask, scope: str
) -> None:
    """Also in a subscription to the old version of the plan."""
    visitor = page.sign_in("supervisor")
    path = subscribed(visitor, scope=scope, **({"plan_id": str(old[1])} if scope == "plan" else {}))
    before = {uid: rest for uid, *rest in events(app, path).values()}
    uids = looked(session, lambda s: {a.task.title + a.unit.name: a.uid for a in s.scalars(select(Assignment))})
    _, new = take_in(session, city, SECOND)
    assert {uid: rest for uid, *rest in events(app, path).values()} == before
    shown = visitor(f"/plans/{new}/revision")
    form = shown.root.one("section", id="changed").one("details", class_="bulk").one("form")
    visitor.send(form.get("action"), fields_of(form))
    after = {uid: rest for uid, *rest in events(app, path).values()}
    roads, money, gone = uids["整修道路市财政局"], uids["保障经费市财政局"], uids["组织巡查市财政局"]
    assert (before[roads], after[roads]) == ([0, date(2023, 9, 30), "CONFIRMED"], [1, date(2023, 11, 30), "CONFIRMED"])
    assert after[money] == before[money]
    assert (before[gone][0], after[gone][0], after[gone][2]) == (0, 1, "CANCELLED")
    assert before.keys() <= after.keys()
    assert len(after) == len(before) + 1
