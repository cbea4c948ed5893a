"""Commands that keep the installation going: sweep, scheduler, serve, doctor, backup."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.cli_program import Program, pass_program
from tracker.cli_words import database_trouble
from tracker.domain.notices import step_label
from tracker.domain.schedule import Outcome
from tracker.jobs import run_scheduler
from tracker.scheduling import Scheduling
from tracker.services.health import Counts, SweepHealth, counts, sweep_health
from tracker.services.job_pages import fault_lines, last_runs, processes
from tracker.services.sweep_report import SweepReport
from tracker.serving import CannotServe, serve
from tracker.settings import Settings
from tracker.store import migrate
from tracker.store.engine import make_engine, make_private

PAGES_AT_ONCE = 1000


@click.command("sweep", help="立即巡查一次：标记逾期、登记提醒。重复运行不会重复提醒。")
@pass_program
def sweep_command(program: Program) -> None:
    _log_to_terminal()
    try:
        report = Scheduling(program.engine, program.settings, program.clock, _say).sweep_by_hand()
    except SQLAlchemyError as error:
        raise click.ClickException(f"本次巡查没有完成。{database_trouble(error)}") from error
    for line in report_lines(report):
        click.echo(line)
    if report.failures:
        raise click.exceptions.Exit(1)


def report_lines(report: SweepReport) -> Iterator[str]:
    """What a person reads after a run."""
    yield f"巡查日期：{report.day}（用时{report.seconds:.2f}秒）"
    if report.late_days:
        yield f"距上次应巡查之日已过{report.late_days}天，期间应发的提醒已补齐。"
    yield f"新标记逾期：{report.flagged}项"
    yield f"新增提醒：{report.total}条" + (f"，其中迟发{report.late_notices}条" if report.late_notices else "")
    yield from (f"  {step_label(step, report.policy.ladder)}：{count}条" for step, count in report.recorded.items())
    yield from (f"  {kind.label}：{count}条" for kind, count in report.others.items())
    if report.unreachable:
        yield f"以下{len(report.unreachable)}个单位没有联络员，提醒无人接收，请管理员补充："
        yield f"  {'、'.join(report.unreachable)}"
    if report.failures:
        yield f"以下{len(report.failures)}项未能处理，其余不受影响："
        yield from (f"  {failure}" for failure in report.failures)


@click.command("scheduler", help="运行调度程序：每日巡查、平时补查、发送邮件。可同时运行多个，只有一个起作用。")
@pass_program
def scheduler_command(program: Program) -> None:
    _log_to_terminal()
    run_scheduler(Scheduling(program.engine, program.settings, program.clock, _say))


@click.command("serve", help="启动网页服务和调度程序，按 Ctrl-C 停止。")
@click.option("--port", default=5000, type=click.IntRange(1, 65535), help="端口，1到65535，默认5000。")
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="地址",
    help="监听地址，默认127.0.0.1，只有本机能访问；0.0.0.0 允许其他机器访问。",
)
@pass_program
def serve_command(program: Program, port: int, host: str) -> None:
    assert program.engine  # says now, and once, when the database is not ready
    try:
        code = serve(host, port, program.settings.base_url, _say)
    except CannotServe as error:
        raise click.ClickException(str(error)) from error
    raise click.exceptions.Exit(code)


@click.command("doctor", help="检查本系统：设置、数据库、巡查是否按时、数据量。")
@pass_program
def doctor_command(program: Program) -> None:
    for line in _settings_lines(program.settings):
        click.echo(line)
    engine = make_engine(program.settings.database_url)
    healthy = _database_is_ready(engine)
    if healthy:
        with Session(engine) as session:
            health = sweep_health(session, program.clock)
            found = counts(session, program.clock.today())
            lines = [
                *_sweep_lines(health, program),
                *_fault_lines(session, program.settings.zone),
                *_process_lines(session, program),
                *_count_lines(found, program.settings),
            ]
        click.echo("\n".join(lines))
        healthy = not health.is_late
    engine.dispose()
    if not healthy:
        raise click.exceptions.Exit(1)


def _settings_lines(settings: Settings) -> Iterator[str]:
    """The settings that matter, without any secret."""
    mail = settings.mail
    yield f"运行环境：{'正式（production）' if settings.production else '开发与演示（development）'}"
    day = f"固定为{settings.sample_day}（演示）" if settings.sample_day else "实际日期"
    yield f"系统日期：{day}，时区{settings.zone.key}"
    yield f"访问网址：{settings.base_url}"
    yield f"数据目录：{settings.instance}"
    yield f"数据库：{make_url(settings.database_url).render_as_string(hide_password=True)}"
    yield f"邮件：{f'{mail.host}:{mail.port}，发件人{mail.sender}' if mail.host else '未配置，只发站内消息'}"


def _database_is_ready(engine: Engine) -> bool:
    """Whether the database answers and stands at this version's schema; says what is wrong."""
    needed = migrate.newest_revision()
    try:
        with engine.connect() as connection:
            found = migrate.revision_of(connection)
    except SQLAlchemyError as error:
        click.echo(f"数据库结构：无法连接。{database_trouble(error)}")
        return False
    wanted = "已是最新" if found == needed else f"应为{needed}，请运行：tracker db upgrade"
    click.echo(f"数据库结构：{found or '空'}（{wanted}）")
    return found == needed


