"""A leader's remarks (批示) on a unit's part or on a whole task: kept in the history, told to those it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Office, Permission
from tracker.domain.history import REMARKED
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.domain.roles import needed_of
from tracker.services.changing import SAME_PRESS, changed_among, version_of
from tracker.services.errors import Invalid, NotFound
from tracker.services.noting import note
from tracker.services.telling import tell
from tracker.store.people import Person, PersonStanding
from tracker.store.task_queries import assignment_to_change, latest_entries
from tracker.store.tasks import Assignment

LONGEST_REMARK = 1000


@dataclass(frozen=True, slots=True)
class Press:
    """A press of the button: by whom, when, with what words, on the page of which version."""

    actor: Actor
    now: datetime
    today: date
    words: str
    seen: int


def remark_on_part(session: Session, press: Press, assignment_id: int) -> Assignment:
    """Writes the remark on one unit's part and commits; the same form twice writes it once.

    Raises NotFound, Forbidden, Invalid, or Changed when the part changed since the page was opened.
    """
    part = assignment_to_change(session, assignment_id)
    if part is None:
        raise NotFound("没有这项分工，可能已被删除，请从任务清单重新进入。")
    _write(session, press, [part])
    return part


def remark_on_task(session: Session, press: Press, task_id: int) -> list[Assignment]:
    """Writes the remark on the parts in reach that the task waits for; ``press.seen`` is their ``version_of``.

    Raises as ``remark_on_part`` does; Forbidden when no such part lies within reach.
    """
    first = session.scalar(select(Assignment.id).where(Assignment.task_id == task_id).limit(1))
    held = assignment_to_change(session, first) if first else None
    if held is None:
        raise NotFound("没有这项任务，可能已被删除，请从任务清单重新进入。")
    parts = parts_to_remark(press.actor, held.task.assignments)
    if not parts:
        raise Forbidden(Permission.REMARK, "对该任务作批示")
    _write(session, press, parts)
    return parts


def parts_to_remark(actor: Actor, parts: Iterable[Assignment]) -> list[Assignment]:
    """Those of a task's parts that a remark on the whole task goes to."""
    needed = needed_of(parts, lambda part: part.role)
    live = [part for part in needed if part.state is not State.WITHDRAWN]
    return [part for part in live if actor.may(Permission.REMARK, part.unit.path)]


def _write(session: Session, press: Press, parts: Sequence[Assignment]) -> None:
    words = press.words.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid("请填写批示内容后再提交。")
    if len(words) > LONGEST_REMARK:
        raise Invalid(f"批示不能超过{LONGEST_REMARK}字，现有{len(words)}字，请精简后再提交。")
    for part in parts:
        if not press.actor.may(Permission.REMARK, part.unit.path):
            raise Forbidden(Permission.REMARK, "对该事项作批示")
    if version_of(parts) != press.seen:
        if all(_was_just_written(session, press, words, part) for part in parts):
            session.rollback()
            return
        raise changed_among(session, parts, press.seen)
    for part in parts:
        _tell(session, press, words, part)
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise changed_among(session, parts, press.seen) from None


def _was_just_written(session: Session, press: Press, words: str, part: Assignment) -> bool:
    last = next(iter(latest_entries(session, part.id, 1)), None)
    if last is None or press.now - last.at > SAME_PRESS:
        return False
    return (last.event, last.actor_id, last.words) == (REMARKED, press.actor.person_id, words)


def _tell(session: Session, press: Press, words: str, part: Assignment) -> None:
    """Writes the row, and tells the unit's liaisons, or the unit as such, and the supervisors who reach it."""
    entry = note(part, press.actor, press.now, REMARKED, words)
    session.flush()
    above = [int(step) for step in part.unit.path.strip("/").split("/")]
    telling = partial(
        tell,
        session,
        part,
        NoticeKind.REMARK,
        f"entry:{entry.id}",
        words,
        press.actor.name,
        now=press.now,
        today=press.today,
        not_to=press.actor.person_id,
    )
    telling()
    telling(recipients=_supervisors_at(session, above))


def _supervisors_at(session: Session, unit_ids: Sequence[int]) -> list[int]:
    """The active supervisors who stand at one of the units."""
    found = select(PersonStanding.person_id).join(Person)
    found = found.where(Person.active, PersonStanding.office == Office.SUPERVISOR)
    return list(session.scalars(found.where(PersonStanding.unit_id.in_(unit_ids))))
