"""Mail: one digest per person and day, true when it is sent, tried again after a failure; to a real SMTP server."""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_person, a_plan, a_task
from tests.needs import ROOT
from tests.ports import free_port
from tracker.clock import Clock
from tracker.delivery.digest import MOST_ITEMS
from tracker.delivery.smtp import SmtpTransport
from tracker.delivery.transport import Memory, OutOfReach, Undelivered
from tracker.domain.access import Office
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.domain.quiet import may_write
from tracker.domain.workdays import announced_calendar
from tracker.services import mailing
from tracker.services.inbox import mark_all_read
from tracker.services.mailing import LEASE, MailReport, pause_after, send_waiting
from tracker.services.sweep import sweep
from tracker.services.telling import tell
from tracker.settings import MailSettings
from tracker.store.notices import MailState, Notice, SweepRun
from tracker.store.tasks import Assignment
from tracker.store.units import Unit

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2023, 6, 15, 1, 0, tzinfo=UTC)
WORKED = State.IN_PROGRESS
BASE = "https://ledger.example.cn"


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture
def city(session: Session, city: City) -> City:
    """The small city; its liaisons have mail addresses."""
    city.liaison.email, city.neighbour.email = "li@example.cn", "lin@example.cn"
    session.commit()
    return city


@pytest.fixture
def memory() -> Memory:
    return Memory()


def send(engine: Engine, transport: Memory | SmtpTransport, when: datetime = NINE) -> MailReport:
    return send_waiting(engine, transport, Clock(ZONE).fixed_at(when), BASE)


def overdue(session: Session, city: City, days: int = 1, **changes: Any) -> Assignment:
    changes.setdefault("state", State.IN_PROGRESS)
    task = a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(days=days), **changes)
    session.commit()
    return task.assignments[0]


def both(city: City) -> tuple[Unit, Unit]:
    return city.education, city.finance


def run_sweep(engine: Engine, day: date = TODAY) -> None:
    sweep(engine, datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=7, minutes=55), day)


def read(session: Session, query: Any) -> list[Any]:
    """The rows as they are now. The transaction is ended at once: it would keep others from writing."""
    session.commit()
    rows = [tuple(row) for row in session.execute(query)]
    session.commit()
    return rows


def mail_states(session: Session) -> list[tuple[MailState, int]]:
    return read(session, select(Notice.mail_state, Notice.mail_attempts).order_by(Notice.id))


