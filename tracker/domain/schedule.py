"""The scheduler's jobs as data: what each does, in the words of the page, and the slots at which it is due.

A slot is an instant: the full fifth minute of the clock, or a time of day in the office's zone. It is the same whoever
asks, so that two processes mean the same run by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
# A run that begins this long after its slot is on time: the machine was busy, or the job before took long.
ON_TIME = timedelta(minutes=2)


class Job(StrEnum):
    """A job of the scheduler."""

    SWEEP = "sweep"
    CALENDARS = "calendars"
    MAIL = "mail"
    ROBOTS = "robots"
    FIGURES = "figures"
    TIDY = "tidy"

    @property
    def label(self) -> str:
        return JOBS[self].label


class Outcome(StrEnum):
    """How a run stands. One that is ``running`` may also have died; its next leader ends it as ``cut_short``."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CUT_SHORT = "cut_short"

    @property
    def label(self) -> str:
        return _OUTCOMES[self]


_OUTCOMES = {Outcome.RUNNING: "进行中", Outcome.DONE: "完成", Outcome.FAILED: "失败", Outcome.CUT_SHORT: "中断"}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every so long, counted from midnight in UTC; or, with ``at``, every day at that time in the office's zone."""

    every: timedelta
    at: time | None = None

    def last(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The latest slot that has come, in UTC."""
        if self.at is None:
            return now - (now - _EPOCH) % self.every
        slot = self._on(now, zone)
        return slot if slot <= now else self._on(now - ONE_DAY, zone)

    def next(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first slot that has not come yet, in UTC."""
        if self.at is None:
            return self.last(now, zone) + self.every
        slot = self._on(now, zone)
        return slot if slot > now else self._on(now + ONE_DAY, zone)

    def _on(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The slot of the office's day in which an instant falls."""
        assert self.at is not None
        return datetime.combine(instant.astimezone(zone).date(), self.at, zone).astimezone(UTC)

    @property
    def words(self) -> str:
        """每5分钟, 每小时, 每天0:15."""
        if self.at is not None:
            return f"每天{self.at.hour}:{self.at.minute:02}"
        minutes = int(self.every / timedelta(minutes=1))
        return f"每{minutes}分钟" if minutes < 60 else "每小时"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job is called, what it does, in a sentence for people, and when."""

    label: str
    does: str
    rhythm: Rhythm


def _minutes(count: int) -> Rhythm:
    return Rhythm(timedelta(minutes=count))


JOBS: dict[Job, Plan] = {
    Job.SWEEP: Plan(
        "巡查",
        "逐项核对完成时限、签收、报送和节点，标记逾期，登记到期提醒和催办，到期的周期任务新立一项。",
        _minutes(5),
    ),
    Job.MAIL: Plan("发送邮件", "工作日办公时段内，把每人未读的提醒并成一封邮件发出；发不出的过后再试。", _minutes(5)),
    Job.ROBOTS: Plan("群机器人", "工作日办公时段内，把各单位的提醒汇总发到企业微信、钉钉、飞书群。", _minutes(1)),
    Job.CALENDARS: Plan(
        "更新日历",
        "零点后更新日历订阅里随日期变化的标题（如“逾期”），第二天打开日历就是新的。",
        Rhythm(ONE_DAY, time(0, 15)),
    ),
    Job.FIGURES: Plan(
        "备好统计",
        "把已结束各月的统计数字算好存下，打开概况时不用再等；补录、更正以前的情况后重新计算。",
        _minutes(10),
    ),
    Job.TIDY: Plan("清理", "删除已读取完毕的上传文件、不再使用的日历内容和过期的运行记录。", _minutes(60)),
}

# What runs count, with the words and the measure of the page.
COUNTS = {
    "flagged": ("新标记逾期", "项"),
    "recorded": ("新增提醒", "条"),
    "late": ("其中迟发", "条"),
    "made": ("周期任务新立", "项"),
    "set_aside": ("未能处理", "项"),
    "sent": ("发出", "封"),
    "posted": ("发出", "条"),
    "unneeded": ("已无需发送", "条"),
    "failures": ("未成功", "次"),
    "entries": ("更新日历条目", "条"),
    "feeds_failed": ("订阅出错跳过", "个"),
    "months": ("备好各月统计", "份"),
    "files": ("删除文件", "个"),
    "runs": ("删除旧运行记录", "条"),
}


def counts_in_words(counts: dict[str, int]) -> str:
    """新标记逾期3项，新增提醒5条; empty when nothing was counted."""
    told = [(COUNTS[name], value) for name, value in counts.items() if value and name in COUNTS]
    return "，".join(f"{label}{value}{measure}" for (label, measure), value in told)


def lateness(job: Job, done: datetime | None, due: datetime, now: datetime, zone: ZoneInfo) -> timedelta:
    """How late a run at ``now`` is for the first slot that nobody did: none when no slot was left out.

    ``done`` is the last slot that somebody did; None when nobody ever did one, and then nothing is late.
    """
    if done is None:
        return timedelta()
    missed = min(JOBS[job].rhythm.next(done, zone), due)
    late = now - missed
    return late if late > ON_TIME else timedelta()


def in_long(span: timedelta) -> str:
    """3天, 5小时, 12分钟: in the largest measure that fits, cut off; 不到1分钟."""
    minutes = int(span / timedelta(minutes=1))
    for size, word in ((24 * 60, "天"), (60, "小时"), (1, "分钟")):
        if minutes >= size:
            return f"{minutes // size}{word}"
    return "不到1分钟"


def took(span: timedelta) -> str:
    """不到1秒, 3秒, 2分5秒, 1小时2分."""
    seconds = int(span.total_seconds())
    if seconds < 1:
        return "不到1秒"
    if seconds < 60:
        return f"{seconds}秒"
    if seconds < 3600:
        return f"{seconds // 60}分{seconds % 60}秒"
    return f"{seconds // 3600}小时{seconds % 3600 // 60}分"


def hours_between(since: datetime, until: datetime) -> int:
    """Whole hours; 0 when the one does not come before the other."""
    return max(int((until - since) / timedelta(hours=1)), 0)


def sent_late(days: int, hours: int) -> str:
    """迟发3天, 迟发5小时; empty for what was told in time."""
    if days:
        return f"迟发{days}天"
    return f"迟发{hours}小时" if hours else ""
