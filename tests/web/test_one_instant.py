"""Whatever somebody else commits between two statements of a page: all of the page is of one instant, and whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tests.web.browsing import Visitor
from tests.web.serving import settings_for
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.services.report_links import Issuer, Wish, link_for
from tracker.settings import Settings
from tracker.store.notices import MailState, Notice
from tracker.store.plans import Plan
from tracker.store.tasks import Task
from tracker.store.undo_queries import delete_tasks
from tracker.web.database import db

pytestmark = pytest.mark.needs("postgresql")

LATE, BEFORE = TODAY - timedelta(days=30), TODAY - timedelta(days=1)
Change = Callable[[Session, City, Task], object]


@pytest.fixture
def app_settings(tmp_path: Path, postgres_url: str) -> Settings:
    """On SQLite a transaction sees one instant anyway."""
    return settings_for(tmp_path, postgres_url)


def goes_to_another_unit(_session: Session, city: City, task: Task) -> None:
    task.assignments[0].unit = city.county_education


def is_undone(session: Session, _city: City, task: Task) -> None:
    delete_tasks(session, [task.id])


def gets_company(session: Session, city: City, _task: Task) -> None:
    a_task(session, a_plan(session, city.root, title="另一份方案"), city.county, due_on=LATE, state=State.COMPLETED)


def a_late_task(session: Session, city: City, plan: Plan) -> Task:
    """A task of which the unit's liaison was reminded."""
    task = a_task(session, plan, city.education, due_on=LATE)
    notice = Notice(assignment_id=task.assignments[0].id, kind=NoticeKind.OVERDUE, due_on=LATE, step=1)
    notice.recipient_key, notice.person_id, notice.planned_on = f"person:{city.liaison.id}", city.liaison.id, TODAY
    notice.recorded_at, notice.mail_state = NOW, MailState.WAITING
    session.add(notice)
    session.commit()
    return task


def meanwhile(session: Session, city: City, task: Task, change: Change) -> None:
    change(session, city, task)
    session.commit()


@contextmanager
def after_statement(page: Visitor, place: int, deed: Callable[[], None]) -> Iterator[list[str]]:
    """Does the deed after so many of the app's statements; gives them all."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)
        if len(asked) == place:
            deed()

    with page.client.application.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "after_cursor_execute", note)


@pytest.mark.parametrize(
    ("who", "path", "change"),
    [
        ("liaison", "/tasks", goes_to_another_unit),
        ("liaison", "/tasks", is_undone),
        ("liaison", f"/tasks?on={BEFORE}", goes_to_another_unit),
        ("supervisor", f"/tasks?on={BEFORE}", is_undone),
        ("liaison", "/inbox", is_undone),
        ("supervisor", "/figures?by=plan", gets_company),
        ("supervisor", "/notices/tomorrow", is_undone),
        ("supervisor", "/papers/urging/{part}", is_undone),
        ("nobody", "{link}", is_undone),
    ],
)
def test_a_page_is_told_whole_whatever_is_committed_meanwhile(  # noqa: PLR0917 - a world, who looks, what is changed
    app_settings: Settings, session: Session, city: City, page: Visitor, who: str, path: str, change: Change
) -> None:
    issuer = Issuer(app_settings.secret_key, app_settings.base_url, app_settings.zone)
    plan = a_plan(session, city.root)
    page.sign_in(who)
    answers: dict[int, int] = {}
    for place in count(1):
        task = a_late_task(session, city, plan)
        part = task.assignments[0]
        link = link_for(session, the_actor(city.supervisor), NOW, issuer, part.id, Wish("pressed once, and no more"))
        with after_statement(page, place, partial(meanwhile, session, city, task, change)) as asked:
            answers[place] = page.client.get(path.format(part=part.id, link=urlsplit(link.url).path)).status_code
        session.expire_all()
        if place >= len(asked):
            break
    assert len(answers) > 2
    assert set(answers.values()) == {200}, answers
