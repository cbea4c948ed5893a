"""Dividing a part, as the county's supervisor does it, and what each side sees of it."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import City, a_person, a_plan, a_task
from tests.web.browsing import Visitor, fields_of
from tests.web.queries import counted
from tracker.domain.access import Office
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.store.handling import Division
from tracker.store.tasks import Assignment, Task


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    """The county's part, in progress; the county and its bureau have liaisons."""
    a_person(session, "county", (Office.LIAISON, city.county), name="县联络")
    a_person(session, "school", (Office.LIAISON, city.county_education), name="校联络")
    task = a_task(session, a_plan(session, city.root), city.county, state=State.IN_PROGRESS, due_on=date(2023, 6, 30))
    session.commit()
    return task.assignments[0]


def at(part: Assignment) -> str:
    return f"/assignments/{part.id}"


def child_of(session: Session, part: Assignment) -> Task:
    session.rollback()
    query = select(Task).join(Division, Division.task_id == Task.id).where(Division.parent_id == part.id)
    return session.scalars(query).one()


def divide(page: Visitor, city: City, part: Assignment, **changes: str) -> None:
    given = {f"role-{city.county_education.id}": "lead", "due_on": "2023-06-20", "title": "县里分办", **changes}
    assert page.post(f"{at(part)}/divide", given).alerts == ["已下达1项子任务，待下级单位签收。"]


def test_the_road_of_a_divided_part(session: Session, city: City, part: Assignment, page: Visitor) -> None:
    page.sign_in("county_supervisor")
    (way,) = [link for link in page(at(part)).main.all("a") if link.text == "分解任务"]
    assert page(way.get("href")).form(f"{at(part)}/divide").one("input", name="due_on").get("value") == "2023-06-30"
    divide(page, city, part)
    shown = page(at(part))
    assert "已办结 0/1" in shown.text
    assert "县里分办" in [link.text for link in shown.main.all("a")]
    child = child_of(session, part)
    mine = child.assignments[0]
    page.sign_out().sign_in("school")
    assert "本任务由“东河县政府”分解自“建立分流转办机制”（本级时限2023年6月30日）" in page(at(mine)).alerts[0]
    assert "进度计入上级任务" in page(f"/tasks/{child.id}").text
    page.post(at(mine), form=f"{at(mine)}/sign_for")
    page.post(at(mine), {"words": "已完成一半。", "percent": "50"}, form=f"{at(mine)}/report")
    fields = fields_of(page(at(mine)).form(f"{at(mine)}/report"))
    page.send(f"{at(mine)}/submit", {**fields, "words": "全部完成。", "percent": "90"})
    page.sign_out().sign_in("county")
    parent = page(at(part))
    assert "现为90%" in parent.text
    # The liaison reaches the own unit alone: the child is told, not opened.
    assert "县里分办" not in [link.text for link in parent.main.all("a")]
    page.sign_out().sign_in("county_supervisor")
    fields = fields_of(page(at(mine)).form(f"{at(mine)}/accept"))
    page.send(f"{at(mine)}/accept", {**fields, "outcome": "A"})
    page.sign_out().sign_in("county")
    done = page(at(part))
    assert "已办结 1/1" in done.text
    assert "子任务已全部办结，可申请办结" in done.alerts[0]


def test_a_late_day_keeps_everything_typed(session: Session, city: City, part: Assignment, page: Visitor) -> None:
    page.sign_in("county_supervisor")
    role = f"role-{city.county_education.id}"
    given = {role: "responsible", "due_on": "2023-07-10", "title": "县里分办"}
    refused = page.post(f"{at(part)}/divide", given, status=422)
    assert "晚于“东河县政府”自己的时限2023年6月30日" in refused.alerts[0]
    form = fields_of(refused.form(f"{at(part)}/divide"))
    assert (form[role], form["due_on"], form["title"]) == ("responsible", "2023-07-10", "县里分办")
    page.send(f"{at(part)}/divide", {**form, "late_confirmed": "y"})
    assert child_of(session, part).due_on == date(2023, 7, 10)


def test_a_stale_form_tells_what_changed(
    app: Flask, session: Session, city: City, part: Assignment, page: Visitor
) -> None:
    page.sign_in("county_supervisor")
    fields = fields_of(page(f"{at(part)}/divide").form(f"{at(part)}/divide"))
    other = Visitor(app).sign_in("county")
    other.post(at(part), {"words": "已部署。", "percent": "10"}, form=f"{at(part)}/report")
    given = {**fields, f"role-{city.county_education.id}": "lead", "title": "县里分办"}
    shown = page.send(f"{at(part)}/divide", given, status=409)
    assert "县联络已“报进展”" in shown.alerts[0]
    again = fields_of(shown.form(f"{at(part)}/divide"))
    assert again["title"] == "县里分办"
    page.send(f"{at(part)}/divide", again)
    assert child_of(session, part).title == "县里分办"


def test_what_cannot_be_divided_says_why(session: Session, city: City, part: Assignment, page: Visitor) -> None:
    page.sign_in("supervisor")
    other = a_task(session, part.task.plan, city.county, (city.finance, Role.SUPPORT))
    session.commit()
    shown = page(f"{at(other.assignments[0])}/divide")
    assert "请先由联络员签收" in shown.alerts[0]
    assert [link.text for link in page(at(other.assignments[0])).main.all("a") if "分解" in link.text] == []
    assert "2023-06-15这样的日期" in page.post(f"{at(part)}/divide", {"due_on": "没有"}, status=422).text


def test_children_of_a_withdrawn_part(session: Session, city: City, part: Assignment, page: Visitor) -> None:
    page.sign_in("county_supervisor")
    divide(page, city, part)
    fields = fields_of(page(at(part)).form(f"{at(part)}/suspend"))
    page.send(f"{at(part)}/withdraw", {**fields, "words": "改由市里办理。"})
    mine = child_of(session, part).assignments[0]
    page.sign_out().sign_in("school")
    assert "该单位的分工已撤销" in page(at(mine)).alerts[0]
    page.sign_out().sign_in("county_supervisor")
    way = f"{at(part)}/children/withdraw"
    refused = page.post(at(part), form=way, status=422)
    assert "请写明撤销理由。" in refused.alerts[0]
    assert refused.form(way).one("textarea").get("aria-invalid") == "true"
    assert page.post(at(part), {"reason": "随之撤销。"}, form=way).alerts[0] == "已撤销子任务的1项分工。"
    session.rollback()
    assert session.get_one(Assignment, mine.id, populate_existing=True).state is State.WITHDRAWN


def test_many_children_ask_no_more_often(session: Session, city: City, part: Assignment, page: Visitor) -> None:
    page.sign_in("county_supervisor")
    divide(page, city, part)
    few = counted(page, at(part))
    for number in range(6):
        divide(page, city, part, title=f"分办{number}")
    assert counted(page, at(part)) == few
