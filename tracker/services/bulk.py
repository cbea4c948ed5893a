"""Deciding about several submissions at once: each row is an act of its own, whole or not at all.

What somebody changed since the list was opened is left out and told by name; the others are done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.lifecycle import TRANSITIONS, Event, Outcome, Refused, State
from tracker.services.changing import Changed, tidy
from tracker.services.errors import Invalid, NotFound
from tracker.services.work import act
from tracker.store.engine import begin_write
from tracker.store.task_queries import last_entry_of_each, parts
from tracker.store.tasks import Assignment, HistoryEntry

BULK_EVENTS = (Event.ACCEPT, Event.RETURN)
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Picked:
    """A row as it was ticked: the part, and the version that the list showed."""

    assignment_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Row:
    """A part that was picked: ``why`` tells what keeps it from being decided, and is empty where nothing does."""

    assignment: Assignment
    why: str = ""
    told: HistoryEntry | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """What will be, or was, decided, and what is left out."""

    fit: Sequence[Row]
    left_out: Sequence[Row]


def preview(session: Session, actor: Actor, picked: Iterable[Picked]) -> Rows:
    """What was picked as it now stands, within the actor's reach, in the order it was picked."""
    versions = _versions(picked)
    found = {part.id: part for part in parts(session, [Assignment.id.in_(versions)], ())}
    mine = [found[each] for each in versions if each in found and _may(actor, found[each])]
    told = last_entry_of_each(session, [part.id for part in mine], Event.SUBMIT.value)
    rows = [Row(part, _why_not(part, versions[part.id]), told.get(part.id)) for part in mine]
    return Rows([row for row in rows if not row.why], [row for row in rows if row.why])


def decide_all(  # noqa: PLR0917 - the fields of a form
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    picked: Iterable[Picked],
    event: Event,
    words: str | None = None,
    outcome: Outcome | None = None,
) -> Rows:
    """Accepts, or returns, each part that was picked, one commit each; what was done, and what was left out and why.

    Raises Invalid, with nothing done, where no row could be: no words for a return, no outcome for an acceptance.
    """
    _demand(event, words, outcome)
    done, left_out = [], []
    session.rollback()
    for each in _versions(picked).items():
        begin_write(session)
        try:
            part = act(session, actor, now, today, each[0], event, each[1], words, outcome=outcome)
        except (Changed, Refused, Invalid) as fault:
            session.rollback()
            left_out.append((each[0], str(fault)))
        except (Forbidden, NotFound):
            # Nothing is told of what lies out of reach, not even that it exists.
            session.rollback()
        else:
            done.append(Row(part))
    return Rows(done, _named(session, left_out))


def _versions(picked: Iterable[Picked]) -> dict[int, int]:
    """The version of each part, in the order it was picked, each part once."""
    versions: dict[int, int] = {}
    for each in picked:
        versions.setdefault(each.assignment_id, each.version)
    return dict(list(versions.items())[:MOST_ROWS])


def _may(actor: Actor, part: Assignment) -> bool:
    return actor.may(Permission.DECIDE, part.unit.path)


def _why_not(part: Assignment, version: int) -> str:
    if part.state is not State.SUBMITTED:
        return f"现为“{part.state.label}”，已不是待审核。"
    return "" if part.version == version else "打开清单之后又有变动，请单独核对。"


def _demand(event: Event, words: str | None, outcome: Outcome | None) -> None:
    if event not in BULK_EVENTS:
        raise Invalid("只能一并销号或一并退回，请从待审核清单重新选择。")
    if event is Event.ACCEPT and outcome is None:
        raise Invalid("请选择办结结果：A 已解决、B 列入计划逐步解决、C 暂不具备条件。")
    if TRANSITIONS[State.SUBMITTED, event].words_required and not tidy(words):
        raise Invalid(f"“{event.label}”须写明还要补充什么，请填写意见后再提交。")
    tidy(words)


def _named(session: Session, left_out: Sequence[tuple[int, str]]) -> list[Row]:
    found = {part.id: part for part in parts(session, [Assignment.id.in_([each[0] for each in left_out])], ())}
    return [Row(found[part_id], why) for part_id, why in left_out]
