"""Passing a liaison's work on, as administrators and supervisors do it, and what the new liaison sees."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_person, a_plan, a_task
from tests.web.browsing import Visitor
from tracker.domain.access import Office
from tracker.domain.lifecycle import State
from tracker.store.people import Person


@pytest.fixture
def at(session: Session, city: City) -> str:
    plan = a_plan(session, city.root)
    for number in range(2):
        a_task(session, plan, city.education, state=State.IN_PROGRESS, title=f"任务{number}")
    session.commit()
    return f"/units/{city.education.id}/hand-over"


def test_an_administrator_from_the_page_of_the_person(session: Session, city: City, at: str, page: Visitor) -> None:
    page.sign_in("administrator")
    person = page(f"/people/{city.liaison.id}")
    (way,) = [link.get("href") for link in person.main.all("a") if link.text == "工作移交"]
    assert way == f"{at}?from={city.liaison.id}"
    form = page(way)
    assert "未销号的2项任务" in form.text
    chosen = form.main.one("select", name="leaver").all("option")
    assert [option.text for option in chosen if "selected" in option.attrs] == ["李联络"]
    given = {"leaver": str(city.liaison.id), "taker": str(city.nobody.id), "note": "材料在柜中。", "ends": "y"}
    done = page.post(at, given)
    assert done.alerts == ["已移交：未销号事项2项。"]
    assert done.path == f"/units/{city.education.id}"
    session.expire_all()
    assert [held.unit_id for held in session.get_one(Person, city.nobody.id).standings] == [city.education.id]
    assert session.get_one(Person, city.liaison.id).standings == []
    page.sign_out().sign_in("nobody")
    mine = page("/my")
    assert "由李联络移交吴岗位。材料在柜中。" in mine.alerts[0]
    (way,) = [link.get("href") for link in mine.main.all("a") if link.text == "查看移交清单"]
    summary = page(way)
    assert "共2项" in summary.text
    assert {"任务0", "任务1"} <= {link.text for link in summary.main.all("a")}
    page.sign_out().sign_in("neighbour")
    page(way, status=403)


def test_a_supervisor_between_liaisons(session: Session, city: City, at: str, page: Visitor) -> None:
    second = a_person(session, "second", (Office.LIAISON, city.education), name="王接手")
    session.commit()
    page.sign_in("supervisor")
    form = page(at)
    assert form.main.all("input", name="ends") == []
    offered = [option.text for option in form.main.one("select", name="taker").all("option")]
    assert offered == ["请选择", "李联络", "王接手"]
    refused = page.post(at, {"leaver": str(city.liaison.id), "note": "交接完毕。"}, status=422)
    assert refused.alerts == ["请选择接手人。"]
    assert "交接完毕。" in refused.text
    done = page.post(at, {"leaver": str(city.liaison.id), "taker": str(second.id)})
    assert done.heading == "工作移交清单"


def test_a_unit_without_liaisons_says_what_to_do(city: City, page: Visitor) -> None:
    page.sign_in("supervisor")
    assert "还没有联络员" in page(f"/units/{city.county.id}/hand-over").text
    page(f"/units/{city.education.id}/hand-over")
    page.sign_out().sign_in("county_supervisor")
    page(f"/units/{city.education.id}/hand-over", status=403)
