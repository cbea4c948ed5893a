"""What is owed beside a part's own date: milestones, signing and reporting in time, and what was done to a part.

Each kind is found anew at every sweep and recorded under the unique key, so that nothing is lost when a run dies
and nothing doubled when two run. The preview of tomorrow asks the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.day_words import in_words
from tracker.domain.history import ADOPTED, EXTENSION_GRANTED, EXTENSION_REFUSED, label_of
from tracker.domain.lifecycle import Event
from tracker.domain.notice_policy import NoticePolicy
from tracker.domain.notices import NoticeKind, horizon_of, owed
from tracker.domain.schedule import hours_between
from tracker.services.sweep_rules import SweepRules
from tracker.store import sweep_kinds_queries as queries
from tracker.store.notice_recording import OwedRow
from tracker.store.schedule import FaultKind
from tracker.store.sweep_signs import Signs
from tracker.store.tasks import HistoryEntry

# How long after its day a milestone is still looked at; not for ever, because each sweep looks at all of them.
LOOKED_BACK = timedelta(days=60)
DECISIONS = (
    Event.RETURN,
    Event.ACCEPT,
    Event.SUSPEND,
    Event.RESUME,
    Event.WITHDRAW,
    Event.REOPEN,
    Event.DISPATCH,
    EXTENSION_GRANTED,
    EXTENSION_REFUSED,
)
TOLD_EVENTS = {
    ADOPTED: NoticeKind.DISPATCHED,
    **{str(event): NoticeKind.DECIDED for event in DECISIONS},
}

ROWS_AT_ONCE = 500
REPORT = "report"
"""The subject that tells a report's notice from those of the part's own date."""

Owing = Sequence[tuple[int, OwedRow]]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the functions below are asked with: the last day that was swept (``swept_on``), and from when on the history
    was not looked at yet (``since``); both None when none ever was.

    ``is_again``: the day was swept to its end already, by the rules that count now. So nothing comes by the mere
    passing of days, and of parts only those that changed since are looked at.
    """

    clock: Clock
    today: date
    swept_on: date | None
    since: datetime | None
    rules: SweepRules
    is_again: bool = False

    @property
    def policy(self) -> NoticePolicy:
        return self.rules.policy

    @property
    def changed_since(self) -> datetime | None:
        """From when on parts are looked at that changed; None for all."""
        return self.since if self.is_again else None


@dataclass(frozen=True, slots=True)
class Look:
    """One kind: which rows are looked at, what is owed for some of them, and whether only chased parts are told.

    ``sign`` picks what tells whether there can be any rows.
    """

    kind: FaultKind
    sign: Callable[[Signs], bool]
    rows: Callable[[Session], Sequence[int]]
    owed: Callable[[Session, Sequence[int]], Owing]
    pressed: bool = True

    def find(self, session: Session) -> Owing:
        """All that is owed, looked at in batches."""
        ids = self.rows(session)
        batches = (ids[start : start + ROWS_AT_ONCE] for start in range(0, len(ids), ROWS_AT_ONCE))
        return [owing for batch in batches for owing in self.owed(session, batch)]


def owed_by_kind(wanted: Kinds) -> tuple[Look, ...]:
    """The kinds, in the order in which a sweep looks at them."""
    return (
        Look(
            FaultKind.MILESTONE,
            attrgetter("milestones"),
            lambda session: queries.open_milestone_ids(session, *milestone_days(wanted)),
            lambda session, ids: list(milestones_owed(session, wanted, ids)),
        ),
        Look(
            FaultKind.UNSIGNED,
            attrgetter("changes"),
            lambda session: _unsigned_ids(session, wanted),
            lambda session, ids: list(unsigned_owed(session, wanted, ids)),
        ),
        Look(
            FaultKind.REPORT,
            attrgetter("changes"),
            lambda session: _late_report_ids(session, wanted),
            lambda session, ids: list(reports_owed(session, wanted, ids)),
        ),
        Look(
            FaultKind.ENTRY,
            attrgetter("entries"),
            lambda session: queries.recent_entry_ids(session, TOLD_EVENTS, _since(wanted)),
            lambda session, ids: list(entries_owed(session, wanted, ids)),
            pressed=False,
        ),
    )


def hours_late(planned_on: date, since: datetime, clock: Clock) -> int:
    """How many whole hours late it is now to tell what was planned for a day: from its begin, or from the instant
    ``since`` on which, on that day, somebody was given the work."""
    return hours_between(max(clock.start_of(planned_on), since), clock.now())


def _of_the_day(wanted: Kinds, planned_on: date) -> int:
    """The hours from the day's begin; none where the sweep never ran before, and nothing was missed."""
    return hours_between(wanted.clock.start_of(planned_on), wanted.clock.now()) if wanted.swept_on else 0


def milestone_days(wanted: Kinds) -> tuple[date, date]:
    """The first and the last day of which milestones are looked at."""
    # From the last sweep on, so that downtime leaves none out that would have been told of meanwhile.
    return (wanted.swept_on or wanted.today) - LOOKED_BACK, wanted.today + horizon_of(wanted.policy.milestone_ladder)


