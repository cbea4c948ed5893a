"""A liaison's work goes to another: history, notices, roles, feeds, each once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden, Office
from tracker.domain.feeds import FeedScope
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.services.errors import Invalid, NotFound
from tracker.services.handover import HandedOver, Wish, choice_of, hand_over, recent, summary_of
from tracker.services.kept_feeds import shown_on
from tracker.services.lit import When
from tracker.services.people import actor_by_id
from tracker.store.kept_queries import kept_parts
from tracker.store.notices import MailState, Notice
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry

WHEN = When(TODAY, ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def url(either_url: str) -> str:
    """Both kinds of database."""
    return either_url


@pytest.fixture
def parts(session: Session, city: City) -> list[Assignment]:
    """Two open parts of the education bureau, a closed one, and one of the finance bureau."""
    plan = a_plan(session, city.root)
    tasks = [
        a_task(session, plan, city.education, state=State.IN_PROGRESS, due_on=date(2023, 7, 1)),
        a_task(session, plan, city.education, due_on=date(2023, 6, 20)),
        a_task(session, plan, city.education, state=State.COMPLETED),
        a_task(session, plan, city.finance),
    ]
    session.commit()
    return [task.assignments[0] for task in tasks]


@pytest.fixture
def successor(session: Session, city: City) -> Person:
    person = a_person(session, "successor", (Office.LIAISON, city.education), name="王接手")
    session.commit()
    return person


def done(session: Session, city: City, by: Person, leaver: Person, taker: Person, **more: Any) -> HandedOver:
    at = more.pop("at", NOW)
    return hand_over(session, the_actor(by), at, TODAY, city.education.id, Wish(leaver.id, taker.id, **more))


def a_notice(session: Session, part: Assignment, person: Person, step: int = -7, **changes: Any) -> Notice:
    notice = Notice(assignment_id=part.id, kind=NoticeKind.DUE_SOON, due_on=part.due_on, step=step, planned_on=TODAY)
    notice.recipient_key, notice.person_id, notice.recorded_at = f"person:{person.id}", person.id, NOW
    for name, value in changes.items():
        setattr(notice, name, value)
    session.add(notice)
    session.commit()
    return notice


def entries(session: Session, part: Assignment) -> list[HistoryEntry]:
    query = select(HistoryEntry).where(HistoryEntry.assignment_id == part.id, HistoryEntry.event == "hand_over")
    return list(session.scalars(query))


def test_every_open_part_of_the_unit_is_told(
    session: Session, city: City, parts: list[Assignment], successor: Person
) -> None:
    versions = [part.version for part in parts]
    found = done(session, city, city.supervisor, city.liaison, successor, note="材料在柜中。")
    assert (found.parts, found.notices, found.already) == (2, 0, False)
    for part, version in zip(parts[:2], versions, strict=False):
        (entry,) = entries(session, part)
        assert entry.words == "由李联络移交王接手。材料在柜中。"
        assert (entry.from_state, entry.to_state, entry.actor_name) == (part.state, part.state, "杜督查")
        session.refresh(part)
        assert part.version == version + 1
    assert entries(session, parts[2]) == entries(session, parts[3]) == []


def test_the_same_form_twice_acts_once(
    session: Session, city: City, parts: list[Assignment], successor: Person
) -> None:
    first = done(session, city, city.supervisor, city.liaison, successor)
    second = done(session, city, city.supervisor, city.liaison, successor, at=NOW + timedelta(minutes=1))
    assert second.already
    assert second.entry_id in {entry.id for part in parts for entry in entries(session, part)}
    assert second.parts == first.parts == 2
    assert len(entries(session, parts[0])) == 1
    assert len(session.scalars(select(Notice).where(Notice.kind == NoticeKind.HANDED_OVER)).all()) == 1


def test_unread_notices_follow_without_doubles(
    session: Session, city: City, parts: list[Assignment], successor: Person
) -> None:
    moves = a_notice(session, parts[0], city.liaison)
    doubled = a_notice(session, parts[1], city.liaison)
    had = a_notice(session, parts[1], successor)
    read = a_notice(session, parts[0], city.liaison, step=-30, read_at=NOW)
    foreign = a_notice(session, parts[3], city.liaison)
    assert done(session, city, city.supervisor, city.liaison, successor).notices == 1
    for notice in (moves, doubled, had, read, foreign):
        session.refresh(notice)
    assert (moves.person_id, moves.recipient_key, moves.read_at) == (successor.id, f"person:{successor.id}", None)
    assert (doubled.person_id, doubled.read_at) == (city.liaison.id, NOW)
    assert (had.person_id, had.read_at) == (successor.id, None)
    assert (read.person_id, foreign.person_id) == (city.liaison.id, city.liaison.id)


def test_the_new_liaison_has_one_notice_and_a_summary(
    session: Session, city: City, parts: list[Assignment], successor: Person
) -> None:
    found = done(session, city, city.supervisor, city.liaison, successor)
    (news,) = session.scalars(select(Notice).where(Notice.person_id == successor.id))
    assert (news.kind, news.mail_state, news.author_name) == (NoticeKind.HANDED_OVER, MailState.WAITING, "杜督查")
    assert news.subject == f"entry:{found.entry_id}"
    assert found.entry_id
    actor = the_actor(successor)
    summary = summary_of(session, actor, WHEN, found.entry_id)
    assert [part.assignment.id for part in summary.parts] == [parts[1].id, parts[0].id]
    assert [entry.id for entry in recent(session, actor, NOW + timedelta(days=29))] != []
    assert list(recent(session, actor, NOW + timedelta(days=31))) == []
    assert list(recent(session, the_actor(city.neighbour), NOW)) == []
    with pytest.raises(Forbidden):
        summary_of(session, the_actor(city.neighbour), WHEN, found.entry_id)
    with pytest.raises(NotFound):
        summary_of(session, actor, WHEN, 9999)


def test_an_administrator_gives_the_role_and_ends_the_other(
    session: Session, city: City, parts: list[Assignment]
) -> None:
    owner = actor_by_id(session, city.liaison.id)
    assert owner
    assert len(kept_parts(session.connection(), shown_on(TODAY, owner=owner, scope=FeedScope.ALL), "style")) == 3
    done(session, city, city.administrator, city.liaison, city.nobody, ends=True)
    session.expire_all()
    left, came = actor_by_id(session, city.liaison.id), actor_by_id(session, city.nobody.id)
    assert left
    assert came
    assert left.standings == ()
    assert [(held.office, held.unit_id) for held in came.standings] == [(Office.LIAISON, city.education.id)]
    # The feed of who left is empty from now on: it shows what its owner may read today.
    assert list(kept_parts(session.connection(), shown_on(TODAY, owner=left, scope=FeedScope.ALL), "style")) == []


def test_a_supervisor_neither_gives_nor_ends_a_role(
    session: Session, city: City, parts: list[Assignment], successor: Person
) -> None:
    with pytest.raises(Invalid, match="还不是“市教育局”的联络员，请先请管理员"):
        done(session, city, city.supervisor, city.liaison, city.nobody)
    with pytest.raises(Forbidden):
        done(session, city, city.supervisor, city.liaison, successor, ends=True)
    session.rollback()
    assert entries(session, parts[0]) == []


def test_who_may_and_what_is_refused(session: Session, city: City, parts: list[Assignment], successor: Person) -> None:
    for person in (city.liaison, city.leader, city.county_supervisor):
        with pytest.raises(Forbidden):
            done(session, city, person, city.liaison, successor)
    with pytest.raises(Invalid, match="不能是同一人"):
        done(session, city, city.supervisor, city.liaison, city.liaison)
    with pytest.raises(Invalid, match="已不是“市教育局”的联络员"):
        done(session, city, city.supervisor, city.neighbour, successor)
    with pytest.raises(Invalid, match="请选择接手人"):
        hand_over(session, the_actor(city.supervisor), NOW, TODAY, city.education.id, Wish(city.liaison.id, None))
    successor.active = False
    session.commit()
    with pytest.raises(Invalid, match="账号已停用"):
        done(session, city, city.supervisor, city.liaison, successor)


def test_what_the_form_offers(session: Session, city: City, parts: list[Assignment], successor: Person) -> None:
    offered = choice_of(session, the_actor(city.supervisor), city.education.id)
    assert set(offered.leavers) == set(offered.liaisons) == {city.liaison.id, successor.id}
    assert (offered.giving, offered.manages, offered.open_parts) == ({}, False, 2)
    offered = choice_of(session, the_actor(city.administrator), city.education.id)
    assert city.nobody.id in offered.giving
    assert city.liaison.id not in offered.giving
