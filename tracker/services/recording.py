"""Reports that come another way than by the liaison's own page: by a link without an account, or in a sheet.

They change a part exactly as ``tracker.services.work.act`` does, through ``moves``; several can stand in one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.history import HANDED_OVER, HANDLER_NAMED, REMARKED, URGED
from tracker.domain.lifecycle import Event, State, transition
from tracker.services.division_effects import follow_progress_of
from tracker.services.evidence import SentFile, keep
from tracker.services.moves import Act, move, settle_task
from tracker.store.evidence_queries import digests_with
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.written_together import write_together

REPORTABLE = (State.DISPATCHED, State.IN_PROGRESS)
# What does not change what a report would say: it may have happened since the page or the sheet was made.
QUIET = (URGED, REMARKED, HANDED_OVER, HANDLER_NAMED)
LONGEST_NAME = 64

_WHY_NOT = {
    State.DECLINED: "该事项已退办，等待督查室决定，暂时不能报送进展。",
    State.SUBMITTED: "该事项已申请办结，正在等待督查室审核，不需要再报送进展。",
    State.SUSPENDED: "该事项已中止（挂账），恢复办理后才能报送进展。",
    State.COMPLETED: "该事项已办结销号，不需要再报送进展。",
    State.WITHDRAWN: "该事项已撤销，不需要再报送进展。",
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who reports, as the history tells it; ``person_id`` is None for somebody without an account."""

    name: str
    person_id: int | None = None

    @property
    def short(self) -> str:
        """The name as the history keeps it."""
        return self.name if len(self.name) <= LONGEST_NAME else self.name[: LONGEST_NAME - 1] + "…"


@dataclass(frozen=True, slots=True)
class Seen:
    """How a part stood for whoever filled something in: its version, and the last row of its history."""

    version: int
    entry_id: int


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported: REPORT or SUBMIT, the words, and the percentage, None to leave it as it is; and the files."""

    event: Event
    words: str
    percent: int | None
    files: tuple[SentFile, ...] = ()


def seen_now(session: Session, part_id: int, version: int) -> Seen:
    """What somebody who looks at the part now has seen of it."""
    newest = select(func.max(HistoryEntry.id)).where(HistoryEntry.assignment_id == part_id)
    return Seen(version, session.scalar(newest) or 0)


def changes_since(session: Session, part: Assignment, seen: Seen) -> list[HistoryEntry]:
    """What happened to the part since it was seen, the latest last; empty when a report still fits.

    A new version without such a row is the machine's own note (a flag of the sweep) and stands in nobody's way.
    """
    if part.version == seen.version:
        return []
    since = select(HistoryEntry).where(
        HistoryEntry.assignment_id == part.id, HistoryEntry.id > seen.entry_id, HistoryEntry.event.not_in(QUIET)
    )
    return list(session.scalars(since.order_by(HistoryEntry.id)))


def why_not(part: Assignment) -> str | None:
    """Why nothing can be reported on the part now, as a sentence; None when it can."""
    return None if part.state in REPORTABLE else _WHY_NOT[part.state]


def record(  # noqa: PLR0917 - a report, by whom and when
    session: Session, part: Assignment, report: Report, author: Author, now: datetime, today: date
) -> None:
    """Writes the report, signing for the part first when nobody has; commits nothing.

    Whoever reports on work has received it: the history tells both, in this order. Raises Refused in other states.
    """
    record_all(session, [(part, report)], author, now, today)


def record_all(
    session: Session, reports: Sequence[tuple[Assignment, Report]], author: Author, now: datetime, today: date
) -> None:
    """Writes a report on each of these parts, which are all different, as ``record`` does; commits nothing."""
    unsigned = [(part, Act(Event.SIGN_FOR)) for part, _ in reports if part.state is State.DISPATCHED]
    _step(session, unsigned, author, now, today)
    told = [(part, Act(report.event, report.words, report.percent)) for part, report in reports]
    for entry, (part, report) in zip(_step(session, told, author, now, today), reports, strict=True):
        keep(session, entry, report.files)
        settle_task(part.task)
    follow_progress_of(session, [part for part, _ in reports])


def _step(
    session: Session, deeds: Sequence[tuple[Assignment, Act]], author: Author, now: datetime, today: date
) -> list[HistoryEntry]:
    """One row of the history for each part."""
    entries = [_moved(part, deed, author, now, today) for part, deed in deeds]
    session.add_all(entries)
    # Rows of one instant keep their order, and each step is a version of its own.
    write_together(session, (part for part, _ in deeds))
    session.flush()
    return entries


def _moved(part: Assignment, deed: Act, author: Author, now: datetime, today: date) -> HistoryEntry:
    came_from = move(part, transition(part.state, deed.event), deed, now, today)
    return HistoryEntry(
        assignment_id=part.id,
        event=deed.event.value,
        at=now,
        actor_id=author.person_id,
        actor_name=author.short,
        from_state=came_from,
        to_state=part.state,
        words=deed.words,
        percent=deed.percent,
    )


def is_last_word(session: Session, part: Assignment, report: Report, author: Author) -> HistoryEntry | None:
    """The last row of the part's history when it is this very report by this very author."""
    newest = select(HistoryEntry).where(HistoryEntry.assignment_id == part.id).order_by(HistoryEntry.id.desc()).limit(1)
    last = session.scalar(newest)
    if last is None or (last.event, last.words) != (report.event.value, report.words):
        return None
    same = (last.actor_id, last.actor_name, last.percent) == (author.person_id, author.short, report.percent)
    return last if same and digests_with(session, last.id) == {file.sha256 for file in report.files} else None