def milestones_owed(session: Session, wanted: Kinds, ids: Sequence[int]) -> Iterator[tuple[int, OwedRow]]:
    """What is owed for milestones that are not reached: to every unit that completes the task."""
    ladder, today = wanted.policy.milestone_ladder, wanted.today
    known = queries.milestones_told(session, [f"milestone:{each}" for each in ids])
    for milestone_id, part_id, due_on, dispatched_at in queries.open_milestones(session, ids):
        subject = f"milestone:{milestone_id}"
        for each in owed(due_on, wanted.clock.day_of(dispatched_at), today, ladder, wanted.swept_on):
            if (part_id, subject, due_on, each.step.days) not in known:
                kind = NoticeKind.MILESTONE_SOON if each.step.days <= 0 else NoticeKind.MILESTONE_LATE
                hours = hours_late(each.planned_on, dispatched_at, wanted.clock) if wanted.swept_on else 0
                yield part_id, OwedRow.of_rung(due_on, each, hours, kind, subject)


def _unsigned_ids(session: Session, wanted: Kinds) -> list[int]:
    if not wanted.policy.unsigned_after:
        return []
    return queries.unsigned_ids(session, _latest_dispatch(wanted), wanted.today, wanted.changed_since)


def unsigned_owed(session: Session, wanted: Kinds, ids: Sequence[int]) -> Iterator[tuple[int, OwedRow]]:
    """What is owed for parts that nobody signed for in time: once for each limit, on the day after it."""
    found = queries.unsigned(session, _latest_dispatch(wanted), wanted.today, ids)
    for part_id, dispatched_at, sign_by_on in found:
        limit = sign_by_on or sign_limit(wanted, wanted.clock.day_of(dispatched_at))
        planned = limit + timedelta(days=1)
        late_days = max((wanted.today - planned).days, 0)
        yield (
            part_id,
            OwedRow(limit, NoticeKind.UNSIGNED, 1, planned, late_days, late_hours=_of_the_day(wanted, planned)),
        )


def sign_limit(wanted: Kinds, dispatched_on: date) -> date:
    """The last day to sign for what was dispatched on a day."""
    return wanted.rules.calendar.add_workdays(dispatched_on, wanted.policy.unsigned_after)


def _late_report_ids(session: Session, wanted: Kinds) -> list[int]:
    first_in_time = wanted.rules.rhythm.first_in_time(wanted.today)
    if first_in_time is None:
        return []
    return queries.late_report_ids(session, wanted.clock.start_of(first_in_time), wanted.changed_since)


def reports_owed(session: Session, wanted: Kinds, ids: Sequence[int]) -> Iterator[tuple[int, OwedRow]]:
    """What is owed for progress that was not reported in time by the rhythm of the lights' rules in force.

    Once for each day on which a report was owed, on the day after it, or on the day on which the rules came in force.
    """
    rhythm, in_force_on = wanted.rules.rhythm, wanted.rules.rhythm_since
    first_in_time = rhythm.first_in_time(wanted.today)
    if first_in_time is None:
        return
    late = queries.late_reports(session, wanted.clock.start_of(first_in_time), ids)
    owing = [(part_id, rhythm.owed_on(wanted.clock.day_of(since))) for part_id, since in late]
    dated = [(part_id, owed_on) for part_id, owed_on in owing if owed_on is not None]
    known = queries.late_reports_told(
        session, [part_id for part_id, _ in dated], min((on for _, on in dated), default=wanted.today)
    )
    for part_id, owed_on in dated:
        if (part_id, owed_on) not in known:
            planned = max(owed_on + timedelta(days=1), in_force_on or owed_on)
            words = f"应于{in_words(owed_on)}前报进展（{rhythm.words}），至今未报。"
            late_days = (wanted.today - planned).days
            hours = _of_the_day(wanted, planned)
            row = OwedRow(owed_on, NoticeKind.REPORT_LATE, 1, planned, late_days, late_hours=hours)
            yield part_id, replace(row, subject=REPORT, words=words)


def _latest_dispatch(wanted: Kinds) -> datetime:
    """The instant before which a part was dispatched whose time to sign has passed."""
    day = wanted.today
    while sign_limit(wanted, day) >= wanted.today:
        day -= timedelta(days=1)
    return wanted.clock.start_of(day + timedelta(days=1))


def _since(wanted: Kinds) -> datetime:
    return wanted.since or wanted.clock.start_of(wanted.today)


def entries_owed(session: Session, wanted: Kinds, ids: Sequence[int]) -> Iterator[tuple[int, OwedRow]]:
    """What is owed for rows of the history: new tasks and decisions. Whoever did it is not told."""
    entries = queries.entries(session, ids)
    known = queries.told_of(session, [subject_of(entry) for entry in entries])
    for entry in entries:
        if (entry.assignment_id, subject_of(entry)) not in known:
            yield entry.assignment_id, _entry_row(entry, wanted)


def subject_of(entry: HistoryEntry) -> str:
    """What tells the notices of this row from those of another."""
    return f"entry:{entry.id}"


def _entry_row(entry: HistoryEntry, wanted: Kinds) -> OwedRow:
    kind, day = TOLD_EVENTS[entry.event], wanted.clock.day_of(entry.at)
    if entry.event == Event.DISPATCH and entry.unit_to_id is not None:
        kind = NoticeKind.DISPATCHED  # new to the unit that has it now
    words = entry.words or ""
    if kind is NoticeKind.DECIDED:
        words = f"{label_of(entry.event)}{f'：{words}' if words else ''}"
    late = max((wanted.today - day).days, 0)
    return OwedRow(
        day,
        kind,
        0,
        day,
        late,
        subject=subject_of(entry),
        words=words,
        author_name=entry.actor_name,
        not_to=entry.actor_id or 0,
        late_hours=hours_between(entry.at, wanted.clock.now()) if wanted.swept_on else 0,
    )
