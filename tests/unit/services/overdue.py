"""A feed in which three things are overdue, for tests of what it says of them together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.unit.services.newest import Newest
from tests.unit.services.subscribing import Subscriber, subscribed
from tracker.domain.count_numbers import Said
from tracker.domain.feeds import FeedScope
from tracker.domain.history import REMARKED
from tracker.domain.lifecycle import State
from tracker.store.feed_counts import said_last
from tracker.store.feeds import Feed
from tracker.store.tasks import Assignment, HistoryEntry, Task

OVERDUE, LATER = TODAY - timedelta(days=5), TODAY + timedelta(days=60)
NEXT_DAY = TODAY + timedelta(days=1)


def three_overdue(session: Session, city: City) -> Task:
    """The last changed of three overdue ones of the education bureau, each with a remark of its liaison's."""
    plan = a_plan(session, city.root)
    for number in range(3):
        made = a_task(session, plan, city.education, due_on=OVERDUE, state=State.IN_PROGRESS, title=f"第{number}件事")
        part = made.assignments[0]
        part.changed_at = NOW - timedelta(minutes=30 - number)
        part.history.append(
            HistoryEntry(event=REMARKED, at=NOW, actor_id=city.liaison.id, actor_name="李", to_state=part.state)
        )
    session.commit()
    return made


def everything(engine: Engine, city: City, **wish: Any) -> Subscriber:
    return subscribed(engine, city.supervisor, FeedScope.ALL, **wish)


def written(engine: Engine, *statements: Any) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        for each in statements:
            connection.execute(each)


def a_part(task: Task) -> Any:
    return update(Assignment).where(Assignment.task_id == task.id)


# Each takes the part that changed last out of what is overdue, and nothing that stays is changed.


def numbers(body: bytes) -> dict[str, int]:
    """The number of each of the feed's own entries."""
    newest = Newest()
    newest.take(body)
    return newest.of_own()


def said(engine: Engine) -> list[tuple[int, Said]]:
    with engine.connect() as connection:
        feeds = connection.scalars(select(Feed.id).order_by(Feed.id)).all()
        return [(feed_id, said_last(connection, feed_id)) for feed_id in feeds]
