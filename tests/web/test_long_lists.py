"""Lists beyond counting: every row once, both ways through the pages, and as many statements whatever their length."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.web.browsing import Page, Visitor
from tests.web.queries import counted
from tracker.domain.lifecycle import State
from tracker.services import marked_pages, supervision, task_pages
from tracker.store.plans import Plan
from tracker.store.tasks import Task

COUNTED = 60
LONG = 137


def rows_of(page: Page) -> list[str]:
    return [row.all("td")[0].one("a").text for row in page.main.one("tbody").all("tr")]


def turn(page: Page, rel: str) -> str | None:
    """Where the pager leads."""
    found = [link.get("href") for link in page.main.all("a", rel=rel)]
    return found[0] if found else None


def walked(visitor: Visitor, path: str, rel: str = "next") -> list[Page]:
    """That page and all that follow it."""
    pages = [visitor(path)]
    while following := turn(pages[-1], rel):
        pages.append(visitor(following))
    return pages


@pytest.fixture
def plan(session: Session, city: City) -> Plan:
    made = a_plan(session, city.root)
    session.commit()
    return made


def fill(session: Session, city: City, plan: Plan, count: int, state: State = State.IN_PROGRESS) -> None:
    """Overdue tasks of two units, three to a day, none in the order of its id."""
    for number in range(count):
        due_on = TODAY - timedelta(days=1 + number * 31 % count // 3)
        unit = city.education if number % 4 else city.finance
        a_task(session, plan, unit, due_on=due_on, title=f"任务{number:03}", position=number, state=state)
    session.commit()


@pytest.fixture
def exact(session: Session, city: City, plan: Plan, page: Visitor) -> list[str]:
    """The whole list, as it is told where it can be counted."""
    fill(session, city, plan, LONG)
    return [title for shown in walked(page.sign_in("supervisor"), "/overdue") for title in rows_of(shown)]


@pytest.fixture
def beyond(exact: list[str], page: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    for module in (supervision, task_pages, marked_pages):
        monkeypatch.setattr(module, "MOST_COUNTED", COUNTED)
    return page


class TestTheOverdueList:
    @pytest.mark.parametrize("order", ["", "?sort=days&dir=asc", "?sort=title&dir=asc", "?sort=unit&dir=desc"])
    def test_all_pages_together_hold_each_row_once(self, exact: list[str], beyond: Visitor, order: str) -> None:
        pages = walked(beyond, f"/overdue{order}")
        found = [title for each in pages for title in rows_of(each)]
        assert [len(rows_of(each)) for each in pages] == [50, 50, 37]
        assert sorted(found) == sorted(exact)
        if not order:
            assert found == exact

    def test_the_way_back_shows_the_same_pages(self, beyond: Visitor) -> None:
        there = [rows_of(each) for each in walked(beyond, "/overdue")]
        last = walked(beyond, "/overdue")[-1]
        back = [rows_of(each) for each in walked(beyond, last.path, "prev")]
        assert back == there[::-1]

    def test_it_says_that_it_was_not_counted_to_its_end(self, beyond: Visitor) -> None:
        first, *_, last = walked(beyond, "/overdue")
        assert "逾期事项超过60 项" in first.text
        assert "第 1 页，超过60项" in first.text
        assert (turn(first, "prev"), turn(last, "next")) == (None, None)
        assert not first.main.all("nav", class_="kinds")

    def test_a_narrower_list_is_counted_and_names_its_units(self, beyond: Visitor, city: City) -> None:
        shown = beyond(f"/overdue?unit={city.finance.id}")
        assert "符合条件的逾期事项共 35 项" in shown.text
        assert not shown.main.all("nav", class_="kinds"), "the units of the whole list cannot be counted"
        assert len(beyond("/overdue?days=30").main.all("nav", class_="kinds")) == 1

    def test_the_links_keep_what_was_chosen(self, beyond: Visitor, city: City) -> None:
        pages = walked(beyond, f"/overdue?unit={city.education.id}&role=responsible")
        assert [len(rows_of(each)) for each in pages] == [50, 50, 2]
        for link in (turn(pages[0], "next"), turn(pages[2], "prev")):
            assert f"unit={city.education.id}" in str(link)
            assert "role=responsible" in str(link)
        (tick,) = [link.get("href") for link in pages[1].main.all("a") if link.text == "勾选本页全部"]
        ticked = beyond(tick)
        assert rows_of(ticked) == rows_of(pages[1])

    @pytest.mark.parametrize("asked", ["page=99", "page=-3", "page=3&after=2023-02-30.1", "page=9&after=2999-01-01.1"])
    def test_a_place_that_is_none_shows_the_beginning(self, exact: list[str], beyond: Visitor, asked: str) -> None:
        shown = rows_of(beyond(f"/overdue?{asked}"))
        assert shown in (exact[:50], exact[100:])
        assert shown == exact[:50] or "page=3" in asked

    @pytest.mark.parametrize("asked", ["page=3&after=2023-01-01.1", "page=2&before=2023-01-01.1"])
    def test_a_place_in_a_list_that_is_empty_by_now(self, city: City, page: Visitor, asked: str) -> None:
        said = page.sign_in("supervisor")("/overdue").text
        assert "目前没有逾期事项。" in said
        assert page(f"/overdue?{asked}").text == said

    def test_rows_that_go_meanwhile_make_no_other_row_be_missed(
        self, session: Session, exact: list[str], beyond: Visitor, plan: Plan
    ) -> None:
        """Between two pages an item of the first is completed: with counted pages the next one would skip a row."""
        following = turn(beyond("/overdue"), "next")
        done = session.query(Task).filter_by(title=exact[3]).one().assignments[0]
        done.state, done.completed_on = State.COMPLETED, TODAY
        session.commit()
        assert rows_of(beyond(str(following))) == exact[50:100]


class TestTheListOfTasks:
    def test_all_pages_together_hold_each_task_once(self, exact: list[str], beyond: Visitor) -> None:
        pages = walked(beyond, "/tasks")
        assert sorted(title for each in pages for title in rows_of(each)) == sorted(exact)
        assert "任务超过60 项" in pages[0].text
        assert rows_of(beyond("/tasks?page=99")) == rows_of(pages[0])


class TestWhatWaits:
    def test_what_was_counted_can_be_turned_to(
        self, session: Session, city: City, plan: Plan, page: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(session, city, plan, LONG, State.SUBMITTED)
        monkeypatch.setattr(supervision, "MOST_COUNTED", COUNTED)
        pages = walked(page.sign_in("supervisor"), "/pending")
        assert "待审核事项超过60 项" in pages[0].text
        assert len(pages) == 3


def test_as_many_statements_however_long_the_list(session: Session, city: City, plan: Plan, page: Visitor) -> None:
    page.sign_in("supervisor")
    paths = ("/overdue", "/tasks", "/pending", f"/units/{city.education.id}", "/units", "/dashboard")

    def asked() -> dict[str, int]:
        return {path: counted(page, path) for path in paths}

    def more(parts: int, sent: int, plans: range) -> None:
        fill(session, city, plan, parts)
        fill(session, city, plan, sent, State.SUBMITTED)
        for number in plans:
            other = a_plan(session, city.root, f"方案{number}", issued_on=date(2023, 2, 1 + number))
            a_task(session, other, city.education, city.finance, city.county, due_on=TODAY - timedelta(days=number))
        session.commit()

    a_task(session, plan, city.county, due_on=TODAY)  # not signed for in time
    more(4, 2, range(1))
    page("/dashboard")  # which remembers the months that are over
    more(1, 1, range(1, 2))  # and what is known of units that nothing happened to
    few = asked()
    more(60, 30, range(2, 13))
    assert asked() == few
