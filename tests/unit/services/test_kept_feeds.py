"""Feeds from kept bytes: whatever changes in the data, by whatever statement, reaches the next poll."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.unit.services.subscribing import Subscriber, at, events_of, subscribed
from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.domain.history import REMARKED
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.services import renewing
from tracker.services.kept_feeds import Place
from tracker.services.polling import missing_entries
from tracker.services.renewing import Renewed, renew, renew_all, tidy_calendars
from tracker.store.engine import write_session
from tracker.store.feeds import Feed
from tracker.store.kept_calendars import CalendarEntry, CalendarMark
from tracker.store.kept_entries import add_up_marks
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task

OVERDUE, LATER = TODAY - timedelta(days=5), TODAY + timedelta(days=60)


@pytest.fixture
def url(either_url: str) -> str:
    """Both kinds of database."""
    return either_url


@pytest.fixture
def task(session: Session, city: City) -> Task:
    """Education leads, finance supports; a milestone; beside it a task of the county."""
    plan = a_plan(session, city.root, "护苗方案")
    made = a_task(
        session,
        plan,
        (city.education, Role.LEAD),
        (city.finance, Role.SUPPORT),
        due_on=LATER,
        state=State.IN_PROGRESS,
        milestones=(("建成3所", TODAY + timedelta(days=20)),),
    )
    a_task(session, plan, city.county, due_on=OVERDUE, title="县里的事", state=State.IN_PROGRESS)
    session.commit()
    return made


@pytest.fixture
def feed(engine: Engine, city: City, task: Task) -> Subscriber:
    """The education bureau's, polled once."""
    made = subscribed(engine, city.liaison, FeedScope.UNIT, unit_id=city.education.id, with_milestones=True)
    assert made.poll(TODAY)
    return made


CHANGES = {
    "state": "UPDATE assignment SET state = 'submitted' WHERE unit_id = :education",
    "day": "UPDATE assignment SET due_on = '2023-09-01' WHERE unit_id = :education",
    "original day": "UPDATE assignment SET original_due_on = '2023-08-01' WHERE unit_id = :education",
    "percent": "UPDATE assignment SET percent = 30 WHERE unit_id = :education",
    "instant": "UPDATE assignment SET changed_at = '2023-06-15 00:30:00' WHERE unit_id = :education",
    "sequence": "UPDATE assignment SET sequence = 9 WHERE unit_id = :education",
    "own role": "UPDATE assignment SET role = 'responsible' WHERE unit_id = :education",
    "another's role": "UPDATE assignment SET role = 'responsible' WHERE unit_id = :finance",
    "another's unit": "UPDATE assignment SET unit_id = :county WHERE unit_id = :finance",
    "own unit": "UPDATE assignment SET unit_id = :county_education WHERE unit_id = :education",
    "another goes": "DELETE FROM assignment WHERE unit_id = :finance",
    "title": "UPDATE task SET title = '改过的标题' WHERE id = :task",
    "path": "UPDATE task SET path = '[\"四、保障\"]' WHERE id = :task",
    "quote": "UPDATE task SET quote = '改过的原文' WHERE id = :task",
    "plan's title": "UPDATE plan SET title = '新方案'",
    "plan's number": "UPDATE plan SET number = '示政办〔2023〕2号'",
    "unit's name": "UPDATE unit SET name = '市教体局' WHERE id = :education",
    "another unit's name": "UPDATE unit SET name = '市财政和国资局' WHERE id = :finance",
    "milestone's text": "UPDATE milestone SET text = '建成5所'",
    "milestone's day": "UPDATE milestone SET due_on = '2023-07-20'",
    "milestone reached": "UPDATE milestone SET reached_on = '2023-06-14'",
    "milestone goes": "DELETE FROM milestone",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_reaches_the_next_poll(
    statement: str, engine: Engine, city: City, task: Task, feed: Subscriber
) -> None:
    """Written past the program, so that nothing but the database itself can have noticed."""
    ids = {name: getattr(city, name).id for name in ("education", "finance", "county", "county_education")}
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            text(statement),
            {name: value for name, value in {**ids, "task": task.id}.items() if f":{name}" in statement},
        )
    before = feed.body
    assert feed.poll(TODAY)
    assert feed.body != before
    assert feed.body == feed.afresh(TODAY)


