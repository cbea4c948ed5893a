"""The sweep: flags what is overdue and records the notices owed, each exactly once, however often it runs.

What it relies on:
- a notice's unique key: recording is an insert that passes over what is there;
- the last finished run: what came to a rung of the ladder since then is found by its due day, and what
  changed since then is looked at part by part. A run that was killed is not finished, so the next one
  looks at the same again;
- every transaction decides and records together. Killed at any point, nothing is lost and nothing doubled;
- a row that raises is set aside (see sweep_batches) and tried again by every run.

Two sweeps at once are safe: they take turns at each transaction, and the second finds nothing left to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.notice_policy import NoticePolicy
from tracker.domain.notices import horizon_of, owed, reached
from tracker.services.series import behind, make_due_tasks
from tracker.services.sweep_batches import UNUSABLE, Work, batches
from tracker.services.sweep_kinds import Look, hours_late, owed_by_kind
from tracker.services.sweep_report import SweepReport
from tracker.services.sweeper import Sweeper, note_swept, opened
from tracker.store import sweep_queries as queries
from tracker.store import sweep_runs
from tracker.store.engine import write_session
from tracker.store.milestone_queries import flag_late_milestones
from tracker.store.notice_recording import OwedRow, owed_to_parts, record
from tracker.store.schedule import FaultKind

log = logging.getLogger(__name__)

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
FLAGS_AT_ONCE = 20_000
RUNGS_AT_ONCE = 500
FAILURES_KEPT = 20


def sweep(engine: Engine, now: datetime, today: date, zone: ZoneInfo = OFFICE_ZONE) -> SweepReport:
    """Runs the sweep for ``today`` and writes a row that tells how it went.

    Raises OperationalError when the database is out of reach or stays locked; the run then counts as unfinished.
    """
    started = time.monotonic()
    sweeper = opened(engine, Clock(zone).fixed_at(now), today)
    if sweeper.is_idle:
        return _finish(sweeper, None, time.monotonic() - started)
    run_id = _begin(sweeper)
    _make_due_tasks(sweeper)
    individually = _sweep_sets(sweeper)
    _sweep_parts(sweeper, individually)
    _sweep_kinds(sweeper)
    return _finish(sweeper, run_id, time.monotonic() - started)


def _begin(sweeper: Sweeper) -> int:
    with write_session(sweeper.engine) as session:
        run_id = sweep_runs.begin(session, sweeper.today, sweeper.now)
        session.commit()
        return run_id


def _make_due_tasks(sweeper: Sweeper) -> None:
    """Lets recurring duties come, before it is looked at what is overdue or due soon."""

    def make(session: Session, ids: Sequence[int]) -> Callable[[], None]:
        made = make_due_tasks(session, sweeper.now, sweeper.today, ids)
        return lambda: sweeper.tally.add_made(made)

    ids: Sequence[int] = ()
    if sweeper.signs.series:
        with sweeper.reading() as session:
            ids = behind(session, sweeper.today)
    sweeper.batches.go_through(FaultKind.SERIES, ids, make)


def _sweep_sets(sweeper: Sweeper) -> list[int]:
    """Flags, and tells all that came to a rung since the last run; returns the parts to be looked at one by one.

    On a day that was swept nothing comes to a rung.
    """
    if not sweeper.signs.flags:
        return []
    with sweeper.batches.turn() as session:
        queries.clear_outdated_flags(session)
        flag_late_milestones(session, sweeper.today)
        flagged = _flag(sweeper, session)
        individually = _tell_reached(sweeper, session)
        session.commit()
    while flagged == FLAGS_AT_ONCE:
        with sweeper.batches.turn() as session:
            flagged = _flag(sweeper, session)
            session.commit()
    return individually


def _flag(sweeper: Sweeper, session: Session) -> int:
    """Flags a batch; returns how many. Parts that an earlier sweep should have flagged came in behind its back: they
    are told now, in the same transaction, since no later run would find them."""
    found = queries.flag_overdue(session, sweeper.today, sweeper.swept_day, FLAGS_AT_ONCE)
    sweeper.tally.flagged += len(found)
    missed = [part_id for part_id, was_missed in found if was_missed]
    sweeper.batches.go_on(session, FaultKind.PART, missed, _tell_parts(sweeper))
    return len(found)


def _tell_reached(sweeper: Sweeper, session: Session) -> list[int]:
    """Tells, in a statement or two, all unchanged parts that came to a rung; returns those it could not tell."""
    if sweeper.swept_day is None or sweeper.changed_since is None:
        return []
    left: list[int] = []
    for rungs in batches(reached(sweeper.swept_day, sweeper.today, sweeper.policy.ladder), RUNGS_AT_ONCE):
        try:
            with session.begin_nested():
                told = queries.record_reached(session, rungs, sweeper.changed_since, sweeper.now, sweeper.hours_late)
            sweeper.tally.add(told)
        except UNUSABLE:
            raise
        except Exception:
            log.exception("the notices of %s could not be recorded together", sweeper.today)
            left += queries.come_to_rung(session, [rung.due_on for rung in rungs], sweeper.changed_since)
    return left


def _tell_parts(sweeper: Sweeper) -> Work:
    """Decides and records for some parts, on their own dates."""

    def tell(session: Session, ids: Sequence[int]) -> Callable[[], None]:
        decisions = list(decide(session, ids, sweeper.today, sweeper.clock, sweeper.policy, sweeper.swept_day))
        told = queries.record_decisions(session, decisions, sweeper.now) if decisions else ()
        return lambda: sweeper.tally.add(told)

    return tell


def _sweep_parts(sweeper: Sweeper, more: list[int]) -> None:
    """Looks at every part that changed since the last run, and at ``more``."""
    changed: Sequence[int] = ()
    if sweeper.signs.changes:
        with sweeper.reading() as session:
            changed = queries.changed_ids(session, sweeper.changed_since, sweeper.until)
    sweeper.batches.go_through(FaultKind.PART, [*changed, *more], _tell_parts(sweeper))


def decide(  # noqa: PLR0917 - as of when, by which rules
    session: Session, ids: Sequence[int], today: date, clock: Clock, policy: NoticePolicy, swept_on: date | None
) -> Iterator[tuple[int, OwedRow]]:
    """What is owed to these parts' units by ``today`` on their own date, and was never recorded, to whomever."""
    known = queries.steps_recorded(session, ids)
    until = today + horizon_of(policy.ladder)
    for part_id, due_on, dispatched_at, renewed_at in queries.standing_of(session, ids, until):
        since = max(dispatched_at, renewed_at or dispatched_at)
        for each in owed(due_on, clock.day_of(since), today, policy.ladder, swept_on):
            if (part_id, due_on, each.step.days) not in known:
                hours = hours_late(each.planned_on, since, clock) if swept_on else 0
                yield part_id, OwedRow.of_rung(due_on, each, hours)


