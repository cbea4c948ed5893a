"""The scheduler's jobs, the commands around it, and what `serve` says; who leads is asked in test_leading."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor
from click.testing import CliRunner
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_city, a_plan, a_task
from tests.needs import ROOT
from tests.ports import free_port
from tracker.cli import main
from tracker.cli_program import Program
from tracker.clock import Clock
from tracker.domain.lifecycle import State
from tracker.domain.schedule import Job, Outcome
from tracker.jobs import lead, run_scheduler, scheduler_for
from tracker.scheduling import Scheduling
from tracker.services import job_deeds
from tracker.services.job_deeds import NO_MAIL, QUIET_HOURS, summary
from tracker.services.sweep_report import SweepReport
from tracker.settings import MailSettings, Settings
from tracker.stopping import STOPPING, Requests
from tracker.store.engine import make_engine, write_session
from tracker.store.leadership import FileLeadership, Leadership
from tracker.store.notices import Notice, SweepRun
from tracker.store.schedule import FaultKind, JobRun, SchedulerProcess, SweepFault

ZONE = ZoneInfo("Asia/Shanghai")
WORKED = State.IN_PROGRESS
PROGRAM = [sys.executable, "-c", "from tracker.cli import main; main()"]


@pytest.fixture
def engine(either_url: str) -> Iterator[Engine]:
    made = make_engine(either_url)
    yield made
    made.dispose()


def settings_at(folder: Path, url: str, **changes: Any) -> Settings:
    return Settings(
        instance=folder,
        database_url=url,
        secret_key="k" * 40,
        production=False,
        zone=ZONE,
        base_url="http://localhost",
        **changes,
    )


def within(seconds: float, happens: Callable[[], object]) -> bool:
    """Whether it comes true in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happens():
            return True
        time.sleep(0.05)
    return False


# The scheduler as a process


def environment_of(folder: Path, url: str, **changes: str) -> dict[str, str]:
    """The settings of an installation on this database, on the sample's day."""
    place = {"TRACKER_INSTANCE": str(folder), "TRACKER_DATABASE_URL": url}
    return {**place, "TRACKER_TODAY": TODAY.isoformat(), **changes}


@contextmanager
def program(
    folder: Path, url: str, *arguments: str, command: Sequence[str] = PROGRAM, **changes: str
) -> Iterator[subprocess.Popen[str]]:
    """A command of the program on this database, on the sample's day; killed at the end if it still runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    process = subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env={**kept, **environment_of(folder, url, **changes), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def lines_until(process: subprocess.Popen[str], words: str, seconds: float = 90) -> list[str]:
    """What the process says up to the line with these words; fails when they do not come in time."""
    assert process.stdout
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if words in line:
                return lines
    finally:
        timer.cancel()
    raise AssertionError(f"{words!r} did not come: {lines}")


def overdue_world(engine: Engine) -> None:
    with write_session(engine) as session:
        city = a_city(session)
        a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(days=1), state=WORKED)
        session.commit()


def notices(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.scalars(select(Notice.id)).all())


# Its jobs


class Place:
    """A leader's place that is held as long as the test says."""

    def __init__(self) -> None:
        self.held = True

    def take(self) -> bool:
        return self.held

    def holds(self) -> bool:
        return self.held

    def release(self) -> None:
        self.held = False


def scheduling(folder: Path, url: str, engine: Engine, said: list[str], **changes: Any) -> Scheduling:
    return Scheduling(engine, settings_at(folder, url, **changes), Clock(ZONE, fixed_day=TODAY), said.append)


def test_jobs_are_dropped_never_and_doubled_never(sqlite_url: str, tmp_path: Path) -> None:
    engine = make_engine(sqlite_url)
    place: Leadership = Place()
    scheduler = scheduler_for(scheduling(tmp_path, sqlite_url, engine, []), place)
    scheduler.start(paused=True)
    jobs = {job.id: job for job in scheduler.get_jobs()}
    for job in jobs.values():
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    assert set(jobs) == {*Job, "presence"}
    evening = datetime(2023, 6, 15, 23, 58, 30, tzinfo=ZONE)
    for job, expected in ((Job.SWEEP, (0, 0)), (Job.CALENDARS, (0, 15)), (Job.TIDY, (0, 0))):
        hour, minute = expected
        assert jobs[job].trigger.get_next_fire_time(None, evening) == datetime(2023, 6, 16, hour, minute, tzinfo=ZONE)
    scheduler.shutdown()
    engine.dispose()


