"""A run of a job as the scheduler and the commands do it: claimed, done, written down, said, and reported outside."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from tracker.clock import Clock
from tracker.delivery.ping import ping
from tracker.domain.schedule import JOBS, Job
from tracker.services import job_runs, scheduler_processes
from tracker.services.job_deeds import Deeds, swept
from tracker.services.job_runs import Done, Runner, this_process
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport
from tracker.settings import Settings

log = logging.getLogger(__name__)

Say = Callable[[str], None]


class Presence:
    """This scheduler in the list of those that run. What cannot be written is logged: no job depends on it."""

    def __init__(self, engine: Engine, clock: Clock, runner: Runner) -> None:
        self._engine, self._clock, self._runner = engine, clock, runner
        self._id: int | None = None

    def stand_by(self) -> None:
        """Gives a sign of life of a process that waits."""
        self._noted(self._standing_by)

    def begin_to_lead(self) -> None:
        """Notes that this process leads; the runs that the one before it left are ended."""
        self._noted(lambda: scheduler_processes.begin_to_lead(self._engine, self._known(), self._clock.read()))

    def give_sign(self) -> None:
        """Gives a sign of life."""
        self._noted(lambda: scheduler_processes.give_sign(self._engine, self._known(), self._clock.read()))

    def leave(self) -> None:
        """Takes this process out of the list."""
        if self._id is not None:
            self._noted(lambda: scheduler_processes.leave(self._engine, self._known()))

    def _standing_by(self) -> None:
        scheduler_processes.stand_by(self._engine, self._known())
        scheduler_processes.give_sign(self._engine, self._known(), self._clock.read())

    def _known(self) -> int:
        if self._id is None:
            self._id = scheduler_processes.appear(self._engine, self._runner, self._clock.read())
        return self._id

    def _noted(self, work: Callable[[], object]) -> None:
        try:
            work()
        except SQLAlchemyError:
            log.exception("this scheduler could not be noted in the list of processes")


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What the jobs need. ``say`` tells the person at the terminal, in Chinese, what happened."""

    engine: Engine
    settings: Settings
    clock: Clock
    say: Say
    runner: Runner = field(default_factory=this_process)
    presence: Presence = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "presence", Presence(self.engine, self.clock, self.runner))

    def run(self, job: Job) -> Done | None:
        """Runs the latest slot of a job; None when somebody else does or did, or when it cannot be written down.

        What fails is logged, written down and made good by a later run.
        """
        now, zone = self.clock.read(), self.settings.zone
        try:
            due_at = JOBS[job].rhythm.last(now, zone)
            run_id = job_runs.begin(self.engine, job, due_at, self.runner, now, zone)
        except SQLAlchemyError:
            log.exception("the run of %s could not be written down", job.value)
            self.say(f"{job.label}：数据库无法使用，本次没有运行，稍后自动重试；原因见日志。")
            return None
        return self._done(job, run_id) if run_id is not None else None

    def _done(self, job: Job, run_id: int) -> Done:
        done = self._do(job)
        self._written_down(run_id, done, job)
        if done.said:
            self.say(done.said)
        if job is Job.SWEEP and not done.failed:
            self.report_sweep()
        return done

    def _do(self, job: Job) -> Done:
        try:
            return Deeds(self.engine, self.settings, self.clock).do(job)
        except Exception as error:
            log.exception("the job %s failed", job.value)
            self.say(f"{job.label}失败，稍后自动重试；原因见日志。")
            return job_runs.failure(error)

    def sweep_by_hand(self) -> SweepReport:
        """A sweep that a person asked for, beside the slots. Raises what stopped it, once that is written down."""
        run_id = job_runs.begin_by_hand(self.engine, Job.SWEEP, self.runner, self.clock.read())
        try:
            report = sweep(self.engine, self.clock.now(), self.clock.today(), self.settings.zone)
        except Exception as error:
            self._written_down(run_id, job_runs.failure(error), Job.SWEEP)
            raise
        self._written_down(run_id, swept(report), Job.SWEEP)
        self.report_sweep()
        return report

    def _written_down(self, run_id: int, done: Done, job: Job) -> None:
        try:
            job_runs.end(self.engine, run_id, done, self.clock.read())
        except SQLAlchemyError:
            log.exception("the end of the run of %s could not be written down", job.value)

    def report_sweep(self) -> None:
        """Tells the watch outside that a sweep ended well, where there is one."""
        if self.settings.ping_url:
            ping(self.settings.ping_url)