def _sweep_lines(health: SweepHealth, program: Program) -> Iterator[str]:
    if health.last is None:
        yield "巡查：从未完成过。请启动调度程序（tracker scheduler），或运行一次：tracker sweep"
    else:
        began = health.last.started_at.astimezone(program.settings.zone)
        found = f"标记逾期{health.last.flagged}项，提醒{health.last.recorded}条"
        yield f"巡查：最近一次针对{health.last.day}，{began:%Y-%m-%d %H:%M}开始，{found}"
        yield f"巡查是否按时：{_lateness(health)}"
    if health.newest and health.newest.finished_at is None:
        yield f"注意：针对{health.newest.day}的一次巡查没有完成，下次巡查会自动补齐。"


def _lateness(health: SweepHealth) -> str:
    advice = "请检查调度程序是否在运行"
    if health.late_days:
        return f"已迟{health.late_days}天，{advice}"
    if health.pulse.is_late:
        silence = f"已停{health.pulse.silence}" if health.pulse.last_at else "调度程序还没有运行过"
        return f"{silence}，{advice}"
    return "按时"


def _fault_lines(session: Session, zone: ZoneInfo) -> Iterator[str]:
    """The rows that the sweep has set aside."""
    found = fault_lines(session)
    if found:
        yield "未能处理的事项（已放在一边，每次巡查都会再试）："
    for line in found:
        since = f"自{line.fault.first_at.astimezone(zone):%Y-%m-%d %H:%M}起，已试{line.fault.tries}次"
        yield f"  {line.fault.kind.named(line.fault.row_id)}：{line.fault.words}（{since}）"


def _process_lines(session: Session, program: Program) -> Iterator[str]:
    """Who leads, and the jobs whose last run did not end well."""
    zone, now = program.settings.zone, program.clock.read()
    found = processes(session, now)
    if found.leader and found.leader.leads_since:
        since = found.leader.leads_since.astimezone(zone)
        leader = f"{found.leader.host}（进程{found.leader.pid}）"
        yield f"调度程序：{leader}自{since:%Y-%m-%d %H:%M}起负责，待命{len(found.waiting)}个"
    else:
        yield "调度程序：没有在运行的，请启动 tracker serve 或 tracker scheduler"
    for job, run in last_runs(session).items():
        if run.outcome in (Outcome.FAILED, Outcome.CUT_SHORT):
            began = run.started_at.astimezone(zone)
            yield f"{job.label}：{began:%Y-%m-%d %H:%M}的运行{run.outcome.label}。{run.words or ''}"


def _count_lines(found: Counts, settings: Settings) -> Iterator[str]:
    yield f"数据：单位{found.units}个，人员{found.people}人，文件{found.plans}份"
    yield f"任务：{found.tasks}项，分工{found.assignments}项"
    yield f"逾期未办结：{found.overdue}项"
    yield f"提醒：共{found.notices}条，未读{found.unread}条"
    if settings.mail.host:
        yield f"邮件：待发{found.mail_waiting}条，发送失败{found.mail_failed}条"


@click.command("backup", help="把数据库备份到文件；系统运行时也可以备份。")
@click.argument("file", metavar="文件", type=click.Path(dir_okay=False, path_type=Path))
@pass_program
def backup_command(program: Program, file: Path) -> None:
    url = make_url(program.settings.database_url)
    if url.get_backend_name() != "sqlite":
        place = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        address = place.render_as_string(hide_password=False)
        click.echo("PostgreSQL 请用它自带的工具备份（会询问密码）：")
        click.echo(f"  pg_dump --format=custom --file='{file}' '{address}'")
        return
    if not url.database or not Path(url.database).exists():
        raise click.ClickException(f"没有找到数据库文件 {url.database}，没有可备份的内容。")
    if file.exists():
        raise click.ClickException(f"文件 {file} 已存在，为免覆盖，请换一个文件名。")
    back_up(Path(url.database), file)
    click.echo(f"已备份到 {file}（{file.stat().st_size / 1024 / 1024:.1f} MB），内容已校验。")


def back_up(database: Path, file: Path) -> None:
    """Copies a SQLite database while it is in use, and checks the copy; the file appears whole or not at all."""
    unfinished = file.with_name(f"{file.name}.partial")
    try:
        unfinished.unlink(missing_ok=True)
        make_private(unfinished)
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy, pages=PAGES_AT_ONCE)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            [verdict] = copy.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise click.ClickException(f"备份校验未通过：{verdict}。请检查磁盘后重试。")
        unfinished.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"无法备份到 {file}：{error}。请检查目录是否可写、磁盘是否有空间。") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _say(line: str) -> None:
    click.echo(line)


def _log_to_terminal() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
