"""What each job of the scheduler does, and what its run counts and says. A deed that cannot be done raises."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.delivery.robots import HttpRobots
from tracker.delivery.smtp import SmtpTransport
from tracker.domain.quiet import may_write
from tracker.domain.schedule import Job
from tracker.services.calendars import work_calendar
from tracker.services.job_runs import Done, tidy_runs
from tracker.services.kept_feeds import Place
from tracker.services.mailing import send_waiting
from tracker.services.month_counting import count_finished_months
from tracker.services.notice_policies import policy_on
from tracker.services.reading_jobs import tidy_readings
from tracker.services.renewing import renew_all, tidy_calendars
from tracker.services.robot_posting import post_waiting
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport
from tracker.settings import Settings

NO_MAIL = "没有配置邮件服务器，不发邮件。"
QUIET_HOURS = "现在是免打扰时段，到办公时段再发。"


@dataclass(frozen=True, slots=True)
class Deeds:
    """The deeds of one installation; ``robots_host`` in the settings stands in for the robots' servers in tests."""

    engine: Engine
    settings: Settings
    clock: Clock

    def do(self, job: Job) -> Done:
        """Does what the job does."""
        deeds = {
            Job.SWEEP: self._sweep,
            Job.MAIL: self._mail,
            Job.ROBOTS: self._robots,
            Job.CALENDARS: self._calendars,
            Job.FIGURES: self._figures,
            Job.TIDY: self._tidy,
        }
        return deeds[job]()

    def _sweep(self) -> Done:
        return swept(sweep(self.engine, self.clock.now(), self.clock.today(), self.settings.zone))

    def _mail(self) -> Done:
        if self.settings.mail.host is None:
            return Done(words=NO_MAIL)
        if not self._may_write():
            return Done(words=QUIET_HOURS)
        report = send_waiting(self.engine, SmtpTransport(self.settings.mail), self.clock, self.settings.base_url)
        counts = {"sent": report.digests, "unneeded": report.unneeded, "failures": report.failures}
        reason = report.out_of_reach or ""
        told = f"（{reason}）" if reason else ""
        said = f"邮件：发出{report.digests}封，未成功{report.failures}封{told}。"
        return Done(counts, reason, said if report.digests or report.failures else "", failed=bool(reason))

    def _robots(self) -> Done:
        transport, quiet = HttpRobots(self.settings.robot_test_host), not self._may_write()
        report = post_waiting(self.engine, transport, self.clock, self.settings.base_url, tests_only=quiet)
        counts = {"posted": report.sent, "failures": report.failures}
        said = f"群机器人：发出{report.sent}条，未成功{report.failures}条。"
        return Done(counts, QUIET_HOURS if quiet else "", said if report.sent or report.failures else "")

    def _calendars(self) -> Done:
        renewed = renew_all(self.engine, self._place())
        words = f"{renewed.failed}个日历订阅更新出错，已跳过；对方下次读取时会再次生成。" if renewed.failed else ""
        return Done({"entries": renewed.made, "feeds_failed": renewed.failed}, words)

    def _figures(self) -> Done:
        return Done({"months": count_finished_months(self.engine, self.clock.today(), self.settings.zone)})

    def _tidy(self) -> Done:
        tidy_calendars(self.engine, self._place())
        files = tidy_readings(self.engine, self.clock.now())
        return Done({"files": files, "runs": tidy_runs(self.engine, self.clock.read())})

    def _place(self) -> Place:
        return Place.at(self.clock, self.settings.base_url)

    def _may_write(self) -> bool:
        with Session(self.engine) as session:
            policy = policy_on(session, self.clock.today())
            return may_write(self.clock.now().astimezone(self.settings.zone), work_calendar(session), policy)


def swept(report: SweepReport) -> Done:
    """A run of the sweep as it is written down."""
    counts = {
        "flagged": report.flagged,
        "recorded": report.total,
        "late": report.late_notices,
        "made": report.made,
        "set_aside": len(report.failures),
    }
    late = f"距应巡查之日已迟{report.late_days}天，已补齐。" if report.late_days else ""
    found = report.flagged or report.total or report.failures or report.made
    return Done(counts, late, summary(report) if found else "")


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