def test_what_calendars_do_not_show_leaves_the_tag_as_it_is(engine: Engine, feed: Subscriber, task: Task) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE assignment SET overdue_flagged_on = '2023-06-15', version = version + 1"))
        connection.execute(text("UPDATE task SET adopted_by_id = NULL"))
    assert not feed.poll(TODAY)


def test_another_units_work_costs_no_rendering(engine: Engine, city: City, feed: Subscriber) -> None:
    marks = marks_of(engine)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            text("UPDATE assignment SET percent = 5 WHERE unit_id = :county"), {"county": city.county.id}
        )
    after = marks_of(engine)
    assert after[city.county.id] == marks[city.county.id] + 1
    assert after[city.education.id] == marks[city.education.id]
    assert not feed.poll(TODAY)


def marks_of(engine: Engine) -> dict[int, int]:
    """The sum of each unit's marks."""
    found: dict[int, int] = {}
    with Session(engine) as session:
        for mark in session.scalars(select(CalendarMark)):
            found[mark.unit_id] = found.get(mark.unit_id, 0) + mark.changes
    return found


def test_adding_marks_up_changes_no_sum(engine: Engine, city: City, feed: Subscriber) -> None:
    before = marks_of(engine)
    with write_session(engine) as session:
        add_up_marks(session)
        session.commit()
    assert marks_of(engine) == before
    with Session(engine) as session:
        assert all(mark.deed == 0 for mark in session.scalars(select(CalendarMark)))
    assert not feed.poll(TODAY)


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
def test_two_writers_at_once_do_not_wait_for_each_other_and_both_count(engine: Engine, city: City, task: Task) -> None:
    before = marks_of(engine)[city.education.id]
    statement = text("UPDATE assignment SET percent = percent + 1 WHERE unit_id = :unit")
    with engine.connect() as one, engine.connect() as other:
        one.execute(statement, {"unit": city.finance.id})
        other.execute(statement, {"unit": city.education.id})
        one.execute(text("UPDATE milestone SET text = '改'"))  # marks the other's unit too
        other.commit()
        one.commit()
    assert marks_of(engine)[city.education.id] == before + 2


def test_midnight_changes_the_light_and_renders_what_crosses_it_alone(
    engine: Engine, session: Session, city: City, feed: Subscriber
) -> None:
    plan = a_plan(session, city.root, "另一方案")
    a_task(session, plan, city.education, due_on=TODAY, title="今天到期", state=State.IN_PROGRESS)
    session.commit()
    feed.poll(TODAY)
    made = entries(engine)
    assert "【临期】今天到期" in feed.body.decode()
    feed.poll(TODAY + timedelta(days=1))
    assert "【逾期】今天到期" in feed.body.decode()
    changed = [key for key, entry in entries(engine).items() if made[key] != entry]
    assert len(changed) == 1


def entries(engine: Engine) -> dict[int, tuple[date, date, bytes | None]]:
    with Session(engine) as session:
        return {entry.id: (entry.since, entry.until, entry.body) for entry in session.scalars(select(CalendarEntry))}


def test_a_rule_in_force_from_a_later_day_counts_from_that_day(engine: Engine, city: City, feed: Subscriber) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO rule_pack (kind, version, rules, words, in_force_on, made_at, made_by_name) "
                "VALUES ('lights', 1, '{\"due_soon_days\": 90}', '', :day, :at, '杜督查')"
            ),
            {"day": TODAY + timedelta(days=2), "at": NOW},
        )
    titles = []
    for days in range(4):
        feed.poll(TODAY + timedelta(days=days))
        titles.append(next(each["summary"] for each in feed.events if "节点" not in each["summary"]))
    assert [title.startswith("【临期】") for title in titles] == [False, False, True, True]


