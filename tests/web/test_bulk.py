"""Deciding about several submissions by the pages: ticked, looked through, confirmed, told."""

from __future__ import annotations

from urllib.parse import unquote, urlencode

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tracker.domain.lifecycle import State
from tracker.store.tasks import Assignment


@pytest.fixture
def parts(session: Session, city: City) -> list[Assignment]:
    plan = a_plan(session, city.root)
    tasks = [a_task(session, plan, city.education, title=f"任务{n}", state=State.SUBMITTED) for n in range(3)]
    session.commit()
    return [task.assignments[0] for task in tasks]


def ticks(shown: Page) -> list[str]:
    return [box.get("value") for box in shown.main.all("input", name="item") if box.get("type") == "checkbox"]


def opened(page: Visitor, do: str = "accept", start: str = "/pending") -> Page:
    """Ticks every row of the list and goes on to the page that is looked through."""
    shown = page(start)
    form = shown.main.one("form", id="bulk")
    assert {box.get("form") for box in shown.main.all("input", class_="pick")} == {"bulk"}
    query = [*fields_of(form).items(), ("do", do), *(("item", value) for value in ticks(shown))]
    return page(f"{form.get('action')}?{urlencode(query)}")


def confirmed(page: Visitor, preview: Page, status: int = 200, **typed: str) -> Page:
    form = preview.form("/pending/bulk")
    items = [node.get("value") for node in form.all("input", name="item")]
    return page.send("/pending/bulk", {**fields_of(form), **typed, "item": items}, status=status)


def states(session: Session, parts: list[Assignment]) -> list[State]:
    session.rollback()
    for part in parts:
        session.refresh(part)
    return [part.state for part in parts]


def test_accepting_all(session: Session, parts: list[Assignment], page: Visitor) -> None:
    preview = opened(page.sign_in("supervisor"), start="/pending?q=教育")
    assert preview.heading == "一并销号：请先核对"
    assert all(f"任务{n}" in preview.text for n in range(3))
    assert states(session, parts) == [State.SUBMITTED] * 3
    done = confirmed(page, preview, outcome="B", words="符合要求。")
    assert "已销号3项" in done.text
    assert "任务0（市教育局），B 列入计划逐步解决" in done.text
    assert states(session, parts) == [State.COMPLETED] * 3
    assert {part.history[-1].words for part in parts} == {"符合要求。"}
    back = next(link.get("href") for link in done.main.all("a") if link.text == "回到待审核")
    assert unquote(back) == "/pending?q=教育"


def test_returning_all(session: Session, parts: list[Assignment], page: Visitor) -> None:
    preview = opened(page.sign_in("supervisor"), "return")
    again = confirmed(page, preview, 422, words=" ")
    assert "须写明还要补充什么" in again.alerts[0]
    assert not again.root.all("input", name="outcome")
    assert "已退回3项" in confirmed(page, again, words="请补充照片。").text
    assert states(session, parts) == [State.IN_PROGRESS] * 3


def test_no_outcome_keeps_the_words(session: Session, parts: list[Assignment], page: Visitor) -> None:
    again = confirmed(page, opened(page.sign_in("supervisor")), 422, words="同意销号。")
    assert "请选择办结结果" in again.alerts[0]
    assert fields_of(again.form("/pending/bulk"))["words"] == "同意销号。"
    assert states(session, parts) == [State.SUBMITTED] * 3


def test_what_changed_before_confirming_is_left_out_by_name(
    session: Session, parts: list[Assignment], page: Visitor, visitor: type[Visitor]
) -> None:
    preview = opened(page.sign_in("supervisor"))
    other = visitor(page.client.application).sign_in("supervisor")
    path = f"/assignments/{parts[1].id}"
    form = other(path).form(f"{path}/accept")
    other.send(f"{path}/return", {**fields_of(form), "words": "请补充名单。"})
    done = confirmed(page, preview, outcome="A")
    assert "1项没有办理" in done.alerts[0]
    assert "任务1（市教育局）：您打开页面之后，该事项已有变动：杜督查已“退回补充”" in done.alerts[0]
    assert "已销号2项" in done.text
    assert states(session, parts) == [State.COMPLETED, State.IN_PROGRESS, State.COMPLETED]


def test_what_changed_before_looking_through_is_told_there(
    session: Session, parts: list[Assignment], page: Visitor
) -> None:
    page.sign_in("supervisor")
    items = ticks(page("/pending"))
    page.post(f"/assignments/{parts[0].id}", {"outcome": "A"}, form=f"/assignments/{parts[0].id}/accept")
    preview = page("/pending/bulk?" + urlencode([("do", "accept"), *(("item", item) for item in items)]))
    assert "下列1项不能一并办理" in preview.alerts[0]
    assert "任务0（市教育局）：现为“已办结（销号）”" in preview.alerts[0]
    assert "确认销号2项" in [button.text for button in preview.main.all("button")]


@pytest.mark.parametrize("query", ["", "?do=accept", "?item=x&item=1&item=1.x&item=99999999999.1", "?item=999.1"])
def test_nothing_that_could_be_decided(parts: list[Assignment], page: Visitor, query: str) -> None:
    shown = page.sign_in("supervisor")(f"/pending/bulk{query}")
    assert "没有可以一并办理的事项。" in shown.text
    assert not shown.main.all("input", name="item")


def test_other_peoples_items_are_not_told(parts: list[Assignment], page: Visitor) -> None:
    items = urlencode([("item", f"{part.id}.1") for part in parts])
    shown = page.sign_in("county_supervisor")(f"/pending/bulk?{items}")
    assert "任务0" not in shown.html


def test_going_back_never_leaves_the_site(parts: list[Assignment], page: Visitor) -> None:
    items = urlencode([("next", "https://example.org/"), ("item", f"{parts[0].id}.1")])
    shown = page.sign_in("supervisor")(f"/pending/bulk?{items}")
    assert "example.org" not in shown.html


def test_a_single_submission_needs_no_boxes(session: Session, city: City, page: Visitor) -> None:
    a_task(session, a_plan(session, city.root), city.education, state=State.SUBMITTED)
    session.commit()
    assert not page.sign_in("supervisor")("/pending").main.all("input", class_="pick")


def test_no_question_is_asked_for_each_row(session: Session, city: City, page: Visitor) -> None:
    plan = a_plan(session, city.root)
    made = [a_task(session, plan, city.education, state=State.SUBMITTED).assignments[0] for _ in range(40)]
    session.commit()
    page.sign_in("supervisor")

    def asked(count: int) -> int:
        items = urlencode([("item", f"{part.id}.1") for part in made[:count]])
        return counted(page, f"/pending/bulk?{items}")

    assert asked(40) == asked(2) <= 20


def test_all_of_a_page_are_ticked_by_one_press(parts: list[Assignment], page: Visitor) -> None:
    shown = page.sign_in("supervisor")("/pending?q=任务")
    assert not [box for box in shown.main.all("input", class_="pick") if "checked" in box.attrs]
    every = page(next(link.get("href") for link in shown.main.all("a") if link.text == "勾选本页全部"))
    assert len([box for box in every.main.all("input", class_="pick") if "checked" in box.attrs]) == 3
    # Coming back after a decision nothing is ticked any more.
    assert fields_of(every.main.one("form", id="bulk"))["next"] == fields_of(shown.main.one("form", id="bulk"))["next"]
