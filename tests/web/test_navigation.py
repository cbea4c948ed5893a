"""The menu: what it offers to whom, and which of its words a page lies under."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.web.browsing import Page, Visitor


def marked(page: Page) -> list[tuple[str, str]]:
    """The words of the menu that are marked, and how: the page itself, or one below it."""
    links = page.root.one("nav", class_="site-menu").all("a")
    return [(link.text, link.get("aria-current")) for link in links if link.get("aria-current")]


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        (("supervisor", "/overdue"), ("督查", "page")),
        (("supervisor", "/notices/rules"), ("督查", "true")),
        (("supervisor", "/papers/bulletin"), ("概况", "true")),
        (("supervisor", "/papers/urging/{part}"), ("全部任务", "true")),
        (("supervisor", "/pending"), ("待审核", "page")),
        (("supervisor", "/pending/bulk?do=accept"), ("待审核", "true")),
        (("supervisor", "/plans"), ("文件", "page")),
        (("supervisor", "/plans/new"), ("文件", "true")),
        (("supervisor", "/plans/{plan}/review"), ("文件", "true")),
        (("supervisor", "/tasks/{task}"), ("全部任务", "true")),
        (("supervisor", "/assignments/{part}"), ("全部任务", "true")),
        (("liaison", "/assignments/{part}"), ("我的任务", "true")),
        (("liaison", "/units/{unit}/handling"), ("我的任务", "true")),
        (("supervisor", "/units/{unit}/hand-over"), ("单位", "true")),
        (("liaison", "/units/{unit}"), ("单位", "true")),
        (("administrator", "/people/new"), ("人员", "true")),
        (("liaison", "/inbox"), None),
        (("liaison", "/password"), None),
    ],
)
def test_one_word_is_marked(
    session: Session, city: City, page: Visitor, visit: tuple[str, str], expected: tuple[str, str] | None
) -> None:
    who, path = visit
    plan = a_plan(session, city.root)
    task = a_task(session, plan, city.education)
    session.commit()
    ids = {"plan": plan.id, "task": task.id, "part": task.assignments[0].id, "unit": city.education.id}
    assert marked(page.sign_in(who)(path.format(**ids))) == ([expected] if expected else [])


def test_who_must_change_the_password_first_is_offered_no_menu(session: Session, city: City, page: Visitor) -> None:
    city.liaison.must_change_password = True
    session.commit()
    shown = page.sign_in("liaison")("/my")
    assert shown.path == "/password"
    assert not shown.root.all("nav", class_="site-menu")


@pytest.mark.parametrize(
    ("who", "status"), [("supervisor", 200), ("administrator", 200), ("county_supervisor", 403), ("liaison", 403)]
)
def test_the_audit_log_is_offered_to_those_who_may_read_it(city: City, page: Visitor, who: str, status: int) -> None:
    shown = page.sign_in(who)("/units")
    words = [link.text for link in shown.root.one("nav", class_="site-menu").all("a")]
    assert ("审计日志" in words) is (status == 200)
    page("/audit", status)
