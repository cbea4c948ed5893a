"""What every change of a part shares: the part held and checked, its row of history, the refusal of a stale page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.history import ADOPTED, label_of
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.store.task_queries import assignment_to_change, latest_entries
from tracker.store.tasks import Assignment, HistoryEntry

LONGEST_WORDS = 5000
# A form that comes a second time within this span is the same press of a button, not a second deed.
SAME_PRESS = timedelta(minutes=10)
MOST_CHANGES_TOLD = 5


class Changed(Stale):
    """Somebody changed the assignment meanwhile; ``entries`` tells who did what, the latest last."""

    def __init__(self, entries: Sequence[HistoryEntry]) -> None:
        self.entries = tuple(entry for entry in entries if entry.event != ADOPTED)
        told = "；".join(f"{e.actor_name}已“{label_of(e.event)}”（现为“{e.to_state.label}”）" for e in self.entries)
        super().__init__(f"您打开页面之后，该事项已有变动：{told or '内容有更新'}。本次操作没有保存，请核对后再提交。")


def part_to_change(session: Session, actor: Actor, assignment_id: int, permission: Permission, what: str) -> Assignment:
    """The part, held until the transaction ends; raises NotFound, or Forbidden saying that ``what`` is not allowed."""
    assignment = assignment_to_change(session, assignment_id)
    if assignment is None:
        raise NotFound("没有这项分工，可能已被删除，请从任务清单重新进入。")
    if not actor.may(permission, assignment.unit.path):
        raise Forbidden(permission, f"对该事项“{what}”")
    return assignment


def changed_since(session: Session, assignment: Assignment, version: int) -> Changed:
    """The refusal, with as many of the last entries as the version has moved on."""
    moved = min(max(assignment.version - version, 1), MOST_CHANGES_TOLD)
    return Changed(latest_entries(session, assignment.id, moved))


def version_of(parts: Iterable[Assignment]) -> int:
    """A number that rises with every change of any of the parts."""
    return sum(part.version for part in parts)


def changed_among(session: Session, parts: Sequence[Assignment], seen: int) -> Changed:
    """The refusal for several parts that were seen at one ``version_of``, with what happened to any of them since."""
    moved = min(max(version_of(parts) - seen, 1), MOST_CHANGES_TOLD)
    entries = [entry for part in parts for entry in latest_entries(session, part.id, moved)]
    return Changed(sorted(entries, key=lambda entry: entry.id)[-moved:])


def tidy(words: str | None) -> str | None:
    """Words as they are kept: plain line ends, nothing around them; None when nothing is left. Raises Invalid."""
    text = (words or "").replace("\r\n", "\n").strip() or None
    if text and len(text) > LONGEST_WORDS:
        raise Invalid(f"说明不能超过{LONGEST_WORDS}字，现有{len(text)}字，请精简后再提交。")
    return text


def committed(session: Session, assignment: Assignment, follow: Callable[[], None] | None = None) -> Assignment:
    """Commits, after what follows from the change; what another changed in the same moment becomes Changed."""
    part_id = assignment.id
    try:
        if follow:
            follow()
        session.commit()
    except (StaleDataError, IntegrityError):
        session.rollback()
        raise Changed(latest_entries(session, part_id, 1)) from None
    return assignment
