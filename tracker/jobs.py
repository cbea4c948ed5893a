"""The scheduler: when the jobs run, and that only one of several schedulers runs them.

APScheduler wiring only; what the jobs do stands in tracker.services. A job asks first whether this process leads, then
claims its slot; should two ever believe that they lead, nothing is done twice all the same.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from tracker.domain.schedule import JOBS, Job, Rhythm
from tracker.scheduling import Scheduling
from tracker.services.scheduler_processes import SEEN_EVERY
from tracker.stopping import Requests, noting_requests
from tracker.store.leadership import Leadership, leadership_for

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1
# How often a stand-by looks whether the place is free: another leads within two seconds of a sudden death.
LOOK_SECONDS = 0.5
JOBS_AT_ONCE = 6
# A job that was missed runs as soon as it can, once, however late: the default would drop it after a second.
JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


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
        with noting_requests() as requests:
            while _leads(leadership, scheduling, requests):
                lead(scheduling, leadership, requests)
        scheduling.say("调度已停止。")
    finally:
        leadership.release()
        scheduling.presence.leave()


def _leads(leadership: Leadership, scheduling: Scheduling, requests: Requests) -> bool:
    """Comes back with True when this process leads, with False when it was asked to stop."""
    told_at: float | None = None
    while requests.asked is None and not leadership.take():
        if told_at is None:
            scheduling.say("已有调度程序在运行，本程序待命，随时接替。")
        if told_at is None or time.monotonic() - told_at > SEEN_EVERY.total_seconds():
            told_at = time.monotonic()
            scheduling.presence.stand_by()
        time.sleep(LOOK_SECONDS)
    return requests.asked is None


def lead(scheduling: Scheduling, leadership: Leadership, requests: Requests) -> None:
    """Runs the jobs until the leader's place is lost, or until asked to stop.

    The place is confirmed on this thread, which no job can keep busy.
    """
    scheduling.say("调度已启动：每5分钟巡查一次，过零点即巡查新的一天。")
    scheduling.presence.begin_to_lead()
    scheduler = scheduler_for(scheduling, leadership)
    scheduler.start()
    try:
        while requests.asked is None and leadership.holds():
            time.sleep(HEARTBEAT_SECONDS)
    finally:
        # Asked to stop, it lets jobs that run finish; one that lost its place stands by at once.
        scheduler.shutdown(wait=requests.asked is not None)
    if requests.asked is None:
        scheduling.say("失去主调度位置，转为待命。")


def scheduler_for(scheduling: Scheduling, leadership: Leadership) -> BackgroundScheduler:
    """The scheduler with its jobs, which are done only while this process leads."""
    executors = {"default": ThreadPoolExecutor(JOBS_AT_ONCE)}
    zone = scheduling.settings.zone
    scheduler = BackgroundScheduler(timezone=zone, job_defaults=JOB_DEFAULTS, executors=executors)
    at_once = scheduling.clock.read()

    def run(job: Job) -> None:
        if scheduler.running and leadership.holds():
            scheduling.run(job)

    for job, plan in JOBS.items():
        # At once too: what nobody did while no scheduler ran is made good now.
        scheduler.add_job(run, Slots(plan.rhythm, zone), [job], id=job, name=plan.label, next_run_time=at_once)
    signs = IntervalTrigger(seconds=int(SEEN_EVERY.total_seconds()))
    scheduler.add_job(scheduling.presence.give_sign, signs, id="presence", name="登记在运行")
    return scheduler