def test_what_was_made_ahead_after_a_change_is_what_a_poll_would_make(
    engine: Engine, session: Session, city: City, feed: Subscriber, task: Task
) -> None:
    session.execute(update(Assignment).where(Assignment.unit_id == city.education.id).values(percent=70))
    session.commit()
    assert renew(engine, at(TODAY), {part.id for part in task.assignments}, ()) == 1
    made = entries(engine)
    feed.poll(TODAY)
    assert "进度 70%" in feed.body.decode().replace("\r\n ", "")
    assert entries(engine) == made
    assert feed.body == feed.afresh(TODAY)


@pytest.fixture
def bureau(session: Session, city: City, task: Task) -> Task:
    """A task of the county's own bureau, and a remark of the leader on it."""
    made = a_task(session, task.plan, city.county_education, due_on=LATER, title="县局的事", state=State.IN_PROGRESS)
    made.assignments[0].history.append(
        HistoryEntry(event=REMARKED, at=NOW, actor_id=city.leader.id, actor_name="林领导", to_state=State.IN_PROGRESS)
    )
    session.commit()
    return made


def titles(engine: Engine, person: Any, scope: FeedScope, **wish: Any) -> list[str]:
    subscriber = subscribed(engine, person, scope, **wish)
    subscriber.poll(TODAY)
    return sorted(event["summary"] for event in subscriber.events)


def test_scopes(engine: Engine, city: City, bureau: Task) -> None:
    county = {"unit_id": city.county.id}
    own = ["【逾期】县里的事 · 东河县政府"]
    assert titles(engine, city.supervisor, FeedScope.UNIT, **county) == own
    assert titles(engine, city.supervisor, FeedScope.UNIT_TREE, **county) == [*own, "县局的事 · 东河县教育局"]
    assert titles(engine, city.county_supervisor, FeedScope.ALL) == [*own, "县局的事 · 东河县教育局"]
    assert titles(engine, city.leader, FeedScope.KEY) == ["县局的事 · 东河县教育局"]
    assert titles(engine, city.supervisor, FeedScope.KEY) == []
    assert titles(engine, city.neighbour, FeedScope.MINE) == ["建立分流转办机制 · 市财政局"]
    assert titles(engine, city.supervisor, FeedScope.MINE) == []


def test_support_can_be_left_out_and_milestones_brought_in(engine: Engine, city: City, task: Task) -> None:
    unit = {"unit_id": city.finance.id}
    assert titles(engine, city.neighbour, FeedScope.UNIT, **unit) == ["建立分流转办机制 · 市财政局"]
    assert titles(engine, city.neighbour, FeedScope.UNIT, with_support=False, **unit) == []
    led = {"unit_id": city.education.id, "with_milestones": True}
    assert titles(engine, city.liaison, FeedScope.UNIT, **led) == [
        "建立分流转办机制 · 市教育局",
        "节点：建成3所 · 市教育局",
    ]


@pytest.mark.parametrize(
    ("days", "reached", "expected"),
    [
        (0, None, "节点：建成3所 · 市教育局"),
        (13, None, "【临期】节点：建成3所 · 市教育局"),
        (21, None, "【逾期】节点：建成3所 · 市教育局"),
        (21, 20, "✔ 节点：建成3所 · 市教育局"),
        (51, 20, None),
    ],
)
def test_milestones_day_by_day(
    days: int, reached: int | None, expected: str | None, session: Session, feed: Subscriber
) -> None:
    if reached is not None:
        session.scalars(select(Milestone)).one().reached_on = TODAY + timedelta(days=reached)
        session.commit()
    feed.poll(TODAY + timedelta(days=days))
    found = [event["summary"] for event in feed.events if "节点" in event["summary"]]
    assert found == ([expected] if expected else [])
    assert feed.body == feed.afresh(TODAY + timedelta(days=days))


