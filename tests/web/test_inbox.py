"""The inbox page: a person's own notices, marked in words, read one by one or all at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.web.browsing import Visitor
from tracker.domain.lifecycle import State
from tracker.services.sweep import sweep
from tracker.store.engine import make_engine
from tracker.store.notices import Notice
from tracker.store.tasks import Assignment


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    """A part of the education bureau that is eight days late: two notices."""
    task = a_task(
        session,
        a_plan(session, city.root),
        city.education,
        due_on=TODAY - timedelta(days=8),
        title="夜市亮化",
        state=State.IN_PROGRESS,
    )
    session.commit()
    run_sweep(session)
    return task.assignments[0]


def run_sweep(session: Session) -> None:
    engine = make_engine(session.get_bind().engine.url.render_as_string(hide_password=False))
    sweep(engine, NOW - timedelta(hours=8), TODAY)
    engine.dispose()


def read_marks(session: Session) -> list[bool]:
    session.commit()
    found = [each is not None for each in session.scalars(select(Notice.read_at).order_by(Notice.id))]
    session.commit()
    return found


def test_own_notices_newest_first(page: Visitor, part: Assignment) -> None:
    inbox = page.sign_in("liaison")("/inbox")
    assert inbox.heading == "消息"
    letters = inbox.main.all("li", class_="letter")
    assert ["逾期7天（督办单）" in letters[0].text, "逾期催办" in letters[1].text] == [True, True]
    for letter in letters:
        assert "未读" in letter.text
        assert "夜市亮化" in letter.text
        assert "2023年6月7日" in letter.text
        assert letter.one("a").get("href") == f"/assignments/{part.id}"
    assert "迟发1天" in letters[0].text


def test_nobody_else_sees_them(page: Visitor, visitor: type[Visitor], app: Flask, part: Assignment) -> None:
    for login in ("supervisor", "leader", "administrator", "neighbour", "nobody"):
        inbox = visitor(app).sign_in(login)("/inbox")
        assert "夜市亮化" not in inbox.text, login
        assert "还没有消息" in inbox.text
        assert "条未读" not in inbox.html


def test_signed_out_sees_nothing(page: Visitor, part: Assignment) -> None:
    assert page("/inbox").heading == "登录"


def test_mark_one(page: Visitor, session: Session, part: Assignment) -> None:
    newest = session.scalars(select(Notice.id).order_by(Notice.step.desc())).first()
    session.commit()
    page.sign_in("liaison")
    after = page.post("/inbox?unread=1", form=f"/inbox/{newest}/read")
    assert after.path == "/inbox?unread=1"
    assert len(after.main.all("li", class_="letter")) == 1
    assert sorted(read_marks(session)) == [False, True]
    marks = [mark.text for mark in page("/inbox").main.all("span", class_="letter-mark")]
    assert marks == ["已读", "未读"]


def test_mark_all(page: Visitor, session: Session, part: Assignment) -> None:
    page.sign_in("liaison")
    assert "2条未读" in page("/inbox").html
    after = page.post("/inbox", form="/inbox/read")
    assert after.alerts == ["已将2条消息标为已读。"]
    assert read_marks(session) == [True, True]
    assert "全部标为已读" not in after.text
    assert "没有未读的消息" in page("/inbox?unread=1").text


def test_others_cannot_mark_mine(page: Visitor, session: Session, part: Assignment) -> None:
    mine = session.scalars(select(Notice.id)).first()
    session.commit()
    page.sign_in("supervisor")
    refused = page.send(f"/inbox/{mine}/read", {"csrf_token": _token(page)}, status=404)
    assert "不是发给您的" in refused.text
    assert read_marks(session) == [False, False]


def _token(page: Visitor) -> str:
    return next(node.get("value") for node in page("/inbox").root.all("input", name="csrf_token"))


@pytest.mark.parametrize("elsewhere", ["//evil.example.cn/", "https://evil.example.cn/inbox", "/people", "\\\\evil"])
def test_going_back_stays_in_the_inbox(page: Visitor, session: Session, part: Assignment, elsewhere: str) -> None:
    mine = session.scalars(select(Notice.id)).first()
    session.commit()
    page.sign_in("liaison")
    answer = page.answer(f"/inbox/{mine}/read", {"csrf_token": _token(page), "next": elsewhere})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/inbox")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": State.COMPLETED, "completed_on": TODAY}, "现为“已办结（销号）”"),
        ({"due_on": TODAY + timedelta(days=60)}, "时限已调整"),
    ],
)
def test_what_is_settled_says_so(
    page: Visitor, session: Session, part: Assignment, change: dict[str, object], words: str
) -> None:
    for name, value in change.items():
        setattr(part, name, value)
    session.commit()
    letters = page.sign_in("liaison")("/inbox").main.all("li", class_="letter")
    assert [words in letter.text for letter in letters] == [True, True]
    assert "逾期8天" not in letters[0].text


def test_pages_and_their_queries(page: Visitor, app: Flask, session: Session, city: City) -> None:
    """Seventy notices on two pages; as many statements for fifty as for one."""
    plan = a_plan(session, city.root)
    a_task(session, plan, city.finance, due_on=TODAY, state=State.IN_PROGRESS)
    for _ in range(70):
        a_task(session, plan, city.education, due_on=TODAY, state=State.IN_PROGRESS)
    session.commit()
    run_sweep(session)
    counts = []
    for login in ("neighbour", "liaison"):
        page.sign_in(login)
        counts.append(_statements(app, lambda: page("/inbox")))
        page.sign_out()
    assert counts[0] == counts[1]
    page.sign_in("liaison")
    assert len(page("/inbox").main.all("li", class_="letter")) == 50
    second = page("/inbox?page=2")
    assert len(second.main.all("li", class_="letter")) == 20
    assert "第 2 / 2 页" in second.text
    assert page("/inbox?page=99").text.count("夜") == page("/inbox?page=2").text.count("夜")
    assert page("/inbox?page=abc").status == 200


def _statements(app: Flask, work: object) -> int:
    from tracker.web.database import db  # noqa: PLC0415

    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", counted)
    try:
        work()  # type: ignore[operator]
    finally:
        event.remove(engine, "before_cursor_execute", counted)
    return count
