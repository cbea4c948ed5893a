"""催办 by hand: a supervisor presses for one or several parts, with words that their units read at once.

It changes nothing of the part itself, so it makes no new version: a liaison who has the part open in a form is not
sent back by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.clock import Clock
from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.history import URGED
from tracker.domain.lifecycle import is_chased
from tracker.domain.notices import NoticeKind
from tracker.services.changing import SAME_PRESS
from tracker.services.errors import Invalid
from tracker.services.sweep_kinds import subject_of
from tracker.services.telling import tell
from tracker.store.once import URGING_TURN, take_turn
from tracker.store.tasks import Assignment, HistoryEntry, Task

LONGEST_WORDS, MOST_AT_ONCE = 500, 200


class UrgedToday(Invalid):
    """Some parts were pressed for today already; nothing was done. Confirmed, they are pressed for again."""

    def __init__(self, parts: Sequence[Assignment]) -> None:
        self.parts = tuple(parts)
        names = "、".join(f"“{part.task.title}”（{part.unit.name}）" for part in parts[:3])
        more = f"等{len(parts)}项" if len(parts) > 3 else ""
        super().__init__(f"{names}{more}今天已催办过，还没有发出。确需再次催办的，请勾选“今天已催办过的也再次催办”。")


@dataclass(frozen=True, slots=True)
class Urging:
    """What is said to the units of which parts; ``again``: also where they were pressed today."""

    part_ids: tuple[int, ...]
    words: str
    copies_head: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Urged:
    """How many parts were pressed for, and how many people were told."""

    parts: int
    told: int


def urge(session: Session, actor: Actor, clock: Clock, urging: Urging) -> Urged:
    """Presses for the parts, all or none; commits. Raises Invalid, UrgedToday or Forbidden.

    The same form sent twice is done once.
    """
    words = _words(urging)
    take_turn(session, URGING_TURN)
    parts = parts_to_urge(session, actor, urging.part_ids)
    today = _urged_since(session, parts, clock.start_of(clock.today()))
    now = clock.now()
    if parts and all(_was_just_done(today.get(part.id), actor, words, now) for part in parts):
        session.rollback()
        return Urged(len(parts), 0)
    if today and not urging.again:
        raise UrgedToday([part for part in parts if part.id in today])
    told = sum(_urge_one(session, actor, part, words, urging, now, clock.today()) for part in parts)
    session.commit()
    return Urged(len(parts), told)


def _words(urging: Urging) -> str:
    words = urging.words.replace("\r\n", "\n").strip()
    if not urging.part_ids:
        raise Invalid("还没有勾选要催办的事项。请回到逾期清单，勾选后再发出催办。")
    if len(urging.part_ids) > MOST_AT_ONCE:
        raise Invalid(f"一次最多催办{MOST_AT_ONCE}项，请分批办理。")
    if not words or len(words) > LONGEST_WORDS:
        raise Invalid(f"请写明催办要求，不超过{LONGEST_WORDS}字。", "words")
    return words


def parts_to_urge(session: Session, actor: Actor, ids: Sequence[int]) -> list[Assignment]:
    """The parts, in the order of their ids; raises Invalid or Forbidden when one of them cannot be pressed for."""
    parts = session.scalars(
        select(Assignment)
        .where(Assignment.id.in_(ids))
        .options(joinedload(Assignment.unit), joinedload(Assignment.task).joinedload(Task.plan))
        .order_by(Assignment.id)
    ).all()
    if len(parts) < len(set(ids)):
        raise Invalid("所选事项中有的已被删除，请返回清单重新选择。")
    for part in parts:
        if not actor.may(Permission.DECIDE, part.unit.path):
            raise Forbidden(Permission.DECIDE, f"催办“{part.unit.name}”的事项")
        if not is_chased(part.state, part.task.state):
            raise Invalid(f"“{part.task.title}”（{part.unit.name}）现为“{part.state.label}”，不用催办，请取消勾选。")
    return list(parts)


def _urged_since(session: Session, parts: Sequence[Assignment], instant: datetime) -> dict[int, HistoryEntry]:
    """The last 催办 of each part since an instant."""
    rows = session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.assignment_id.in_([part.id for part in parts]))
        .where(HistoryEntry.event == URGED, HistoryEntry.at >= instant)
        .order_by(HistoryEntry.id)
    )
    return {entry.assignment_id: entry for entry in rows}


def _was_just_done(entry: HistoryEntry | None, actor: Actor, words: str, now: datetime) -> bool:
    return (
        entry is not None and (entry.actor_id, entry.words) == (actor.person_id, words) and now - entry.at <= SAME_PRESS
    )


def _urge_one(  # noqa: PLR0917 - who presses whom for what, and when
    session: Session, actor: Actor, part: Assignment, words: str, urging: Urging, now: datetime, today: date
) -> int:
    entry = HistoryEntry(assignment_id=part.id, event=URGED, at=now, actor_id=actor.person_id, actor_name=actor.name)
    entry.from_state = entry.to_state = part.state
    entry.words = words
    session.add(entry)
    session.flush()
    return tell(
        session,
        part,
        NoticeKind.URGED,
        subject_of(entry),
        words,
        actor.name,
        now=now,
        today=today,
        copies_head=urging.copies_head,
        not_to=actor.person_id,
    )
