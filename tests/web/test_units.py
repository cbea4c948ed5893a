"""The pages about units and groups, as readers and administrators meet them."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task, a_unit, the_actor
from tests.web.browsing import Visitor
from tracker.domain.lifecycle import State
from tracker.domain.units import UnitKind, name_key
from tracker.services.groups import add_group
from tracker.store.units import Unit, UnitGroup, UnitName


@pytest.fixture
def work(session: Session, city: City) -> None:
    """Two open parts of the education bureau, one of them overdue, and one of the finance bureau."""
    plan = a_plan(session, city.root)
    a_task(session, plan, city.education, city.finance, due_on=TODAY.replace(day=1), state=State.IN_PROGRESS)
    a_task(session, plan, city.education, state=State.SUBMITTED)
    session.commit()


def row_of(page: Visitor, name: str) -> list[str]:
    rows = [row for row in page("/units").main.all("tr") if row.all("td") and name == row.all("a")[0].text]
    assert len(rows) == 1
    return [cell.text for cell in rows[0].all("td")]


@pytest.mark.parametrize("login", ["liaison", "leader", "supervisor", "administrator", "nobody"])
def test_everybody_signed_in_may_look_units_up(page: Visitor, city: City, login: str) -> None:
    page.sign_in(login)
    assert "市教育局" in page("/units").text
    assert page(f"/units/{city.education.id}").heading == "市教育局"
    assert page("/units/groups").heading == "单位组"


def test_units_are_found_by_an_alias_and_listed_by_kind(page: Visitor, city: City, session: Session) -> None:
    city.education.names.append(UnitName(scope_id=city.root.id, name="市教委", key=name_key("市教委")))
    session.commit()
    page.sign_in("nobody")
    found = page("/units?q=市教委")
    assert "单位共 1 个" in found.text
    assert [row.text for row in page("/units").main.all("tr", class_="kind-row")] == [
        "人民政府",
        "政府部门",
        "县（市、区）政府",
        "县（市、区）直单位",
    ]
    assert "没有符合条件的单位" in page("/units?q=市盐业局").text
    assert "东河县政府" in page("/units?kind=county").text
    assert "市教育局" not in page("/units?kind=county").main.one("table").text
    assert page("/units?kind=nonsense&page=x").heading == "单位"


def test_counts_are_shown_within_the_readers_reach(page: Visitor, city: City, work: None) -> None:
    page.sign_in("supervisor")
    assert row_of(page, "市教育局")[2:] == ["2", "1"]
    page.sign_out().sign_in("liaison")
    assert row_of(page, "市教育局")[2:] == ["2", "1"]
    assert row_of(page, "市财政局")[2:] == ["—", "—"]
    page.sign_out().sign_in("administrator")
    assert len(row_of(page, "市教育局")) == 2


def test_the_work_of_another_unit_is_not_told(page: Visitor, city: City, work: None) -> None:
    page.sign_in("liaison")
    assert "任务" in [h.text for h in page(f"/units/{city.education.id}").main.all("h2")]
    other = page(f"/units/{city.finance.id}")
    assert "任务" not in [h.text for h in other.main.all("h2")]
    assert "邻联络" in other.text


def test_contacts_are_shown_to_those_who_work_with_the_unit(page: Visitor, city: City, session: Session) -> None:
    city.neighbour.phone = "0316-2000009"
    session.commit()
    page.sign_in("liaison")
    assert "0316-2000009" not in page(f"/units/{city.finance.id}").text
    page.sign_out().sign_in("supervisor")
    assert "0316-2000009" in page(f"/units/{city.finance.id}").text


@pytest.mark.parametrize("login", ["liaison", "leader", "supervisor", "nobody"])
def test_only_administrators_change_units(page: Visitor, city: City, login: str) -> None:
    page.sign_in(login)
    shown = page(f"/units/{city.education.id}")
    assert [form.get("action") for form in shown.main.all("form") if form.get("method") == "post"] == []
    token = page.token()
    unit = f"/units/{city.education.id}"
    page("/units/new", 403)
    page(f"{unit}/edit", 403)
    for path in (f"{unit}/aliases", f"{unit}/close", "/units/new", "/units/groups/new"):
        page.send(path, {"csrf_token": token}, status=403)


def test_a_unit_is_added_renamed_and_closed(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("administrator")
    facts = {"name": "市水利局", "full_name": "示例市水利局", "parent": str(city.root.id), "kind": "department"}
    made = page.post("/units/new", facts)
    assert made.heading == "市水利局"
    unit = session.scalars(select(Unit).where(Unit.name == "市水利局")).one()
    path = f"/units/{unit.id}"
    renamed = page.post(f"{path}/edit", {"name": "市水务局", "full_name": "示例市水务局"})
    assert renamed.heading == "市水务局"
    assert "示例市水利局" in renamed.text
    assert page("/units?q=市水利局").main.one("table").all("a")[0].text == "市水务局"
    closed = page.post(path, form=f"{path}/close")
    assert "已停用" in closed.heading
    assert "市水务局" not in page("/units").text
    assert page.post(path, form=f"{path}/reopen").heading == "市水务局"


def test_what_is_typed_stays_when_a_name_is_taken(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    facts = {"name": "市教育局", "full_name": "某教育局", "parent": str(city.root.id)}
    refused = page.post("/units/new", facts, status=422)
    assert "已属于单位“市教育局”" in refused.text
    assert refused.main.one("input", name="full_name").get("value") == "某教育局"


def test_two_administrators_edit_one_unit(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("administrator")
    path = f"/units/{city.finance.id}/edit"
    seen = {"seen_name": "市财政局", "seen_full_name": "市财政局", "seen_kind": "department"}
    typed = {"csrf_token": page.token(), **seen, "kind": "department", "full_name": ""}
    page.send(path, {**typed, "name": "市财政国资局"})
    told = page.send(path, {**typed, "name": "市财税局"}, status=409)
    assert "简称“市财政国资局”" in told.alerts[0]
    assert told.main.one("input", name="name").get("value") == "市财税局"
    assert told.main.one("input", name="seen_name").get("value") == "市财政国资局"


def test_aliases_are_added_once_and_removed(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("administrator")
    path = f"/units/{city.education.id}"
    assert "市教委" in page.post(path, {"alias": "市教委"}, form=f"{path}/aliases").text
    other = f"/units/{city.finance.id}"
    clash = page.post(other, {"alias": "市教委"}, form=f"{other}/aliases", status=422)
    assert "“市教委”已属于单位“市教育局”" in clash.text
    assert clash.main.one("input", name="alias").get("value") == "市教委"
    alias = session.scalars(select(UnitName.id).where(UnitName.name == "市教委")).one()
    assert "市教委" not in page.post(path, form=f"{path}/aliases/{alias}/remove").text


def test_a_unit_with_open_work_is_not_closed(page: Visitor, city: City, work: None) -> None:
    page.sign_in("administrator")
    path = f"/units/{city.education.id}"
    assert "还有 2 项未办结的分工" in page.post(path, form=f"{path}/close", status=422).alerts[0]


def test_a_group_is_made_and_edited(page: Visitor, city: City, session: Session) -> None:
    page.sign_in("administrator")
    made = page.post("/units/groups/new", {"name": "各部门", "member": "市教育局"})
    assert made.heading == "各部门"
    group = session.scalars(select(UnitGroup)).one()
    path = f"/units/groups/{group.id}"
    assert "市财政局" in page.post(path, {"member": "市财政局"}, form=f"{path}/members").main.one("ol").text
    wrong = page.post(path, {"member": "市财政厅"}, form=f"{path}/members", status=422)
    assert "没有单位“市财政厅”" in wrong.text
    assert wrong.main.one("input", name="member").get("value") == "市财政厅"
    removed = page.post(path, form=f"{path}/members/{city.education.id}/remove")
    assert "市教育局" not in removed.main.one("ol").text
    last = page.post(path, form=f"{path}/members/{city.finance.id}/remove", status=422)
    assert "至少要有一个成员" in last.alerts[0]
    page.sign_out().sign_in("supervisor")
    assert [form.get("action") for form in page(path).main.all("form")] == []


def test_a_group_shows_on_its_members_pages(page: Visitor, city: City, session: Session) -> None:
    add_group(session, the_actor(city.administrator), "各部门", "市教育局")
    page.sign_in("nobody")
    assert "各部门" in page(f"/units/{city.education.id}").text


def test_a_long_list_is_paged_with_its_filter(page: Visitor, city: City, session: Session) -> None:
    for number in range(60):
        a_unit(session, f"第{number}中学", city.root, kind=UnitKind.SCHOOL)
    session.commit()
    page.sign_in("nobody")
    first = page("/units?kind=school")
    following = first.main.one("a", rel="next").get("href")
    assert "kind=school" in following
    second = page(following)
    assert len([row for row in second.main.all("tr") if row.all("td")]) == 10


def test_nothing_by_that_number(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    for path in ("/units/9999", "/units/9999/edit", "/units/groups/9999"):
        page(path, 404)