def _sweep_kinds(sweeper: Sweeper) -> None:
    """Tells of milestones, of what nobody signed for or reported on, and of what was done, kind by kind."""
    for look in owed_by_kind(sweeper.kinds):
        try:
            _sweep_kind(sweeper, look)
        except UNUSABLE:
            raise
        except Exception as error:
            log.exception("the rows of one kind could not be found")
            sweeper.tally.failures.append(f"{look.kind.label}：{error}".splitlines()[0][:300])


def _sweep_kind(sweeper: Sweeper, look: Look) -> None:
    def tell(session: Session, ids: Sequence[int]) -> Callable[[], None]:
        owing = look.owed(session, ids)
        told = record(session, owed_to_parts(owing, same_day=False, pressed=look.pressed), sweeper.now) if owing else ()
        return lambda: sweeper.tally.add(told)

    ids: Sequence[int] = ()
    if look.sign(sweeper.signs):
        with sweeper.reading() as session:
            ids = look.rows(session)
    sweeper.batches.go_through(look.kind, ids, tell)


def _finish(sweeper: Sweeper, begun_id: int | None, seconds: float) -> SweepReport:
    """Writes the row of the run, which a run that found nothing to do writes once it has ended."""
    tally, error = sweeper.tally, "\n".join(sweeper.tally.failures[:FAILURES_KEPT]) or None
    with write_session(sweeper.engine) as session:
        finished_at = sweeper.now + timedelta(seconds=seconds)
        run_id = begun_id or sweep_runs.begin(session, sweeper.today, sweeper.now)
        sweep_runs.finish(session, run_id, finished_at, (tally.flagged, tally.total), error)
        sweep_runs.forget_empty_runs(session, run_id, sweeper.today, error)
        unreachable = queries.unit_names(session, tally.unreached)
        session.commit()
    note_swept(sweeper)
    return SweepReport(
        day=sweeper.today,
        flagged=tally.flagged,
        recorded=dict(sorted(tally.steps.items())),
        late_days=_late_days(sweeper.swept_day, sweeper.today),
        late_notices=tally.late,
        unreachable=tuple(unreachable),
        failures=tuple(tally.failures),
        seconds=seconds,
        made=tally.made,
        others=dict(tally.others),
        policy=sweeper.policy,
    )


def _late_days(swept_day: date | None, today: date) -> int:
    """Days from the first one that was not swept to today; 0 when yesterday or today was, or none ever."""
    return max((today - swept_day).days - 1, 0) if swept_day else 0
