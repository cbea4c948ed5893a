"""What notices are about comes in one order from both kinds of database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import true
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.services.digests import by_part
from tracker.services.telling import tell
from tracker.store.matter_queries import matters


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


def test_parts_without_a_date_come_last(session: Session, city: City) -> None:
    plan, dates = a_plan(session, city.root), (None, 5, 3, None, 4)
    for place, days in enumerate(dates):
        due_on = None if days is None else TODAY + timedelta(days=days)
        part = a_task(session, plan, city.education, due_on=due_on, state=State.IN_PROGRESS).assignments[0]
        tell(session, part, NoticeKind.URGED, f"entry:{place}", "请报送", "杜督查", now=NOW, today=TODAY)
    found = matters(session, true())
    assert [matter.subject for matter in found] == ["entry:2", "entry:4", "entry:1", "entry:0", "entry:3"]
    # A message tells them in the same order, whatever it was given.
    assert [part.lead for part in by_part(reversed(found), TODAY)] == found
