"""The scheduler: when the sweep and the mail run, and that only one of several schedulers runs them.

APScheduler wiring only; what the jobs do stands in tracker.services. Should two ever believe that they lead,
nothing is done twice all the same: the sweep records under unique keys and the mail is claimed.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.delivery.robots import HttpRobots
from tracker.delivery.smtp import SmtpTransport
from tracker.domain.quiet import may_write
from tracker.services.calendars import work_calendar
from tracker.services.kept_feeds import Place
from tracker.services.mailing import MailReport, send_waiting
from tracker.services.notice_policies import policy_on
from tracker.services.reading_jobs import tidy_readings
from tracker.services.renewing import renew_all, tidy_calendars
from tracker.services.robot_posting import RobotReport, post_waiting
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport
from tracker.settings import Settings
from tracker.store.leadership import Leadership, leadership_for

log = logging.getLogger(__name__)

SWEEP_HOUR, SWEEP_MINUTE, CALENDARS_MINUTE = 0, 5, 15
CATCH_UP_MINUTES = 5
TIDY_HOURS = 1
MAIL_MINUTES = 5
ROBOT_MINUTES = 1
HEARTBEAT_SECONDS = 1
# A job that was missed runs as soon as it can, once, however late: the default would drop it after a second.
JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}

Say = Callable[[str], None]


class Stopped(BaseException):
    """Somebody asked the scheduler to stop."""


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What the jobs need. ``say`` tells the person at the terminal, in Chinese, what happened."""

    engine: Engine
    settings: Settings
    clock: Clock
    say: Say

    def sweep_now(self) -> SweepReport | None:
        """Runs the sweep; None when it failed, which is logged and made good by the next run."""
        try:
            report = sweep(self.engine, self.clock.now(), self.clock.today(), self.settings.zone)
        except Exception:
            log.exception("the sweep failed")
            self.say("巡查失败，几分钟后自动重试；原因见日志。")
            return None
        if report.flagged or report.total or report.failures or report.made:
            self.say(summary(report))
        return report

    def mail_now(self) -> MailReport | None:
        """Sends waiting mail, when mail is configured and people may be written to; None when not."""
        if self.settings.mail.host is None or not self._may_write():
            return None
        report = send_waiting(self.engine, SmtpTransport(self.settings.mail), self.clock, self.settings.base_url)
        if report.digests or report.failures:
            reason = f"（{report.out_of_reach}）" if report.out_of_reach else ""
            self.say(f"邮件：发出{report.digests}封，未成功{report.failures}封{reason}。")
        return report

    def robots_now(self) -> RobotReport | None:
        """Lets robots tell their groups, in quiet hours only what was sent to try one out; None when it failed."""
        transport, base_url = HttpRobots(self.settings.robot_test_host), self.settings.base_url
        try:
            quiet = not self._may_write()
            report = post_waiting(self.engine, transport, self.clock, base_url, tests_only=quiet)
        except Exception:
            log.exception("the robots' round failed")
            return None
        if report.sent or report.failures:
            self.say(f"群机器人：发出{report.sent}条，未成功{report.failures}条。")
        return report

    def calendars_now(self) -> int:
        """Makes the calendar entries whose titles midnight changed; how many. What fails is made by the next poll."""
        try:
            return renew_all(self.engine, self._place())
        except Exception:
            log.exception("calendars could not be made ahead")
            return 0

    def tidy_now(self) -> int:
        """Deletes what is left of files that were read a while ago, and what calendars no longer need; how many files.

        A failure is made good an hour later.
        """
        try:
            tidy_calendars(self.engine, self._place())
            return tidy_readings(self.engine, self.clock.now())
        except Exception:
            log.exception("tidying failed")
            return 0

    def _place(self) -> Place:
        return Place(self.clock.now(), self.clock.today(), self.settings.zone, self.settings.base_url)

    def _may_write(self) -> bool:
        with Session(self.engine) as session:
            policy = policy_on(session, self.clock.today())
            return may_write(self.clock.now().astimezone(self.settings.zone), work_calendar(session), policy)


