"""Joint handling as supervisors settle it, and what who leads and who supports see."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_person, a_plan, a_task
from tests.web.browsing import Visitor, fields_of
from tracker.clock import Clock
from tracker.domain.access import Office
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.store.tasks import Task
from tracker.web.context import EXTENSION


@pytest.fixture
def task(session: Session, city: City) -> Task:
    units = ((city.education, Role.LEAD), (city.finance, Role.SUPPORT))
    made = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS)
    session.commit()
    return made


def submit(page: Visitor, task: Task, place: int, words: str, status: int = 200) -> list[str]:
    at = f"/assignments/{task.assignments[place].id}"
    fields = fields_of(page(at).form(f"{at}/report"))
    shown = page.send(f"{at}/submit", {**fields, "words": words, "percent": "100"}, status=status)
    assert status == 200 or words in shown.text
    return shown.alerts


def test_the_road_of_an_opinion(session: Session, city: City, task: Task, page: Visitor) -> None:
    at = f"/tasks/{task.id}"
    page.sign_in("supervisor")
    assert "最晚2023年6月27日" in page(at).text
    done = page.post(at, {"day": "2023-06-20"}, form=f"{at}/opinions")
    assert done.alerts == ["会办意见须于2023年6月20日前提出。"]
    assert "还有1个单位未提出" in done.text
    page.sign_out().sign_in("liaison")
    refused = submit(page, task, 0, "全部完成。", 422)
    assert "还有1个会办单位没有提出：市财政局（应于2023年6月20日前提出）" in refused[0]
    page.sign_out().sign_in("neighbour")
    assert "请于2023年6月20日前提出会办意见" in page(f"/assignments/{task.assignments[1].id}").text
    submit(page, task, 1, "同意，建议增设夜班。")
    page.sign_out().sign_in("liaison")
    shown = page(f"/assignments/{task.assignments[0].id}").text
    assert "会办意见已收齐" in shown
    assert "同意，建议增设夜班。" in shown
    assert "已申请办结" in submit(page, task, 0, "全部完成。")[0]


def test_the_day_of_opinions_is_not_told_as_the_day_of_the_work(task: Task, city: City, page: Visitor) -> None:
    at = f"/tasks/{task.id}"
    page.sign_in("supervisor").post(at, {"day": "2023-06-20"}, form=f"{at}/opinions")
    aside = page(at).main.one("aside")
    assert [(each.text) for each in aside.all("dt")][-1] == "会办意见时限"
    assert "2023年6月30日 → 2023年6月20日" in aside.all("dd")[-1].text
    assert "时限由2023年6月30日改为2023年6月20日" in page(at).text
    assert "完成时限由" not in page(at).text
    ended = page.post(at, form=f"{at}/opinions/end").main.one("aside")
    assert {each.text for each in ended.all("dt")} >= {"会办意见时限", "会办结束，恢复时限"}


def test_units_in_support_do_not_read_each_others_opinions(session: Session, city: City, page: Visitor) -> None:
    units = ((city.education, Role.LEAD), (city.finance, Role.SUPPORT), (city.county_education, Role.SUPPORT))
    task = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS)
    a_person(session, "third", (Office.LIAISON, city.county_education))
    session.commit()
    page.sign_in("supervisor").post(f"/tasks/{task.id}", {"day": "2023-06-20"}, form=f"/tasks/{task.id}/opinions")
    page.sign_out().sign_in("neighbour")
    submit(page, task, 1, "本局内部测算如下。")
    read = {}
    for login in ("neighbour", "third", "liaison", "county_supervisor", "leader"):
        page.sign_out().sign_in(login)
        read[login] = "内部测算" in page(f"/tasks/{task.id}").text
    assert read == {
        "neighbour": True, "third": False, "liaison": True, "county_supervisor": False, "leader": True,
    }  # fmt: skip


def test_waiving_and_ending(session: Session, city: City, task: Task, page: Visitor) -> None:
    at, waive = f"/tasks/{task.id}", f"/tasks/{task.id}/opinions/{task.assignments[1].id}/waive"
    page.sign_in("supervisor")
    page.post(at, {"day": "2023-06-20"}, form=f"{at}/opinions")
    assert "写明免予等候的理由" in page.post(at, form=waive, status=422).alerts[0]
    assert page.post(at, {"reason": "已口头同意。"}, form=waive).alerts == ["已免予等候“市财政局”的会办意见。"]
    assert "会办意见免予等候：已口头同意。" in page(at).text
    assert "已取消会办" in page.post(at, form=f"{at}/opinions/end").alerts[0]
    session.rollback()
    session.refresh(task)
    assert not task.awaits_opinions


def test_a_wrong_day_and_a_stale_page_keep_what_was_typed(
    app: Flask, session: Session, city: City, task: Task, page: Visitor
) -> None:
    at = f"/tasks/{task.id}"
    page.sign_in("supervisor")
    fields = fields_of(page(at).form(f"{at}/opinions"))
    late = page.send(f"{at}/opinions", {**fields, "day": "2023-06-29"}, status=422)
    assert "最晚2023年6月27日" in late.alerts[0]
    assert late.main.one("input", id="joint-day").get("value") == "2023-06-29"
    other = Visitor(app).sign_in("neighbour")
    part = f"/assignments/{task.assignments[1].id}"
    other.post(part, {"words": "已研究。"}, form=f"{part}/report")
    stale = page.send(f"{at}/opinions", {**fields, "day": "2023-06-20"}, status=409)
    assert "已有变动" in stale.alerts[0]
    again = fields_of(stale.form(f"{at}/opinions"))
    assert again["day"] == "2023-06-20"
    assert "会办意见须于" in page.send(f"{at}/opinions", again).alerts[0]


def test_others_see_it_only_when_it_is_settled(session: Session, city: City, task: Task, page: Visitor) -> None:
    page.sign_in("leader")
    assert page(f"/tasks/{task.id}").main.all("section", id="joint") == []
    task.awaits_opinions = True
    session.commit()
    shown = page(f"/tasks/{task.id}")
    assert "市财政局 待提出" in shown.main.one("section", id="joint").text
    assert shown.main.one("section", id="joint").all("form") == []


def test_the_day_of_asking_is_one_of_the_offices_zone(task: Task, page: Visitor, app: Flask) -> None:
    """What is asked at nine in Shanghai is asked the afternoon before in Honolulu."""
    parts, zone = app.extensions[EXTENSION], ZoneInfo("Pacific/Honolulu")
    moved = replace(parts.settings, zone=zone)
    app.extensions[EXTENSION] = replace(parts, settings=moved, clock=Clock(zone).fixed_at(NOW))
    page.sign_in("supervisor").post(f"/tasks/{task.id}", {"day": "2023-06-20"}, form=f"/tasks/{task.id}/opinions")
    assert "（自2023年6月14日起）" in page(f"/tasks/{task.id}").text