def test_one_digest_for_each_person(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    late = overdue(session, city, 8, title="开展  夜间\n经济示范")
    a_task(
        session,
        a_plan(session, city.root),
        city.education,
        city.finance,
        due_on=TODAY + timedelta(days=3),
        state=State.IN_PROGRESS,
    )
    session.commit()
    run_sweep(engine)
    report = send(engine, memory)
    assert (report.digests, report.notices, report.failures) == (2, 4, 0)
    first, second = sorted(memory.sent, key=lambda message: message.to_address)
    assert (first.to_address, first.to_name) == ("li@example.cn", "李联络")
    assert first.subject == "【督办台账】2项任务待办理，其中1项已逾期"
    assert second.subject == "【督办台账】1项任务即将到期"
    assert f"{BASE}/assignments/{late.id}" in first.body
    assert "开展 夜间 经济示范" in first.body
    assert "2023年6月7日（已逾期8天）" in first.body
    assert "逾期7天（督办单）" in first.body
    assert first.body.count("/assignments/") == 2  # each part once, by its highest step
    assert "已逾期" not in second.body
    assert read(session, select(SweepRun.mailed)) == [(4,)]


def test_a_sender_that_was_held_up_until_its_lease_ran_out_sends_nothing(
    engine: Engine, session: Session, city: City, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between packing and sending; meanwhile another took the same notices and sent them."""
    overdue(session, city)
    run_sweep(engine)
    now, real = [NINE], mailing._pack

    def packed_and_stopped(*given: Any) -> Any:
        parcel = real(*given)
        if now[0] == NINE:
            now[0] = NINE + mailing.LEASE
            assert send(engine, memory, now[0]).digests == 1
        return parcel

    monkeypatch.setattr(mailing, "_pack", packed_and_stopped)
    report = send_waiting(engine, memory, Clock(ZONE, lambda: now[0]), BASE)
    assert (report.digests, len(memory.sent)) == (0, 1)
    assert mail_states(session) == [(MailState.SENT, 2)]


def test_one_a_day(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    overdue(session, city)
    run_sweep(engine)
    send(engine, memory)
    overdue(session, city, 2)
    run_sweep(engine)
    assert send(engine, memory, NINE + timedelta(hours=2)).digests == 0
    assert mail_states(session) == [(MailState.SENT, 1), (MailState.WAITING, 0)]
    assert send(engine, memory, NINE + timedelta(days=1)).digests == 1
    assert len(memory.sent) == 2


def test_nothing_to_tell_is_not_sent(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    assert send(engine, memory) == MailReport()
    part = overdue(session, city)
    run_sweep(engine)
    part.state, part.completed_on = State.COMPLETED, TODAY
    session.commit()
    report = send(engine, memory)
    assert (report.digests, report.unneeded, memory.sent) == (0, 1, [])
    assert mail_states(session) == [(MailState.UNNEEDED, 1)]


def test_what_is_no_longer_true_is_left_out(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    kept, suspended, moved = (overdue(session, city, days) for days in (1, 2, 3))
    run_sweep(engine)
    suspended.state = State.SUSPENDED
    moved.due_on = TODAY + timedelta(days=60)
    session.commit()
    report = send(engine, memory)
    assert (report.digests, report.notices, report.unneeded) == (1, 1, 2)
    assert f"/assignments/{kept.id}\n" in memory.sent[0].body
    assert memory.sent[0].body.count("/assignments/") == 1


def test_what_was_read_or_left_is_not_sent(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    a_task(
        session,
        a_plan(session, city.root),
        city.education,
        city.finance,
        due_on=TODAY - timedelta(days=1),
        state=State.IN_PROGRESS,
    )
    session.commit()
    run_sweep(engine)
    mark_all_read(session, city.liaison.id, NINE)
    city.neighbour.standings.clear()
    session.commit()
    assert send(engine, memory).unneeded == 2
    assert memory.sent == []


def test_somebody_without_address(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    city.liaison.email = None
    overdue(session, city)
    run_sweep(engine)
    assert send(engine, memory).digests == 0
    assert mail_states(session) == [(MailState.NO_ADDRESS, 1)]


def test_a_refusal_is_tried_again_and_given_up(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    overdue(session, city)
    run_sweep(engine)
    memory.failing = Undelivered("550 no such user", permanent=True)
    when = NINE
    for attempt in (1, 2, 3):
        assert send(engine, memory, when).failures == 1
        assert send(engine, memory, when + timedelta(minutes=1)).failures == 0  # it waits
        when += pause_after(attempt) + timedelta(seconds=1)
    assert mail_states(session) == [(MailState.FAILED, 3)]
    assert read(session, select(Notice.mail_error)) == [("550 no such user",)]
    assert send(engine, memory, when + timedelta(days=1)).failures == 0


def test_a_refusal_for_now_is_never_given_up_but_grows_stale(
    engine: Engine, session: Session, city: City, memory: Memory
) -> None:
    overdue(session, city)
    run_sweep(engine)
    memory.failing = Undelivered("450 mailbox busy")
    for attempt in range(6):
        assert send(engine, memory, NINE + attempt * timedelta(hours=5)).failures == 1
    assert mail_states(session) == [(MailState.WAITING, 6)]
    assert send(engine, memory, NINE + timedelta(days=16)).unneeded == 1
    assert mail_states(session) == [(MailState.UNNEEDED, 6)]


def test_a_server_out_of_reach_ends_the_round(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    a_task(
        session,
        a_plan(session, city.root),
        city.education,
        city.finance,
        due_on=TODAY - timedelta(days=1),
        state=State.IN_PROGRESS,
    )
    session.commit()
    run_sweep(engine)
    memory.failing = OutOfReach("no answer")
    report = send(engine, memory)
    assert (report.failures, report.out_of_reach) == (1, "no answer")
    memory.failing = None
    assert send(engine, memory, NINE + timedelta(minutes=6)).digests == 2
    assert {state for state, _ in mail_states(session)} == {MailState.SENT}


class Crash(BaseException):
    """The process ends here."""


class CrashingAfterSending(Memory):
    def send(self, message: object) -> None:
        self.sent.append(message)  # type: ignore[arg-type]
        raise Crash


def test_a_crash_between_claim_and_note_is_made_good(engine: Engine, session: Session, city: City) -> None:
    """Nothing is lost. What may have gone out goes again, under the same Message-ID, when the lease is over."""
    overdue(session, city)
    run_sweep(engine)
    crashing, memory = CrashingAfterSending(), Memory()
    with pytest.raises(Crash):
        send(engine, crashing)
    assert send(engine, memory, NINE + LEASE / 2).digests == 0
    assert send(engine, memory, NINE + LEASE).digests == 1
    assert memory.sent[0].key == crashing.sent[0].key
    assert mail_states(session) == [(MailState.SENT, 2)]


def test_a_sender_that_lost_its_lease_does_not_overwrite(engine: Engine, session: Session, city: City) -> None:
    """One sender hangs for longer than its lease; another sends meanwhile; the note of the first changes nothing."""
    overdue(session, city)
    run_sweep(engine)
    other = Memory()

    class Hanging(Memory):
        def send(self, message: object) -> None:
            send(engine, other, NINE + LEASE)
            raise Undelivered("too late")

    send(engine, Hanging())
    assert len(other.sent) == 1
    assert mail_states(session) == [(MailState.SENT, 2)]
    assert read(session, select(Notice.mail_error)) == [(None,)]


def test_a_long_list_names_how_many_are_left(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    plan = a_plan(session, city.root)
    for _ in range(MOST_ITEMS + 3):
        a_task(session, plan, city.education, due_on=TODAY - timedelta(days=1), state=State.IN_PROGRESS)
    session.commit()
    run_sweep(engine)
    send(engine, memory)
    assert memory.sent[0].body.count("/assignments/") == MOST_ITEMS
    assert "另有3项超过每单位每日条数上限，顺延至下一工作日发送" in memory.sent[0].body
    states = [state for state, _ in mail_states(session)]
    assert (states.count(MailState.SENT), states.count(MailState.WAITING)) == (MOST_ITEMS, 3)
    # On the next day what was put off comes first; what is still over is only counted, and nothing waits twice.
    for _ in range(MOST_ITEMS):
        a_task(session, plan, city.education, due_on=TODAY, title="次日新增", state=State.IN_PROGRESS)
    session.commit()
    run_sweep(engine, TODAY + timedelta(days=1))
    send(engine, memory, NINE + timedelta(days=1))
    second = memory.sent[1].body
    assert second.count("建立分流转办机制") == 3
    assert "另有3项超过每单位每日条数上限，顺延至下一工作日发送" in second
    assert [state for state, _ in mail_states(session)].count(MailState.WAITING) == 3


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2023-06-15 07:59", False),
        ("2023-06-15 08:00", True),
        ("2023-06-15 19:59", True),
        ("2023-06-15 20:00", False),
        ("2023-06-17 10:00", False),  # a Saturday
        ("2023-06-22 10:00", False),  # 端午节
        ("2023-06-25 10:00", True),  # a Sunday that is worked
    ],
)
def test_quiet_hours(local: str, expected: bool) -> None:
    assert may_write(datetime.fromisoformat(local).replace(tzinfo=ZONE), announced_calendar()) is expected


def test_pauses_grow() -> None:
    assert [pause_after(n).total_seconds() / 60 for n in (1, 2, 3, 6, 7, 50)] == [5, 10, 20, 160, 240, 240]


class Sink:
    """A mail server that keeps what it is given, and refuses some addresses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("unknown"):
            return "550 no such user"
        if address.startswith("busy"):
            return "450 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 kept"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, SmtpTransport]]:
    """A real SMTP server on this machine, and mail settings that lead to it."""
    kept, port = Sink(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, SmtpTransport(MailSettings(host="127.0.0.1", port=port, sender="duban@example.cn"))
    controller.stop()


def test_by_real_mail(engine: Engine, session: Session, city: City, sink: tuple[Sink, SmtpTransport]) -> None:
    kept, transport = sink
    part = overdue(session, city)
    for login in ("unknown", "busy", "no address at all"):
        a_person(session, login, (Office.LIAISON, city.education), name="张\n三", email=f"{login}@example.cn")
    session.commit()
    run_sweep(engine)
    report = send(engine, transport)
    assert (report.digests, report.failures, report.out_of_reach) == (1, 3, None)
    [mail] = kept.mails
    assert mail["To"] == "李联络 <li@example.cn>"
    assert mail["From"] == "duban@example.cn"
    assert mail["Subject"] == "【督办台账】1项任务已逾期"
    assert mail["Date"].datetime == NINE
    assert mail["Message-ID"].endswith("@example.cn>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert "李联络，您好：" in text
    assert f"{BASE}/assignments/{part.id}" in text
    errors = read(session, select(Notice.mail_error).where(Notice.mail_error.is_not(None)))
    assert sorted(str(error).split("“")[0] for (error,) in errors) == [
        "邮件服务器答复 450 try later",
        "邮件服务器答复 550 no such user",
        "邮箱地址",
    ]


def test_no_server_there(engine: Engine, session: Session, city: City) -> None:
    overdue(session, city)
    run_sweep(engine)
    report = send(engine, SmtpTransport(MailSettings(host="127.0.0.1", port=1)))
    assert report.out_of_reach
    assert "127.0.0.1:1 无法使用" in report.out_of_reach
    assert mail_states(session) == [(MailState.WAITING, 1)]


@pytest.mark.parametrize(("where", "arrived"), [("claimed", 0), ("posted", 1)])
def test_a_killed_sender_loses_nothing(  # noqa: PLR0917 - a row and the fixtures
    either_url: str,
    engine: Engine,
    session: Session,
    city: City,
    sink: tuple[Sink, SmtpTransport],
    where: str,
    arrived: int,
) -> None:
    """A real process dies as by kill -9 at both points: after the claim, and after the server took the mail."""
    kept, transport = sink
    overdue(session, city)
    run_sweep(engine)
    program, place = str(Path(__file__).with_name("posting.py")), f"mail:{transport._settings.port}"
    command = [sys.executable, program, either_url, place, NINE.isoformat(), where]
    died = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert died.returncode == -9, died.stderr.decode()
    assert len(kept.mails) == arrived
    assert mail_states(session) == [(MailState.WAITING, 1)]
    assert send(engine, transport, NINE + LEASE / 2).digests == 0
    assert send(engine, transport, NINE + LEASE).digests == 1
    assert mail_states(session) == [(MailState.SENT, 2)]
    ids = [mail["Message-ID"].partition("@")[0] for mail in kept.mails]
    assert len(ids) == arrived + 1
    assert len(set(ids)) == 1


def test_the_new_kinds_have_their_own_words(engine: Engine, session: Session, city: City, memory: Memory) -> None:
    plan = a_plan(session, city.root)
    a_task(session, plan, city.education, due_on=None, title="没签收的")
    late = (("建成40座以上", TODAY - timedelta(days=1)),)
    a_task(session, plan, city.education, due_on=None, title="有节点的", state=WORKED, milestones=late)
    urged = a_task(session, plan, city.education, due_on=None, title="被催的", state=WORKED).assignments[0]
    tell(session, urged, NoticeKind.URGED, "entry:1", "请三日内\n报送", "杜督查", now=NINE, today=TODAY)
    session.commit()
    run_sweep(engine)
    send(engine, memory)
    [mail] = memory.sent
    headings = [line for line in mail.body.splitlines() if line.startswith("【")]
    assert headings == ["【领导批示与催办】共1项", "【已逾期】共1项", "【超期未签收】共1项"]
    assert "内容：请三日内 报送（杜督查）" in mail.body
    assert "有节点的（节点：建成40座以上）" in mail.body
    assert "提醒：节点逾期1天提醒" in mail.body
    assert mail.subject == "【督办台账】3项任务待办理，其中1项已逾期"
