"""The page of the scheduler, and the word above every page when the sweep is late: who sees them, and what they say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_plan, a_task
from tests.web.browsing import Page, Visitor
from tests.web.queries import counted
from tracker.domain.schedule import Job, Outcome
from tracker.services.greeting import Greeting
from tracker.store.schedule import FaultKind, JobRun, SchedulerProcess, SweepFault

JOBS = "/jobs"


def ran(session: Session, job: Job, ended_at: datetime, **changes: Any) -> JobRun:
    """A run that took seven seconds, committed."""
    values = {"outcome": Outcome.DONE, "is_quiet": not changes.get("counts"), "host": "server-a", "pid": 101, **changes}
    values.setdefault("due_at", ended_at - timedelta(seconds=7))
    run = JobRun(job=job, started_at=ended_at - timedelta(seconds=7), ended_at=ended_at, **values)
    session.add(run)
    session.commit()
    return run


def process(session: Session, pid: int, seen: timedelta, *, leads: bool) -> None:
    row = SchedulerProcess(host="server-a", pid=pid, started_at=NOW - timedelta(hours=9), seen_at=NOW - seen)
    row.leads_since = NOW - timedelta(hours=1) if leads else None
    session.add(row)
    session.commit()


def rows(page: Page, heading: str) -> list[str]:
    """The rows of the table under a heading, as text."""
    section = next(each for each in page.main.all("section") if each.get("aria-labelledby") == heading)
    return [row.text for row in section.all("tr")[1:]]


def banner(page: Page) -> str | None:
    found = page.root.all("div", class_="late-sweep")
    return found[0].text if found else None


@pytest.mark.parametrize(
    ("who", "status"), [("supervisor", 200), ("administrator", 200), ("county_supervisor", 403), ("liaison", 403)]
)
def test_it_is_open_to_those_who_answer_for_the_whole(city: City, page: Visitor, who: str, status: int) -> None:
    shown = page.sign_in(who)("/units")
    words = [link.text for link in shown.root.one("nav", class_="site-menu").all("a")]
    assert ("定时任务" in words) is (status == 200)
    page(JOBS, status)


def test_before_anything_ran(city: City, page: Visitor) -> None:
    shown = page.sign_in("administrator")(JOBS)
    assert "没有调度程序在运行" in shown.text
    assert len(rows(shown, "jobs")) == len(Job)
    assert all("还没有运行过" in row and "待调度程序启动" in row for row in rows(shown, "jobs"))
    assert "最近的运行都没有需要处理的内容" in shown.text


def test_every_job_tells_its_last_run_and_its_next(session: Session, city: City, page: Visitor) -> None:
    process(session, 101, timedelta(seconds=5), leads=True)
    process(session, 202, timedelta(seconds=5), leads=False)
    process(session, 303, timedelta(minutes=9), leads=False)  # killed: it said no goodbye
    ran(session, Job.SWEEP, NOW - timedelta(minutes=4), counts={"flagged": 3, "recorded": 5}, late_seconds=3 * 3600)
    ran(session, Job.MAIL, NOW - timedelta(minutes=5))
    ran(
        session,
        Job.MAIL,
        NOW - timedelta(minutes=4),
        outcome=Outcome.FAILED,
        words="邮件服务器无法使用",
        is_quiet=False,
    )
    shown = page.sign_in("supervisor")(JOBS)
    assert "server-a（进程 101） 负责运行，自 2023-06-15 08:00 起" in shown.text
    assert "待命1个，负责的停止后2秒内接替：server-a（进程 202）" in shown.text
    sweep, mail, robots, calendars, *_ = rows(shown, "jobs")
    assert "2023-06-15 08:55" in sweep
    assert "用时7秒" in sweep
    assert "完成" in sweep
    assert "迟3小时补做" in sweep
    assert "新标记逾期3项，新增提醒5条" in sweep
    assert "2023-06-15 09:05 每5分钟" in sweep
    assert "失败" in mail
    assert "邮件服务器无法使用" in mail
    assert "还没有运行过" in robots
    assert "2023-06-16 00:15 每天0:15" in calendars
    assert any("备好统计" in row and "每10分钟" in row for row in rows(shown, "jobs"))


def test_runs_that_found_nothing_are_listed_on_demand(session: Session, city: City, page: Visitor) -> None:
    ran(session, Job.SWEEP, NOW - timedelta(minutes=9))
    ran(session, Job.TIDY, NOW - timedelta(minutes=8), counts={"files": 2})
    ran(session, Job.SWEEP, NOW - timedelta(minutes=7), due_at=None, counts={"made": 1})
    page.sign_in("administrator")
    assert [row.split()[2] for row in rows(page(JOBS), "runs")] == ["巡查（手动）", "清理"]
    assert len(rows(page(f"{JOBS}?all=1"), "runs")) == 3


def test_a_leader_without_a_sign_is_named(session: Session, city: City, page: Visitor) -> None:
    process(session, 101, timedelta(minutes=3), leads=True)
    shown = page.sign_in("administrator")(JOBS)
    assert "server-a（进程 101） 自 2023-06-15 08:57 起没有消息，可能已停止" in shown.text
    assert "负责运行" not in shown.text


def test_what_was_set_aside_is_told_by_its_name(session: Session, city: City, page: Visitor) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, title="夜市亮化").assignments[0]
    at = {"first_at": NOW - timedelta(hours=2), "last_at": NOW, "tries": 24}
    session.add(SweepFault(kind=FaultKind.PART, row_id=part.id, words="日期读不出来", **at))
    session.add(SweepFault(kind=FaultKind.SERIES, row_id=77, words="不是周期代码：?", **at))
    session.commit()
    shown = page.sign_in("supervisor")(JOBS)
    first, second = rows(shown, "faults")
    assert "夜市亮化（市教育局） 到期提醒与催办 日期读不出来 2023-06-15 07:00 2023-06-15 09:00 共24次" in first
    assert "周期任务 77" in second
    assert f"/assignments/{part.id}" in [link.get("href") for link in shown.main.all("a")]
    page.sign_out().sign_in("administrator")  # who may not read assignments is not led to one
    assert f"/assignments/{part.id}" not in [link.get("href") for link in page(JOBS).main.all("a")]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(None, "巡查还没有运行过"), (29, None), (31, "巡查已停31分钟"), (200, "巡查已停3小时"), (3000, "巡查已停2天")],
)
def test_the_word_above_every_page(
    session: Session, city: City, page: Visitor, minutes: int | None, words: str | None
) -> None:
    if minutes is not None:
        ran(session, Job.SWEEP, NOW - timedelta(minutes=minutes))
    ran(session, Job.SWEEP, NOW, outcome=Outcome.FAILED, is_quiet=False)  # one that failed is no sign of life
    ran(session, Job.MAIL, NOW)
    said = banner(page.sign_in("administrator")("/units"))
    assert words in said if said and words else said is words, said


def test_who_is_told_that_the_sweep_is_late(city: City, page: Visitor) -> None:
    told = {}
    for who in ("supervisor", "administrator", "county_supervisor", "leader", "liaison"):
        told[who] = banner(page.sign_in(who)("/units"))
        page.sign_out()
    assert {who for who, said in told.items() if said} == {"supervisor", "administrator", "county_supervisor"}
    assert "查看定时任务" in str(told["administrator"])
    assert "请联系上级管理员" in str(told["county_supervisor"])  # the page is not open to the county
    assert banner(page("/sign-in")) is None


def test_it_costs_nobody_a_statement_of_its_own(
    session: Session, city: City, page: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = {}
    for who in ("administrator", "liaison"):
        page.sign_in(who)
        page("/units")
        with_it = counted(page, "/units")
        with monkeypatch.context() as patched:
            patched.setattr("tracker.web.navigation.greeting", lambda *_: Greeting())
            costs[who] = with_it - counted(page, "/units")
        page.sign_out()
    assert costs == {"administrator": 1, "liaison": 1}  # that of the unread notices