def test_a_milestone_says_whose_it_is_and_where_it_stands(feed: Subscriber, task: Task) -> None:
    (milestone,) = [event for event in feed.events if "节点" in event["summary"]]
    assert milestone["description"].split("\n") == [
        "任务：建立分流转办机制",
        "分工：牵头：市教育局；配合：市财政局",
        "文件：《护苗方案》（示政办〔2023〕1号）",
        "位置：三、工作任务 → 1.直接转办",
        "应达日期：2023-07-05",
        "现状：未到期",
        f"查看详情：http://localhost/tasks/{task.id}",
    ]


@pytest.mark.parametrize("style", list(product(Flavour, Redaction, (False, True))), ids=str)
def test_every_style_is_kept_apart(
    style: tuple[Flavour, Redaction, bool], engine: Engine, city: City, feed: Subscriber
) -> None:
    flavour, redaction, alarm = style
    wish = {"flavour": flavour, "redaction": redaction, "alarm": alarm, "with_milestones": True}
    other = subscribed(engine, city.supervisor, FeedScope.ALL, **wish)
    other.poll(TODAY)
    assert other.body == other.afresh(TODAY)
    assert feed.body == feed.afresh(TODAY)
    kind = "VTODO" if flavour is Flavour.TODO else "VEVENT"
    assert other.body.count(f"BEGIN:{kind}".encode()) == (3 if redaction is Redaction.COUNT else 5)


def test_the_total_names_what_is_overdue(engine: Engine, city: City, task: Task) -> None:
    everything = subscribed(engine, city.supervisor, FeedScope.ALL)
    everything.poll(TODAY)
    (total,) = [event for event in events_of(everything.body) if event["summary"].startswith("逾期 ")]
    assert total["summary"] == "逾期 1 项"
    assert total["description"].split("\n")[1:] == ["1. 县里的事 · 东河县政府（时限 2023-06-10）"]


def test_the_hour_after_midnight_makes_what_the_day_changes(
    engine: Engine, session: Session, city: City, feed: Subscriber
) -> None:
    a_task(session, a_plan(session, city.root, "另一方案"), city.education, due_on=TODAY, title="今天到期")
    session.commit()
    feed.poll(TODAY)
    tomorrow = TODAY + timedelta(days=1)
    assert renew_all(engine, at(tomorrow)) == Renewed(1)
    made = entries(engine)
    feed.poll(tomorrow)
    assert "【逾期】今天到期" in feed.body.decode()
    assert entries(engine) == made
    assert renew_all(engine, at(tomorrow)) == Renewed(0)


def test_a_feed_that_fails_is_passed_over_and_counted(
    engine: Engine, session: Session, city: City, feed: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two feeds raises; the second is made all the same."""
    other = subscribed(engine, city.supervisor, FeedScope.ALL)
    a_task(session, a_plan(session, city.root, "另一方案"), city.county, due_on=TODAY, title="县里今天到期")
    session.commit()
    for each in (feed, other):
        each.poll(TODAY)
    tokens: list[str] = []

    def failing(asked: Session, token_hash: str, place: Place) -> Any:
        tokens.append(token_hash)
        if len(tokens) == 1:
            raise ValueError("this feed cannot be read")
        return missing_entries(asked, token_hash, place)

    monkeypatch.setattr(renewing, "missing_entries", failing)
    assert renew_all(engine, at(TODAY + timedelta(days=1))) == Renewed(1, failed=1)
    assert len(tokens) == 2


def test_tidying_forgets_the_styles_that_nobody_asks_for(
    engine: Engine, session: Session, city: City, feed: Subscriber
) -> None:
    other = subscribed(engine, city.supervisor, FeedScope.ALL, flavour=Flavour.TODO)
    other.poll(TODAY)
    tidy_calendars(engine, at(TODAY))
    assert len(entries(engine)) == 5  # the bureau's part and its milestone; the three parts as tasks
    session.execute(update(Feed).where(Feed.flavour == Flavour.TODO).values(revoked_at=NOW))
    session.commit()
    tidy_calendars(engine, at(TODAY))
    assert len(entries(engine)) == 2
    assert not feed.poll(TODAY)