def test_losing_the_place_ends_the_scheduler(sqlite_url: str, tmp_path: Path) -> None:
    engine = make_engine(sqlite_url)
    overdue_world(engine)
    said: list[str] = []
    place = Place()
    made = scheduling(tmp_path, sqlite_url, engine, said)
    thread = threading.Thread(target=lead, args=(made, place, Requests()))
    thread.start()
    assert within(30, lambda: len(said) > 1)
    place.held = False
    thread.join(10)
    assert not thread.is_alive()
    assert said[1:] == [f"巡查{TODAY}：新标记逾期1项，新增提醒1条。", "失去主调度位置，转为待命。"]
    engine.dispose()


@pytest.mark.parametrize("number", STOPPING)
def test_a_request_to_stop_is_heard_also_while_a_job_is_handed_on(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """Whatever is raised at that moment APScheduler catches, and goes on."""
    hand_on = ThreadPoolExecutor.submit_job

    def asked_meanwhile(*given: Any) -> None:
        os.kill(os.getpid(), number)
        hand_on(*given)

    monkeypatch.setattr(ThreadPoolExecutor, "submit_job", asked_meanwhile)
    engine = make_engine(sqlite_url)
    said: list[str] = []
    with given_up_after(30):
        run_scheduler(scheduling(tmp_path, sqlite_url, engine, said))
    assert said[-1] == "调度已停止。"
    assert FileLeadership(Path(f"{engine.url.database}.leader")).take()
    engine.dispose()


@contextmanager
def given_up_after(seconds: int) -> Iterator[None]:
    """Fails when what is done in it takes longer."""

    def give_up(*_: Any) -> None:
        pytest.fail(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_sweep_that_fails_is_said_and_does_not_end_the_scheduler(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/empty.sqlite3")
    said: list[str] = []
    assert scheduling(tmp_path, "sqlite://", engine, said).run(Job.SWEEP) is None
    assert said == ["巡查：数据库无法使用，本次没有运行，稍后自动重试；原因见日志。"]
    assert "the run of sweep could not be written down" in caplog.text
    engine.dispose()


def test_mail_waits_for_its_hours(sqlite_url: str, tmp_path: Path) -> None:
    engine = make_engine(sqlite_url)
    mail = MailSettings(host="127.0.0.1", port=1)
    for hour, expected in ((3, QUIET_HOURS), (9, "")):
        at = datetime(2023, 6, 15, hour, tzinfo=ZONE)
        made = Scheduling(engine, settings_at(tmp_path, sqlite_url, mail=mail), Clock(ZONE).fixed_at(at), print)
        done = made.run(Job.MAIL)
        assert done is not None
        assert done.words == expected
    later = Clock(ZONE).fixed_at(NOW + timedelta(minutes=5))
    without = Scheduling(engine, settings_at(tmp_path, sqlite_url), later, print).run(Job.MAIL)
    assert without is not None
    assert without.words == NO_MAIL
    engine.dispose()


def test_the_summary_says_what_matters() -> None:
    report = SweepReport(date(2023, 6, 15), 3, {1: 4, 7: 1}, 9, 2, ("市气象局",), ("分工 7：坏",), 0.1)
    assert summary(report) == (
        "巡查2023-06-15：新标记逾期3项，新增提醒5条；距应巡查之日已迟9天，已补齐；"
        "1个单位没有联络员：市气象局；1项未能处理，请运行 tracker doctor 查看。"
    )


# The commands


def run_program(folder: Path, url: str, *arguments: str, **changes: str) -> tuple[int, str]:
    """The exit code of a command and all that it printed; run in this process, which is much quicker than another."""
    environment: dict[str, str | None] = {name: None for name in os.environ if name.startswith("TRACKER_")}
    environment |= environment_of(folder, url, **changes)
    shared = Program()
    done = CliRunner().invoke(main, arguments, env=environment, obj=shared)
    if "engine" in vars(shared):
        shared.engine.dispose()
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.output


def test_sweep_says_what_it_found(either_url: str, engine: Engine, tmp_path: Path) -> None:
    overdue_world(engine)
    code, out = run_program(tmp_path, either_url, "sweep")
    assert code == 0
    assert "新标记逾期：1项\n新增提醒：1条\n  逾期催办：1条\n" in out
    code, out = run_program(tmp_path, either_url, "sweep")
    assert (code, "新标记逾期：0项\n新增提醒：0条\n" in out) == (0, True)
    code, out = run_program(tmp_path, either_url, "sweep", TRACKER_TODAY="2023-06-25")
    assert "距上次应巡查之日已过9天，期间应发的提醒已补齐。" in out
    assert "新增提醒：1条，其中迟发1条\n  逾期7天（督办单）：1条" in out


def test_doctor_says_whether_the_sweep_is_late(either_url: str, engine: Engine, tmp_path: Path) -> None:
    overdue_world(engine)
    code, out = run_program(tmp_path, either_url, "doctor")
    assert (code, "巡查：从未完成过" in out) == (1, True)
    run_program(tmp_path, either_url, "sweep")
    code, out = run_program(
        tmp_path, either_url, "doctor", TRACKER_MAIL_HOST="mail.example.cn", TRACKER_MAIL_PASSWORD="geheim"
    )
    assert code == 0, out
    assert "巡查是否按时：按时" in out
    assert "任务：1项，分工1项\n逾期未办结：1项\n提醒：共1条，未读1条\n邮件：待发1条，发送失败0条" in out
    assert "邮件：mail.example.cn:25" in out
    assert "geheim" not in out
    code, out = run_program(tmp_path, either_url, "doctor", TRACKER_TODAY="2023-06-20")
    assert code == 1
    assert "已迟" in out
    assert "待发" not in out  # without mail nothing waits for it


def test_doctor_says_that_no_sweep_ended_for_a_while(either_url: str, engine: Engine, tmp_path: Path) -> None:
    """The day was swept, and yet: it runs every five minutes, and none ended well for longer than half an hour."""
    run_program(tmp_path, either_url, "sweep")
    for minutes, (code, words) in {29: (0, "按时"), 95: (1, "已停1小时，请检查调度程序是否在运行")}.items():
        with write_session(engine) as session:
            session.execute(update(JobRun).values(ended_at=datetime.now(UTC) - timedelta(minutes=minutes)))
            session.commit()
        found, out = run_program(tmp_path, either_url, "doctor")
        assert (found, f"巡查是否按时：{words}\n" in out) == (code, True), out


def test_doctor_tells_what_was_set_aside_what_failed_and_who_leads(
    either_url: str, engine: Engine, tmp_path: Path
) -> None:
    run_program(tmp_path, either_url, "sweep")
    code, out = run_program(tmp_path, either_url, "doctor")
    assert "未能处理" not in out
    assert "调度程序：没有在运行的" in out
    with write_session(engine) as session:
        at = {"first_at": NOW, "last_at": NOW, "tries": 7}
        session.add(SweepFault(kind=FaultKind.MILESTONE, row_id=5, words="日期读不出来", **at))
        run = JobRun(job=Job.MAIL, started_at=NOW, ended_at=NOW, outcome=Outcome.FAILED, words="邮件服务器无法使用")
        run.host, run.pid = "server-a", 101
        leader = SchedulerProcess(host="server-a", pid=101, started_at=NOW, seen_at=datetime.now(UTC), leads_since=NOW)
        session.add_all([run, leader])
        session.commit()
    code, out = run_program(tmp_path, either_url, "doctor")
    assert code == 0
    assert "  节点提醒（节点 5）：日期读不出来（自2023-06-15 09:00起，已试7次）\n" in out
    assert "调度程序：server-a（进程101）自2023-06-15 09:00起负责，待命0个\n" in out
    assert "发送邮件：2023-06-15 09:00的运行失败。邮件服务器无法使用\n" in out


def test_what_nobody_did_is_made_good_at_the_start(sqlite_url: str, tmp_path: Path) -> None:
    """Down from the evening of the 5th to the morning of the 15th: each job once, late, and not again after that."""
    engine = make_engine(sqlite_url)
    settings = settings_at(tmp_path, sqlite_url)
    before, after = datetime(2023, 6, 5, 20, 1, tzinfo=ZONE), datetime(2023, 6, 15, 8, 31, tzinfo=ZONE)
    for instant in (before, after, after):
        for job in Job:
            Scheduling(engine, settings, Clock(ZONE).fixed_at(instant), lambda _: None).run(job)
    with Session(engine) as session:
        query = select(JobRun.job, JobRun.late_seconds).where(JobRun.started_at == after).order_by(JobRun.id)
        rows = session.execute(query.where(JobRun.outcome == Outcome.DONE)).all()
    days = timedelta(days=9)
    assert [(job, timedelta(seconds=late)) for job, late in rows] == [
        (Job.SWEEP, days + timedelta(hours=12, minutes=26)),
        (Job.CALENDARS, days + timedelta(hours=8, minutes=16)),
        (Job.MAIL, days + timedelta(hours=12, minutes=26)),
        (Job.ROBOTS, days + timedelta(hours=12, minutes=29)),
        (Job.FIGURES, days + timedelta(hours=12, minutes=21)),
        (Job.TIDY, days + timedelta(hours=11, minutes=31)),
    ]
    engine.dispose()


def test_a_job_that_raises_is_written_down_and_tried_again(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = make_engine(sqlite_url)
    said: list[str] = []
    made = scheduling(tmp_path, sqlite_url, engine, said)

    def broken(*_: Any) -> Any:
        raise RuntimeError("disk full\nmore of it")

    with monkeypatch.context() as patched:
        patched.setattr(job_deeds, "tidy_readings", broken)
        made.run(Job.TIDY)
    made.run(Job.TIDY)
    assert said == ["清理失败，稍后自动重试；原因见日志。"]
    assert "the job tidy failed" in caplog.text
    with Session(engine) as session:
        query = select(JobRun.attempt, JobRun.outcome, JobRun.words).order_by(JobRun.id)
        told = [tuple(row) for row in session.execute(query)]
    assert told == [(1, Outcome.FAILED, "RuntimeError：disk full"), (2, Outcome.DONE, None)]
    engine.dispose()


def test_doctor_tells_of_an_old_or_missing_database(tmp_path: Path) -> None:
    code, out = run_program(tmp_path, f"sqlite:///{tmp_path}/none.sqlite3", "doctor")
    assert (code, "请运行：tracker db upgrade" in out) == (1, True)
    code, out = run_program(tmp_path, "postgresql://nobody:geheim@127.0.0.1:1/none", "doctor")
    assert (code, "无法连接" in out, "geheim" in out) == (1, True, False)


def test_backup_of_a_database_in_use(sqlite_url: str, tmp_path: Path) -> None:
    engine = make_engine(sqlite_url)
    overdue_world(engine)
    target = tmp_path / "kept" / "copy.sqlite3"
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM task"))
        code, out = run_program(tmp_path, sqlite_url, "backup", str(target))
    assert (code, "内容已校验" in out) == (0, True), out
    copy = make_engine(f"sqlite:///{target}")
    with copy.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM task")) == 1
    copy.dispose()
    code, out = run_program(tmp_path, sqlite_url, "backup", str(target))
    assert (code, "已存在" in out) == (1, True)
    code, out = run_program(tmp_path, f"sqlite:///{tmp_path}/none.sqlite3", "backup", str(tmp_path / "x"))
    assert (code, "没有找到数据库文件" in out, (tmp_path / "x").exists()) == (1, True, False)
    engine.dispose()


def test_backup_of_postgresql_names_its_tool(tmp_path: Path) -> None:
    code, out = run_program(tmp_path, "postgresql://office:geheim@db.example.cn/ledger", "backup", "a.dump")
    assert code == 0
    assert "pg_dump --format=custom --file='a.dump' 'postgresql://office@db.example.cn/ledger'" in out


def test_serve_until_asked_to_stop(sqlite_url: str, tmp_path: Path) -> None:
    """Ready, swept, served; SIGINT ends web and scheduler, and the port is free again."""
    engine = make_engine(sqlite_url)
    overdue_world(engine)
    port = free_port()
    with program(tmp_path, sqlite_url, "serve", "--port", str(port), TRACKER_BASE_URL=f"http://127.0.0.1:{port}") as it:
        lines_until(it, f"督办台账已就绪：http://127.0.0.1:{port}")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        assert within(30, lambda: notices(engine) == 1)
        code, out = run_program(tmp_path, sqlite_url, "serve", "--port", str(port))
        assert (code, f"--port {port + 1}" in out) == (1, True)
        it.send_signal(signal.SIGINT)
        assert it.wait(30) == 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    assert FileLeadership(Path(f"{engine.url.database}.leader")).take()
    engine.dispose()


def test_serve_ends_when_a_child_dies(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    with program(tmp_path, sqlite_url, "serve", "--port", str(port)) as it:
        lines_until(it, "督办台账已就绪")
        scheduler = next(child for child in _children_of(it.pid) if "scheduler" in child[1])
        os.kill(scheduler[0], signal.SIGKILL)
        lines_until(it, "调度程序意外退出（代码 -9）")
        assert it.wait(30) == 1
    assert not _children_of(it.pid)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children of a parent's death")
def test_serve_killed_outright_leaves_nobody_behind(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    with program(tmp_path, sqlite_url, "serve", "--port", str(port)) as it:
        lines_until(it, "督办台账已就绪")
        children = [pid for pid, _ in _children_of(it.pid)]
        assert len(children) == 2
        it.kill()
        assert within(30, lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def _children_of(parent: int) -> list[tuple[int, str]]:
    """(process id, command line) of a process's children."""
    listed = subprocess.run(
        ["ps", "-e", "-ww", "-o", "pid=", "-o", "ppid=", "-o", "args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [(int(row[0]), row[2]) for row in rows if int(row[1]) == parent]


def test_serve_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    code, out = run_program(tmp_path, f"sqlite:///{tmp_path}/none.sqlite3", "serve", "--port", str(free_port()))
    assert (code, "请先运行：tracker db upgrade" in out) == (1, True)


def test_runs_are_kept(sqlite_url: str, tmp_path: Path) -> None:
    engine = make_engine(sqlite_url)
    run_program(tmp_path, sqlite_url, "sweep")
    with Session(engine) as session:
        assert session.scalars(select(SweepRun.day)).all() == [TODAY]
    engine.dispose()
