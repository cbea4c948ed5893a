"""Indicators on pages: owners, yearly values, the picture with the table beside it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import City, a_plan
from tests.web.browsing import Visitor, fields_of
from tracker.domain.indicators import Binding
from tracker.store.plans import Indicator


@pytest.fixture
def one(session: Session, city: City) -> Indicator:
    """An indicator of a plan, owned by the education bureau."""
    plan = a_plan(session, city.root, "污水治理规划")
    made = Indicator(plan_id=plan.id, position=0, name="污水处理率", measure="%", start=0, end=1, owner=city.education)
    made.base, made.base_value, made.base_year = "70", 70, 2020
    made.target, made.target_value, made.target_year = "≥90", 90, 2025
    made.binding, made.units = Binding.BINDING, ["市教育局"]
    session.add(made)
    session.commit()
    return made


def at(one: Indicator, more: str = "") -> str:
    return f"/indicators/{one.id}{more}"


def test_a_liaison_finds_fills_and_corrects(one: Indicator, page: Visitor) -> None:
    shown = page.sign_in("liaison")("/my")
    assert "指标（1）" in shown.text
    assert "缺2021、2022年" in shown.text
    done = page.post(at(one), {"year": "2022", "value": "77"}, form=at(one, "/readings"))
    assert done.alerts == ["2022年完成值77%已登记。"]
    assert "进度落后" in done.text
    assert "2022年完成值为77%，按基期到目标的进程，2022年应不少于78%，相差1个百分点。" in done.text
    assert "还缺2021年的完成值。" in done.text
    correct = page(at(one, "?year=2022"))
    assert correct.main.one("input", name="value").get("value") == "77"
    done = page.post(at(one, "?year=2022"), {"value": "79.5%"}, form=at(one, "/readings"))
    assert "进度正常" in done.text


def test_the_picture_has_a_table_beside_it(one: Indicator, page: Visitor) -> None:
    page.sign_in("supervisor")
    for year, value in (("2021", "75"), ("2022", "77")):
        page.post(at(one), {"year": year, "value": value}, form=at(one, "/readings"))
    shown = page(at(one))
    svg = shown.main.one("svg", class_="chart")
    assert svg.get("role") == "img"
    assert len(svg.all("polyline")) == 2
    assert len(svg.all("circle", class_="chart-spot")) == 1
    assert len(svg.all("path", class_="chart-spot")) == 1  # behind: another shape, not only another colour
    assert [row.one("td", class_="row-title").text for row in shown.main.one("tbody").all("tr")] == ["2022年", "2021年"]
    assert "约束性" in shown.text


def test_faults_and_stale_pages_keep_what_was_typed(one: Indicator, page: Visitor, app: Flask) -> None:
    page.sign_in("liaison")
    again = page.post(at(one), {"year": "2022", "value": "很高"}, form=at(one, "/readings"), status=422)
    assert "“很高”不是一个数" in again.alerts[0]
    assert again.main.one("input", name="year").get("value") == "2022"
    fields = fields_of(page(at(one)).form(at(one, "/readings")))
    other = Visitor(app).sign_in("supervisor")
    other.post(at(one), {"year": "2022", "value": "80"}, form=at(one, "/readings"))
    stale = page.send(at(one, "/readings"), {**fields, "year": "2022", "value": "81"}, status=409)
    assert "杜督查已填报2022年完成值80%" in stale.alerts[0]
    assert stale.main.one("input", name="value").get("value") == "81"
    page.send(at(one, "/readings"), fields_of(stale.form(at(one, "/readings"))))
    assert "81" in page(at(one)).main.one("tbody").text


def test_owners_are_set_one_by_one_or_together(session: Session, city: City, one: Indicator, page: Visitor) -> None:
    one.owner = None
    session.commit()
    page.sign_in("supervisor")
    listed = page(f"/plans/{one.plan_id}/indicators")
    assert "拟定：市教育局" in listed.text
    done = page.post(f"/plans/{one.plan_id}/indicators", form=f"/plans/{one.plan_id}/indicators/owners")
    assert done.alerts == ["已按文件写法确定1项指标的责任单位。"]
    done = page.post(at(one), {"unit_id": str(city.finance.id)}, form=at(one, "/owner"))
    assert done.alerts == ["责任单位已确定为“市财政局”。"]
    done = page.post(at(one), {"unit_id": ""}, form=at(one, "/owner"))
    assert done.alerts == ["责任单位已改为未确定。"]


@pytest.mark.parametrize(("who", "status"), [("leader", 200), ("administrator", 403), ("nobody", 403)])
def test_who_only_reads_has_no_forms(one: Indicator, page: Visitor, who: str, status: int) -> None:
    shown = page.sign_in(who)(at(one), status)
    assert [form for form in shown.main.all("form") if "indicators" in form.get("action")] == []


def test_the_plan_leads_to_them(one: Indicator, page: Visitor) -> None:
    shown = page.sign_in("supervisor")(f"/plans/{one.plan_id}")
    assert f"/plans/{one.plan_id}/indicators" in [link.get("href") for link in shown.main.all("a")]
    assert "这份文件没有读出指标表" not in page(f"/plans/{one.plan_id}/indicators").text
