"""The page of the scheduler: what each job does, did and will do, who leads, what failed and what was set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.schedule import JOBS, Job, Plan
from tracker.services.health import SweepPulse, sweep_pulse
from tracker.services.scheduler_processes import SILENT_AFTER
from tracker.store import job_queries as queries
from tracker.store import sweep_faults
from tracker.store.schedule import FaultKind, JobRun, SchedulerProcess, SweepFault
from tracker.store.tasks import Assignment, Task
from tracker.store.unit_queries import root_units
from tracker.store.units import Unit

RUNS_SHOWN, FAULTS_SHOWN = 50, 50
ABOUT_PARTS = (FaultKind.PART, FaultKind.UNSIGNED, FaultKind.REPORT)


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job with its newest run, None before the first, and the slot that comes next."""

    job: Job
    plan: Plan
    last: JobRun | None
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Processes:
    """The schedulers that live, and the leader that gave no sign of life for a while, where nobody leads."""

    leader: SchedulerProcess | None
    waiting: tuple[SchedulerProcess, ...]
    silent_leader: SchedulerProcess | None


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A row that is set aside; ``part_id`` where a page shows it, and what it is called there."""

    fault: SweepFault
    name: str
    part_id: int | None


@dataclass(frozen=True, slots=True)
class JobPage:
    """All that the page tells; ``fault_count`` counts those too that are not shown."""

    pulse: SweepPulse
    processes: Processes
    jobs: tuple[JobLine, ...]
    faults: tuple[FaultLine, ...]
    fault_count: int
    runs: Sequence[JobRun]


def may_see(session: Session, actor: Actor) -> bool:
    """Whether this person reaches the whole installation, which the jobs serve."""
    return all(actor.may(Permission.READ_JOBS, root.path) for root in root_units(session))


def job_page(session: Session, actor: Actor, now: datetime, zone: ZoneInfo, *, with_quiet: bool) -> JobPage:
    """The page at an instant of the wall; raises Forbidden for those who do not reach the whole installation."""
    if not may_see(session, actor):
        raise Forbidden(Permission.READ_JOBS, "查看定时任务")
    last = queries.last_runs(session)
    lines = tuple(JobLine(job, plan, last.get(job), plan.rhythm.next(now, zone)) for job, plan in JOBS.items())
    return JobPage(
        sweep_pulse(session, now),
        processes(session, now),
        lines,
        fault_lines(session),
        sweep_faults.how_many(session),
        queries.recent_runs(session, RUNS_SHOWN, only_telling=not with_quiet),
    )


def processes(session: Session, now: datetime) -> Processes:
    """Who leads and who waits at an instant."""
    known = queries.processes(session)
    living = [each for each in known if each.seen_at > now - SILENT_AFTER]
    leader = next((each for each in living if each.leads_since), None)
    silent = next((each for each in known if each.leads_since and each not in living), None)
    waiting = tuple(each for each in living if each.leads_since is None)
    return Processes(leader, waiting, silent if leader is None else None)


def last_runs(session: Session) -> dict[Job, JobRun]:
    """The newest run of each job that has one."""
    return queries.last_runs(session)


def fault_lines(session: Session) -> tuple[FaultLine, ...]:
    """The rows that are set aside, with the names of the tasks they are about."""
    found = sweep_faults.listed(session, FAULTS_SHOWN)
    ids = {each.row_id for each in found if each.kind in ABOUT_PARTS}
    # Names alone: a day of such a row may be what cannot be read.
    query = select(Assignment.id, Task.title, Unit.name).join(Assignment.task).join(Assignment.unit)
    rows = session.execute(query.where(Assignment.id.in_(ids))).all() if ids else ()
    names = {part_id: f"{title}（{unit}）" for part_id, title, unit in rows}
    return tuple(_fault_line(each, names) for each in found)


def _fault_line(fault: SweepFault, names: dict[int, str]) -> FaultLine:
    name = names.get(fault.row_id) if fault.kind in ABOUT_PARTS else None
    return FaultLine(fault, name or fault.kind.named(fault.row_id), fault.row_id if name else None)
