"""Deleting a wrong import: whole when nothing came of it, refused with advice when something did."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, the_actor
from tests.revision_texts import FIRST, SECOND
from tracker.domain.access import Forbidden
from tracker.reading import read_bytes
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt_sure
from tracker.services.intake_drafts import drop
from tracker.services.revision_items import Group
from tracker.services.revision_pages import revision_page
from tracker.services.revisions import accept_group
from tracker.services.source_deletion import delete_source, deletion_of
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, Plan, Source
from tracker.store.revision_queries import newer_of
from tracker.store.tasks import Task


def taken_in(session: Session, city: City, text: str) -> Source:
    reading = read_bytes(text.encode(), "方案.txt")
    done = import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id)
    return session.get_one(Source, done.source_id)


def rows(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(table)) for table in (Source, Plan, Draft, Task)]


def test_an_import_of_which_nothing_was_adopted_goes_whole_and_can_be_had_again(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    source = taken_in(session, city, FIRST)
    draft = drafts_of(session, source.plans[0].id)[0]
    drop(session, actor, NOW, draft.id, draft.version)
    assert deletion_of(session, actor, source.id).is_free
    assert delete_source(session, actor, source.id, 5) == "方案.txt"
    assert rows(session) == [0, 0, 0, 0]
    with pytest.raises(NotFound):
        delete_source(session, actor, source.id, 5)
    session.rollback()
    session.expire_all()
    taken_in(session, city, FIRST)
    assert rows(session) == [1, 1, 5, 0]


def test_one_with_tasks_stays(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    source = taken_in(session, city, FIRST)
    adopt_sure(session, actor, NOW, TODAY, source.plans[0].id)
    found = deletion_of(session, actor, source.id)
    assert (found.is_free, found.tasks) == (False, 5)
    with pytest.raises(Invalid, match="已经采纳"):
        delete_source(session, actor, source.id, found.seen)
    assert rows(session) == [1, 1, 5, 5]


def test_one_whose_tasks_went_over_to_a_newer_version_stays_too(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    old = taken_in(session, city, FIRST)
    adopt_sure(session, actor, NOW, TODAY, old.plans[0].id)
    new = taken_in(session, city, FIRST.replace("当日处置", "次日处置"))
    for group in (Group.CHANGED, Group.SAME):
        page = revision_page(session, actor, new.plans[0].id, 1)
        accept_group(session, actor, NOW, TODAY, new.plans[0].id, group, page.bulk[group].seen)
    assert (deletion_of(session, actor, old.id).tasks, deletion_of(session, actor, new.id).tasks) == (0, 5)
    assert (deletion_of(session, actor, old.id).is_free, deletion_of(session, actor, new.id).is_free) == (False, False)
    with pytest.raises(Invalid):
        delete_source(session, actor, old.id, 5)


def test_a_wrong_new_version_can_go_and_the_old_one_is_the_newest_again(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    old = taken_in(session, city, FIRST)
    adopt_sure(session, actor, NOW, TODAY, old.plans[0].id)
    new = taken_in(session, city, SECOND)
    delete_source(session, actor, new.id, deletion_of(session, actor, new.id).seen)
    session.expire_all()
    assert newer_of(session, old.plans[0].id) is None
    assert rows(session) == [1, 1, 5, 5]


def test_what_is_not_as_it_was_shown_is_not_deleted(session: Session, city: City) -> None:
    source = taken_in(session, city, FIRST)
    with pytest.raises(Stale):
        delete_source(session, the_actor(city.supervisor), source.id, 4)


def test_only_a_supervisor_in_reach_deletes(session: Session, city: City) -> None:
    source = taken_in(session, city, FIRST)
    for person in (city.liaison, city.leader, city.county_supervisor, city.administrator):
        with pytest.raises(Forbidden):
            delete_source(session, the_actor(person), source.id, 5)
