"""Many versioned rows are written by one statement: guarded, told to the audit log, and as the session would do it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from tests.builders import NOW, City, a_city, a_plan
from tracker.domain.drafts import DeadlineKind, Form
from tracker.store import written_together
from tracker.store.audit import AuditEntry
from tracker.store.engine import write_session
from tracker.store.plans import Draft, DraftState
from tracker.store.written_together import write_together


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with write_session(engine) as opened:
        yield opened


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


@pytest.fixture
def sent(engine: Engine) -> list[str]:
    """The updates that are sent from here on."""
    found: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("UPDATE"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    return found


def some_drafts(session: Session, city: City, count: int) -> list[Draft]:
    plan = a_plan(session, city.root)
    told = {"path": [], "form": Form.BRACKET, "quote": "引文", "deadline_kind": DeadlineKind.NONE, "start": 0, "end": 2}
    drafts = [Draft(plan=plan, position=n, title=f"第{n}条", **told) for n in range(count)]
    session.add_all(drafts)
    session.commit()
    return drafts


def told(session: Session) -> list[tuple[str, str, str]]:
    """What the log tells of drafts; of rows that the session writes at once it does not keep the order."""
    rows = session.execute(
        select(AuditEntry.subject_id, AuditEntry.act, AuditEntry.detail).where(AuditEntry.subject == "draft")
    )
    return [(key, act, detail) for key, act, detail in rows]


def change(drafts: list[Draft], title: str) -> None:
    for draft in drafts:
        draft.title, draft.doubts = title, [{"code": "no-unit", "message": title, "settled": False}]


def test_all_are_written_by_one_statement_and_stand_so(session: Session, city: City, sent: list[str]) -> None:
    drafts = some_drafts(session, city, 30)
    change(drafts, "改")
    write_together(session, drafts)
    session.commit()
    assert len(sent) == 1
    assert {draft.version for draft in drafts} == {2}
    stored = session.execute(select(Draft.title, Draft.doubts, Draft.version)).all()
    assert [(row.title, row.doubts[0]["message"], row.version) for row in stored] == [("改", "改", 2)] * 30


def test_the_log_is_told_what_the_session_would_tell(session: Session, city: City) -> None:
    drafts = some_drafts(session, city, 2)
    change(drafts, "一")
    session.commit()
    alone = sorted(told(session))
    change(drafts, "二")
    write_together(session, drafts)
    session.commit()
    together = sorted(entry for entry in told(session) if entry not in alone)
    assert len(alone) == len(together) == 2
    as_before = [(key, act, detail.replace("第0条", "一").replace("第1条", "一")) for key, act, detail in alone]
    assert [(key, act, detail.replace("二", "一")) for key, act, detail in together] == as_before


def test_rows_with_other_columns_changed_need_a_statement_more(session: Session, city: City, sent: list[str]) -> None:
    drafts = some_drafts(session, city, 6)
    change(drafts[:3], "改")
    for draft in drafts[3:]:
        draft.state = DraftState.DROPPED
    write_together(session, drafts)
    session.commit()
    assert len(sent) == 2
    assert session.scalars(select(Draft.state).order_by(Draft.position)).all() == ["open"] * 3 + ["dropped"] * 3


def test_many_are_written_in_batches(
    session: Session, city: City, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written_together, "AT_ONCE", 4)
    drafts = some_drafts(session, city, 9)
    change(drafts, "改")
    write_together(session, drafts)
    session.commit()
    assert len(sent) == 3
    assert session.scalars(select(Draft.title).distinct()).all() == ["改"]


def test_one_that_was_changed_meanwhile_stops_all(session: Session, city: City) -> None:
    drafts = some_drafts(session, city, 3)
    session.execute(
        update(Draft).where(Draft.id == drafts[1].id).values(version=2),
        execution_options={"synchronize_session": False},
    )
    change(drafts, "改")
    with pytest.raises(StaleDataError):
        write_together(session, drafts)
    session.rollback()
    assert session.scalars(select(Draft.title).where(Draft.title == "改")).all() == []


def test_what_did_not_change_is_left_alone_and_what_was_flagged_is_not(
    session: Session, city: City, sent: list[str]
) -> None:
    """As with the session: whoever signs in the same instant makes a version all the same."""
    drafts = some_drafts(session, city, 3)
    for draft in drafts:
        draft.changed_at = NOW
    session.commit()
    sent.clear()
    drafts[0].title = drafts[0].title
    drafts[1].changed_at = NOW
    drafts[2].changed_at = NOW
    flag_modified(drafts[2], "changed_at")
    write_together(session, drafts)
    session.commit()
    assert len(sent) == 1
    assert [draft.version for draft in drafts] == [2, 2, 3]


def test_new_rows_are_left_to_the_session(session: Session, city: City) -> None:
    (known,) = some_drafts(session, city, 1)
    made = Draft(
        plan=known.plan,
        position=9,
        title="新",
        form=Form.BRACKET,
        quote="引",
        start=0,
        end=1,
        deadline_kind=DeadlineKind.NONE,
    )
    session.add(made)
    write_together(session, [made])
    session.commit()
    assert (made.version, session.scalar(select(Draft.title).where(Draft.position == 9))) == (1, "新")


def test_a_row_that_refers_to_another_person_is_left_to_the_session(session: Session, city: City) -> None:
    (draft,) = some_drafts(session, city, 1)
    draft.title, draft.changed_by = "改", city.supervisor
    write_together(session, [draft])
    assert draft.version == 1
    session.commit()
    stored = session.execute(select(Draft.title, Draft.changed_by_id, Draft.version)).one()
    assert tuple(stored) == ("改", city.supervisor.id, 2)
