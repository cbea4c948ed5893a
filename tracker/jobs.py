"""The scheduler: when the jobs run, and that only one of several schedulers runs them.

APScheduler wiring only; what the jobs do stands in tracker.services. A job asks first whether this process leads, then
claims its slot; should two ever believe that they lead, nothing is done twice all the same.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from typing import NoReturn
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from tracker.domain.schedule import JOBS, Job, Rhythm
from tracker.scheduling import Scheduling
from tracker.services.scheduler_processes import SEEN_EVERY
from tracker.store.leadership import Leadership, leadership_for

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1
# How often a stand-by looks whether the place is free: another leads within two seconds of a sudden death.
LOOK_SECONDS = 0.5
JOBS_AT_ONCE = 6
# A job that was missed runs as soon as it can, once, however late: the default would drop it after a second.
JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


class Stopped(BaseException):
    """Somebody asked the scheduler to stop."""


class Slots(BaseTrigger):  # type: ignore[misc]
    """APScheduler's view of a rhythm."""

    def __init__(self, rhythm: Rhythm, zone: ZoneInfo) -> None:
        self.rhythm, self.zone = rhythm, zone

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """The first slot after now; those that passed meanwhile are one."""
        return self.rhythm.next(now, self.zone)


def run_scheduler(scheduling: Scheduling) -> None:
    """Waits for the leader's place, leads, and waits again when the place is lost; returns when asked to stop."""
    leadership = leadership_for(scheduling.engine, scheduling.settings.instance)
    try:
        with _stopped_by_signals():
            while True:
                _wait_for(leadership, scheduling)
                lead(scheduling, leadership)
                scheduling.say("失去主调度位置，转为待命。")
    except Stopped:
        scheduling.say("调度已停止。")
    finally:
        leadership.release()
        scheduling.presence.leave()


def _wait_for(leadership: Leadership, scheduling: Scheduling) -> None:
    """Comes back when this process leads."""
    told_at: float | None = None
    while not leadership.take():
        if told_at is None:
            scheduling.say("已有调度程序在运行，本程序待命，随时接替。")
        if told_at is None or time.monotonic() - told_at > SEEN_EVERY.total_seconds():
            told_at = time.monotonic()
            scheduling.presence.stand_by()
        time.sleep(LOOK_SECONDS)
    scheduling.say("调度已启动：每5分钟巡查一次，过零点即巡查新的一天。")


def lead(scheduling: Scheduling, leadership: Leadership) -> None:
    """Runs the jobs until the leader's place is lost, or until Stopped is raised."""
    scheduling.presence.begin_to_lead()
    scheduler = scheduler_for(scheduling, leadership)
    try:
        scheduler.start()
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=True)  # a job that runs may finish


def scheduler_for(scheduling: Scheduling, leadership: Leadership) -> BlockingScheduler:
    """The scheduler with its jobs; it shuts itself down when it finds that it leads no longer.

    The heartbeat has a thread of its own, which no job can keep busy.
    """
    executors = {"default": ThreadPoolExecutor(JOBS_AT_ONCE), "heartbeat": ThreadPoolExecutor(1)}
    zone = scheduling.settings.zone
    scheduler = BlockingScheduler(timezone=zone, job_defaults=JOB_DEFAULTS, executors=executors)
    at_once = scheduling.clock.read()

    def run(job: Job) -> None:
        if scheduler.running and leadership.holds():
            scheduling.run(job)

    def heartbeat() -> None:
        if not leadership.holds() and scheduler.running:
            scheduler.shutdown(wait=False)

    for job, plan in JOBS.items():
        # At once too: what nobody did while no scheduler ran is made good now.
        scheduler.add_job(run, Slots(plan.rhythm, zone), [job], id=job, name=plan.label, next_run_time=at_once)
    beat = IntervalTrigger(seconds=HEARTBEAT_SECONDS)
    scheduler.add_job(heartbeat, beat, id="heartbeat", name="确认主调度位置", executor="heartbeat")
    signs = IntervalTrigger(seconds=int(SEEN_EVERY.total_seconds()))
    scheduler.add_job(scheduling.presence.give_sign, signs, id="presence", name="登记在运行")
    return scheduler


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Turns SIGINT and SIGTERM into Stopped, raised in the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # one request is enough; the rest is tidying up
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
