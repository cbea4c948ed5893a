"""The pages of plans: who sees which, with what counts."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import City, a_person, a_plan, a_source, a_task, the_actor
from tests.web.browsing import Visitor
from tracker.domain.access import Office
from tracker.domain.drafts import DeadlineKind, Form
from tracker.domain.indicators import Binding
from tracker.domain.lifecycle import State, TaskState
from tracker.store.plan_lists import oversees
from tracker.store.plans import Draft, Indicator, Plan


def a_draft_row(plan: Plan) -> Draft:
    return Draft(
        plan=plan,
        position=0,
        title="草稿",
        form=Form.BRACKET,
        quote="条款",
        start=0,
        end=2,
        deadline_kind=DeadlineKind.NONE,
    )


@pytest.fixture
def plans(session: Session, city: City) -> dict[str, Plan]:
    """A city plan with three tasks, a county plan with one, and an older city plan without any."""
    text = "第一条 市教育局办理甲。\n第二条 市财政局办理乙。\n"
    source = a_source(session, city.root, text)
    whole = {"source_id": source.id, "start": 0, "end": len(text)}
    first = a_plan(session, city.root, "城市<更新>方案", number="示政办〔2023〕5号", **whole)
    a_task(session, first, city.education, title="甲", due_on=date(2023, 6, 1), start=0, end=12)
    a_task(session, first, city.finance, title="乙", due_on=date(2023, 9, 1), start=13, end=25)
    task = a_task(session, first, city.finance, title="丙", due_on=date(2023, 5, 1))
    task.state, task.completed_on = TaskState.COMPLETED, date(2023, 6, 1)
    for part in task.assignments:
        part.state, part.completed_on = State.COMPLETED, date(2023, 6, 1)
    county = a_plan(session, city.county, "东河县排水方案", number="东政办〔2023〕2号")
    a_task(session, county, city.county_education, title="丁")
    old = a_plan(session, city.root, "往年方案", number=None, issued_on=date(2020, 1, 1))
    session.add(a_draft_row(old))
    session.commit()
    return {"city": first, "county": county, "old": old}


def titles(visitor: Visitor, path: str = "/plans") -> list[str]:
    return [node.text for node in visitor(path).main.all("h2")]


def test_the_newest_come_first_with_their_counts(page: Visitor, plans: dict[str, Plan]) -> None:
    listed = page.sign_in("supervisor")("/plans")
    assert [node.text for node in listed.main.all("h2")][-1] == "往年方案"
    row = next(node for node in listed.main.all("li") if "城市<更新>方案" in node.text)
    assert "办理中 2 逾期 1 已办结 1" in " ".join(row.text.split())
    assert "待核 1" in next(node for node in listed.main.all("li") if "往年方案" in node.text).text


def test_words_are_looked_for_in_title_number_and_issuer(page: Visitor, plans: dict[str, Plan]) -> None:
    page.sign_in("supervisor")
    assert titles(page, "/plans?q=排水") == ["东河县排水方案"]
    assert titles(page, "/plans?q=〔2023〕5号") == ["城市<更新>方案"]
    assert titles(page, "/plans?q=示例市人民政府+往年") == ["往年方案"]
    assert titles(page, "/plans?review=1") == ["往年方案"]
    assert "没有符合条件的文件" in page("/plans?q=%25").text  # a percent sign is no wildcard


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("supervisor", {"city", "county", "old"}),
        ("leader", {"city", "county", "old"}),
        ("liaison", {"city", "old"}),
        ("county_supervisor", {"city", "county", "old"}),
    ],
)
def test_who_sees_which_plan(page: Visitor, plans: dict[str, Plan], login: str, seen: set[str]) -> None:
    page.sign_in(login)
    assert set(titles(page)) == {plans[name].title for name in seen}
    for name, plan in plans.items():
        page(f"/plans/{plan.id}", 200 if name in seen else 404)


def test_a_liaison_sees_the_own_units_tasks_alone(page: Visitor, plans: dict[str, Plan]) -> None:
    shown = page.sign_in("liaison")(f"/plans/{plans['city'].id}")
    tasks = shown.main.one("ol", class_="task-list").text
    assert "甲" in tasks
    assert "乙" not in tasks
    assert "只列出您所在单位承担的任务" in shown.text
    assert "1项：办理中1（其中逾期1）" in shown.text
    assert len(shown.main.all("mark")) == 1
    assert "核对" not in shown.text


def test_a_plan_shows_facts_tasks_and_text(page: Visitor, plans: dict[str, Plan]) -> None:
    shown = page.sign_in("supervisor")(f"/plans/{plans['city'].id}")
    assert shown.heading == "城市<更新>方案"
    for words in ("示政办〔2023〕5号", "2023年1月4日", "3项：办理中2（其中逾期1），已办结1", "第二条"):
        assert words in shown.text
    assert [node.text for node in shown.main.all("mark")] == ["第一条 市教育局办理甲。", "第二条 市财政局办理乙。"]


def test_a_supervisor_is_led_to_the_review(page: Visitor, plans: dict[str, Plan]) -> None:
    shown = page.sign_in("supervisor")(f"/plans/{plans['old'].id}")
    assert "核对1条待核任务" in shown.text


def test_many_plans_come_in_pages(page: Visitor, session: Session, city: City) -> None:
    for n in range(60):
        a_plan(session, city.root, f"方案{n}", issued_on=None)
    session.commit()
    page.sign_in("supervisor")
    assert len(titles(page)) == 50
    assert len(titles(page, "/plans?page=2&q=方案")) == 10
    assert len(titles(page, "/plans?page=abc")) == 50


def test_one_who_holds_no_role_sees_none(page: Visitor, plans: dict[str, Plan]) -> None:
    page.sign_in("nobody")("/plans", 403)


def test_overseeing_is_no_liaisons_part(city: City) -> None:
    assert oversees(the_actor(city.leader), city.county.path)
    assert not oversees(the_actor(city.liaison), city.education.path)
    assert not oversees(the_actor(city.county_supervisor), city.root.path)


def test_a_liaison_of_the_county_does_not_see_its_bureaus_plans(
    page: Visitor, visitor: type[Visitor], app: Flask, session: Session, city: City
) -> None:
    a_person(session, "county_liaison", (Office.LIAISON, city.county))
    inner = a_plan(session, city.county_education, "县教育局内部分工")
    session.commit()
    page.sign_in("county_liaison")(f"/plans/{inner.id}", 404)
    assert "县教育局内部分工" not in titles(page)
    assert visitor(app).sign_in("county_supervisor")(f"/plans/{inner.id}").heading == "县教育局内部分工"


def an_indicator(plan: Plan, position: int, **values: object) -> Indicator:
    return Indicator(plan=plan, position=position, start=0, end=2, **values)


@pytest.mark.parametrize("path", ["/plans/{}", "/intake/plans/{}/review"])
def test_the_indicators_of_a_plan_are_listed(
    page: Visitor, session: Session, plans: dict[str, Plan], path: str
) -> None:
    plan = plans["city"]
    known = {"measure": "%", "base": "61", "base_year": 2020, "target": "≥85", "target_year": 2025}
    session.add(an_indicator(plan, 0, name="绿地<率>", category="环境", binding=Binding.BINDING, **known))
    session.add(an_indicator(plan, 1, name="改造户数", target="400", units=["东河县"]))
    session.commit()
    shown = page.sign_in("supervisor")(path.format(plan.id)).main.one("details", class_="indicators")
    assert "2项指标" in shown.text
    assert [node.text for node in shown.all("th")] == ["指标", "基期值", "目标值", "属性", "责任单位或地区"]
    cells = [" ".join(node.text.split()) for node in shown.all("td")]
    assert cells[:5] == ["绿地<率>（%） 环境", "61 2020年", "≥85 2025年", "约束性", "—"]
    assert cells[5:] == ["改造户数", "—", "400", "—", "东河县"]


def test_a_plan_without_indicators_shows_no_table_of_them(page: Visitor, plans: dict[str, Plan]) -> None:
    shown = page.sign_in("supervisor")(f"/plans/{plans['county'].id}")
    assert not shown.main.all("details", class_="indicators")
