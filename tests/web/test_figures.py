"""The figures' pages: every number leads to a list with as many rows, and the first page of those who supervise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.html import Node
from tests.unit.services.test_ledger import busy
from tests.web.browsing import Page, Visitor


@pytest.fixture
def busy_city(session: Session, city: City) -> City:
    busy(session, city)
    return city


def total_on(page: Page) -> int:
    return int(page.main.one("p", role="status").one("strong").text)


def numbers_on(page: Page) -> list[Node]:
    """The links of the page's numbers."""
    return [link for link in page.main.all("a") if "/figures/list?" in link.get("href") and link.text.isdecimal()]


@pytest.mark.parametrize(
    "address",
    [
        "/figures",
        "/figures?by=plan",
        "/figures?since=2023-05-20&until=2023-06-05",
        "/figures?since=2023-06-01&until=2023-06-10&unit={education}",
    ],
)
def test_every_number_leads_to_its_rows(page: Visitor, busy_city: City, address: str) -> None:
    page.sign_in("supervisor")
    shown = page(address.format(education=busy_city.education.id))
    links = numbers_on(shown)
    assert len(links) > 20
    for href in {link.get("href") for link in links}:
        (said,) = {link.text for link in links if link.get("href") == href}
        found = page(href)
        assert total_on(found) == int(said) == len(found.main.one("tbody").all("tr")), href


def test_the_dashboard_is_the_first_page_of_who_supervises(page: Visitor, busy_city: City) -> None:
    for who in ("leader", "supervisor"):
        assert page.sign_in(who)("/").path == "/dashboard"
        page.sign_out()
    assert page.sign_in("liaison")("/").path == "/my"


@pytest.mark.parametrize("day", ["", "?day=2023-05-30"])
def test_the_dashboards_numbers_lead_to_their_rows(page: Visitor, busy_city: City, day: str) -> None:
    page.sign_in("leader")
    shown = page(f"/dashboard{day}")
    for tile in shown.main.one("nav", class_="counts").all("a")[:4]:
        assert total_on(page(tile.get("href"))) == int(tile.one("strong").text)
    for link in numbers_on(shown):
        assert total_on(page(link.get("href"))) == int(link.text)


def test_a_past_day_is_told(page: Visitor, busy_city: City) -> None:
    page.sign_in("supervisor")
    assert "以下为2023年5月30日结束时的情况" in page("/dashboard?day=2023-05-30").text
    assert "去审核" not in page("/dashboard?day=2023-05-30").text
    assert "去审核" in page("/dashboard").text
    empty = page("/dashboard?day=2020-01-01")
    assert "没有亮红灯、黄灯的事项" in empty.text


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/figures?until=2024-01-01", "期末不能晚于今天"),
        ("/figures?since=2023-06-10&until=2023-06-01", "期初不能晚于期末"),
        ("/figures?since=昨天", "请填写2023-06-15这样的日期"),
        ("/dashboard?day=2024-01-01", "日期不能晚于今天"),
        ("/dashboard?day=x", "请填写2023-06-15这样的日期"),
    ],
)
def test_a_wrong_day_is_told(page: Visitor, busy_city: City, address: str, told: str) -> None:
    assert told in page.sign_in("supervisor")(address).text


def test_a_unit_that_is_not_there_is_no_page(page: Visitor, busy_city: City) -> None:
    page.sign_in("supervisor")
    page("/figures?unit=99999", status=404)
    page("/figures/list?show=red&plan=99999", status=404)


def test_lists_are_paged_and_keep_what_was_asked(page: Visitor, session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    for number in range(60):
        a_task(session, plan, city.education, title=f"任务{number}", position=number, due_on=TODAY - timedelta(days=2))
    session.commit()
    page.sign_in("supervisor")
    first = page("/figures/list?show=red&since=2023-06-01&until=2023-06-15")
    assert (total_on(first), "任务59" in first.text) == (60, False)
    (after,) = [link.get("href") for link in first.main.all("a", rel="next")]
    assert "show=red" in after
    assert "任务59" in page(after).text


def test_nothing_chosen_is_no_fault(page: Visitor, busy_city: City) -> None:
    page.sign_in("supervisor")
    assert "效的选择" not in page("/figures?since=2023-06-01").text
    assert "效的选择" not in page("/figures/list").text
    assert "选择无效" in page("/figures/list?show=x").text


def test_the_definitions_stand_on_the_page(page: Visitor, busy_city: City) -> None:
    text = page.sign_in("leader")("/figures").text
    assert "按期办结率：按期办结÷应办结" in text
    assert "应办结事项中，过了时限才销号的" in text


def test_nothing_to_count_is_said(page: Visitor, city: City) -> None:
    assert "没有可统计的事项" in page.sign_in("supervisor")("/figures").text


def test_who_reaches_little_sees_little(page: Visitor, busy_city: City) -> None:
    text = page.sign_in("county_supervisor")("/figures").text
    assert "市教育局" not in text


def test_the_chart_draws_what_the_table_says(page: Visitor, busy_city: City) -> None:
    shown = page.sign_in("supervisor")("/figures")
    charts = shown.main.all("figure", class_="chart")
    assert len(charts) == 3
    table = shown.main.one("section", aria_labelledby="trend-title").one("tbody")
    for chart, column in zip(charts, (2, 1, 6), strict=True):
        drawn = [node.text for node in chart.all("text", class_="chart-number")]
        assert drawn == [row.all("td")[column].text for row in table.all("tr")]
        if column != 2:  # that one's columns are of three blocks
            assert len(chart.all("rect")) == len([count for count in drawn if count != "0"])