def summary(report: SweepReport) -> str:
    """One line on a run: 巡查2023-06-15：新标记逾期3项，新增提醒5条；补做前8天的巡查。"""
    line = f"巡查{report.day}：新标记逾期{report.flagged}项，新增提醒{report.total}条"
    if report.made:
        line += f"；周期任务到期新立{report.made}项"
    if report.late_days:
        line += f"；距应巡查之日已迟{report.late_days}天，已补齐"
    if report.unreachable:
        line += f"；{len(report.unreachable)}个单位没有联络员：{'、'.join(report.unreachable)}"
    if report.failures:
        line += f"；{len(report.failures)}项未能处理，请运行 tracker doctor 查看"
    return line + "。"


def run_scheduler(scheduling: Scheduling) -> None:
    """Waits for the leader's place, leads, and waits again when the place is lost; returns when asked to stop."""
    leadership = leadership_for(scheduling.engine, scheduling.settings.instance)
    try:
        with _stopped_by_signals():
            while True:
                _wait_for(leadership, scheduling.say)
                lead(scheduling, leadership)
                scheduling.say("失去主调度位置，转为待命。")
    except Stopped:
        scheduling.say("调度已停止。")
    finally:
        leadership.release()


def _wait_for(leadership: Leadership, say: Say) -> None:
    told = False
    while not leadership.take():
        if not told:
            say("已有调度程序在运行，本程序待命，随时接替。")
            told = True
        time.sleep(HEARTBEAT_SECONDS)
    say("调度已启动：每天0:05巡查，平时每5分钟补查一次。")


def lead(scheduling: Scheduling, leadership: Leadership) -> None:
    """Runs the jobs until the leader's place is lost, or until Stopped is raised."""
    scheduler = scheduler_for(scheduling, leadership)
    try:
        scheduler.start()
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=True)  # a job that runs may finish


def scheduler_for(scheduling: Scheduling, leadership: Leadership) -> BlockingScheduler:
    """The scheduler with its jobs; it shuts itself down when it finds that it leads no longer."""
    scheduler = BlockingScheduler(
        timezone=scheduling.settings.zone, job_defaults=JOB_DEFAULTS, executors={"default": ThreadPoolExecutor(3)}
    )
    at_once = scheduling.clock.read()

    def while_leading(job: Callable[[], object]) -> Callable[[], None]:
        def guarded() -> None:
            if leadership_is_held():
                job()

        return guarded

    def leadership_is_held() -> bool:
        return scheduler.running and leadership.holds()

    def heartbeat() -> None:
        if not leadership.holds() and scheduler.running:
            scheduler.shutdown(wait=False)

    nightly = CronTrigger(hour=SWEEP_HOUR, minute=SWEEP_MINUTE, timezone=scheduling.settings.zone)
    scheduler.add_job(while_leading(scheduling.sweep_now), nightly, id="nightly", name="每日巡查")
    catch_up = IntervalTrigger(minutes=CATCH_UP_MINUTES)
    scheduler.add_job(while_leading(scheduling.sweep_now), catch_up, id="catch_up", name="补查", next_run_time=at_once)
    after_midnight = CronTrigger(hour=SWEEP_HOUR, minute=CALENDARS_MINUTE, timezone=scheduling.settings.zone)
    scheduler.add_job(while_leading(scheduling.calendars_now), after_midnight, id="calendars", name="更新日历")
    mail = IntervalTrigger(minutes=MAIL_MINUTES)
    scheduler.add_job(while_leading(scheduling.mail_now), mail, id="mail", name="发送邮件", next_run_time=at_once)
    robots = IntervalTrigger(minutes=ROBOT_MINUTES)
    scheduler.add_job(while_leading(scheduling.robots_now), robots, id="robots", name="群机器人", next_run_time=at_once)
    tidy = IntervalTrigger(hours=TIDY_HOURS)
    scheduler.add_job(while_leading(scheduling.tidy_now), tidy, id="tidy", name="清理", next_run_time=at_once)
    scheduler.add_job(heartbeat, IntervalTrigger(seconds=HEARTBEAT_SECONDS), id="heartbeat", name="确认主调度位置")
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
