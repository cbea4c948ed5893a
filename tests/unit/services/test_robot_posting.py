"""Robots: one digest per robot and day to stand-ins that check signatures, refuse, and take only so much."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.needs import ROOT
from tests.unit.services.robot_servers import Servers, serving
from tracker.clock import Clock
from tracker.delivery.robots import HttpRobots, Target, TooFast, fault_of_webhook, understand
from tracker.delivery.transport import OutOfReach, Undelivered
from tracker.domain.lifecycle import State
from tracker.services import robot_posting
from tracker.services.robot_posting import LEASE, MOST_ATTEMPTS, RobotReport, post_waiting
from tracker.services.sweep import sweep
from tracker.store.notices import MailState
from tracker.store.robots import Robot, RobotKind, RobotMessage
from tracker.store.tasks import Assignment

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2023, 6, 15, 1, 0, tzinfo=UTC)
LONG_BEFORE = datetime(2023, 6, 1, tzinfo=UTC)
BASE = "https://ledger.example.cn"
MAKERS = ["wecom", "dingtalk", "feishu"]
PROGRAM = Path(__file__).with_name("posting.py")


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


@pytest.fixture
def servers() -> Iterator[Servers]:
    with serving(NINE.timestamp()) as made:
        yield made


def a_robot(session: Session, city: City, servers: Servers, maker: str = "wecom", secret: str | None = None) -> Robot:
    robot = Robot(unit_id=city.education.id, kind=RobotKind(maker), name="督办群", webhook=servers.webhook(maker))
    robot.secret, robot.created_at = secret, LONG_BEFORE
    session.add(robot)
    session.commit()
    return robot


def overdue(session: Session, city: City, title: str = "夜市亮化") -> Assignment:
    plan, due_on = a_plan(session, city.root), TODAY - timedelta(days=1)
    task = a_task(session, plan, city.education, due_on=due_on, title=title, state=State.IN_PROGRESS)
    session.commit()
    return task.assignments[0]


def swept(engine: Engine, days: int = 0) -> None:
    day = TODAY + timedelta(days=days)
    sweep(engine, datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=7, minutes=55), day)


def post(engine: Engine, servers: Servers, when: datetime = NINE, **more: Any) -> RobotReport:
    servers.now = when.timestamp()
    return post_waiting(engine, HttpRobots(servers.host), Clock(ZONE).fixed_at(when), BASE, **more)


def messages(session: Session) -> list[tuple[MailState, int, str | None]]:
    session.commit()
    query = select(RobotMessage.state, RobotMessage.attempts, RobotMessage.error).order_by(RobotMessage.id)
    rows = [tuple(row) for row in session.execute(query)]
    session.commit()
    return rows  # type: ignore[return-value]


def text_of(maker: str, message: dict[str, Any]) -> str:
    if maker == "feishu":
        return str(message["card"]["elements"][0]["text"]["content"])
    return str(message["markdown"]["content" if maker == "wecom" else "text"])


@pytest.mark.parametrize("maker", MAKERS)
def test_one_digest_a_day_that_its_server_takes(
    engine: Engine, session: Session, city: City, servers: Servers, maker: str
) -> None:
    secret = None if maker == "wecom" else "SEC 密钥 +/="
    servers.secrets = {maker: secret} if secret else {}
    a_robot(session, city, servers, maker, secret)
    part = overdue(session, city, "夜市[亮化](http://evil.example.cn) @所有人")
    swept(engine)
    assert post(engine, servers).sent == 1
    [(arrived_at, message)] = servers.taken
    text = text_of(arrived_at, message)
    assert f"]({BASE}/assignments/{part.id})（逾期催办，已逾期1天）" in text
    assert "(http://evil" not in text
    assert "@" not in text
    assert post(engine, servers, NINE + timedelta(hours=2)).sent == 0
    assert messages(session) == [(MailState.SENT, 1, None)]


def test_a_sender_that_was_held_up_until_its_lease_ran_out_posts_nothing(
    engine: Engine, session: Session, city: City, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between claiming and posting; meanwhile another took the same message and posted it."""
    a_robot(session, city, servers)
    overdue(session, city)
    swept(engine)
    now, real = [NINE], robot_posting._claim_next

    def claimed_and_stopped(*given: Any) -> Any:
        claimed = real(*given)
        if now[0] == NINE:
            now[0] = NINE + LEASE
            assert post(engine, servers, now[0]).sent == 1
        return claimed

    monkeypatch.setattr(robot_posting, "_claim_next", claimed_and_stopped)
    report = post_waiting(engine, HttpRobots(servers.host), Clock(ZONE, lambda: now[0]), BASE)
    assert (report.sent, len(servers.taken)) == (0, 1)
    assert messages(session) == [(MailState.SENT, 2, None)]


def test_only_what_is_new_and_still_true(engine: Engine, session: Session, city: City, servers: Servers) -> None:
    a_robot(session, city, servers)
    done = overdue(session, city, "已办的")
    overdue(session, city, "未办的")
    swept(engine)
    done.state, done.completed_on = State.COMPLETED, TODAY
    session.commit()
    post(engine, servers)
    assert "未办的" in text_of(*servers.taken[0])
    assert "已办的" not in text_of(*servers.taken[0])
    swept(engine, 1)
    report = post(engine, servers, NINE + timedelta(days=1))
    assert (report.sent, report.unneeded) == (0, 1)
    assert messages(session)[-1][0] is MailState.UNNEEDED


def test_what_failed_today_is_told_tomorrow(engine: Engine, session: Session, city: City, servers: Servers) -> None:
    a_robot(session, city, servers)
    overdue(session, city)
    swept(engine)
    servers.answers = [(200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}')]
    assert post(engine, servers).failures == 1
    swept(engine, 1)
    assert post(engine, servers, NINE + timedelta(days=1)).sent == 1
    assert "夜市亮化" in text_of(*servers.taken[0])
    first, second = messages(session)
    assert (first[0], first[2]) == (MailState.FAILED, "当日未能发出，内容并入次日的汇总")
    assert second[0] is MailState.SENT


def test_failures_back_off_and_are_given_up(engine: Engine, session: Session, city: City, servers: Servers) -> None:
    a_robot(session, city, servers)
    overdue(session, city)
    swept(engine)
    servers.answers = [(200, b'{"errcode": 93000}')] * 20
    tried = [n for n in range(0, 240, 5) if post(engine, servers, NINE + timedelta(minutes=n)).failures]
    assert tried == [0, 5, 15, 35, 75, 155]
    [(state, attempts, error)] = messages(session)
    assert (state, attempts) == (MailState.FAILED, MOST_ATTEMPTS)
    assert error
    assert "机器人地址无效" in error
    assert "key=" not in error


@pytest.mark.parametrize(
    ("maker", "answer", "minutes"),
    [
        ("wecom", b'{"errcode": 45009, "errmsg": "api freq out of limit"}', 1),
        ("dingtalk", b'{"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}', 10),
        ("feishu", b'{"code": 11232, "msg": "frequency limited"}', 1),
    ],
)
def test_too_fast_waits_as_long_as_its_maker_says(  # noqa: PLR0917 - a row and the fixtures
    engine: Engine, session: Session, city: City, servers: Servers, maker: str, answer: bytes, minutes: int
) -> None:
    a_robot(session, city, servers, maker)
    overdue(session, city)
    swept(engine)
    servers.answers = [(200, answer)]
    assert post(engine, servers).failures == 1
    pause = timedelta(minutes=minutes)
    assert post(engine, servers, NINE + pause - timedelta(seconds=1)) == RobotReport()
    assert post(engine, servers, NINE + pause).sent == 1


@pytest.mark.parametrize(("maker", "most"), [("wecom", 20), ("dingtalk", 20), ("feishu", 5)])
def test_no_more_than_its_maker_allows(  # noqa: PLR0917 - a row and the fixtures
    engine: Engine, session: Session, city: City, servers: Servers, maker: str, most: int
) -> None:
    robot = a_robot(session, city, servers, maker)
    for n in range(most + 3):
        test = RobotMessage(robot_id=robot.id, key=f"test:{n}", day=TODAY, title="督办提醒（测试）", body="")
        test.recorded_at = NINE
        session.add(test)
    session.commit()
    report = post(engine, servers, tests_only=True)
    assert (report.sent, report.held) == (most, 3)
    assert post(engine, servers, NINE + timedelta(minutes=2), tests_only=True).sent == 3


def test_a_long_digest_fits(engine: Engine, session: Session, city: City, servers: Servers) -> None:
    a_robot(session, city, servers)
    for n in range(49):
        overdue(session, city, f"第{n}项" + "推进城区背街小巷照明设施改造提升" * 5)
    swept(engine)
    assert post(engine, servers).sent == 1
    text = text_of(*servers.taken[0])
    told = text.count("/assignments/")
    assert 5 < told < 49
    assert f"另有{49 - told}项未逐项列出。" in text


def test_the_secret_and_the_address_stay_untold(
    engine: Engine, session: Session, city: City, servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    robot = a_robot(session, city, servers, "dingtalk", "SEC-wrong")
    servers.secrets = {"dingtalk": "SEC-right"}
    overdue(session, city)
    swept(engine)
    post(engine, servers)
    [(_, _, error)] = messages(session)
    assert error
    assert "加签密钥" in error
    told = f"{error}{caplog.text}{Target('dingtalk', robot.webhook, robot.secret)!r}"
    assert "SEC-wrong" not in told
    assert "t-1" not in told


def test_a_server_that_is_away(servers: Servers) -> None:
    with pytest.raises(OutOfReach) as away:
        HttpRobots("127.0.0.1:1").post(Target("feishu", "http://127.0.0.1:1/open-apis/bot/v2/hook/x"), "题", "文", NINE)
    assert "hook" not in str(away.value)


def test_no_redirect_is_followed(servers: Servers) -> None:
    servers.answers = [(302, b"")]
    with pytest.raises(Undelivered):
        HttpRobots(servers.host).post(Target("feishu", servers.webhook("feishu")), "题", "文", NINE)
    assert servers.taken == []


@pytest.mark.parametrize(
    "webhook",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com.evil.cn/cgi-bin/webhook/send?key=k",
        "https://evil.cn/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com@evil.cn/cgi-bin/webhook/send?key=k",
        "https://me@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/cgi-bin/other?key=k",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k#x",
        "https://qyapi.weixin.qq.com\\@evil.cn/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k\r\nHost: evil",
        "http://127.0.0.1:80/cgi-bin/webhook/send?key=k",
        "file:///etc/passwd",
        "https://[::1/",
        "",
    ],
)
def test_only_the_makers_own_hosts(webhook: str) -> None:
    assert fault_of_webhook("wecom", webhook)
    with pytest.raises(Undelivered):
        HttpRobots().post(Target("wecom", webhook), "题", "文", NINE)


@pytest.mark.parametrize("key", ["../../../other", "a/b", "..", "%2e%2e", "a;b", ""])
def test_a_key_leads_nowhere_else_on_the_makers_host(key: str) -> None:
    assert fault_of_webhook("feishu", f"https://open.feishu.cn/open-apis/bot/v2/hook/{key}")


@pytest.mark.parametrize(
    ("maker", "webhook"),
    [
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=abc"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/abc"),
    ],
)
def test_their_addresses_are_taken(maker: str, webhook: str) -> None:
    assert fault_of_webhook(maker, webhook) is None
    others = [each for each in MAKERS if each != maker]
    assert all(fault_of_webhook(other, webhook) for other in others)


@pytest.mark.parametrize(
    ("status", "body", "kind", "permanent"),
    [
        (200, b'{"errcode": 0, "errmsg": "ok"}', None, False),
        (200, b'{"code": 0, "msg": "success"}', None, False),
        (200, b'{"errcode": 310000, "errmsg": "keywords not in content"}', Undelivered, True),
        (429, b"{}", TooFast, False),
        (500, b"<html>", Undelivered, False),
        (404, b"", Undelivered, True),
        (200, b"[]", Undelivered, True),
        (200, b"\xff", Undelivered, True),
    ],
)
def test_answers_are_understood(status: int, body: bytes, kind: type[Undelivered] | None, permanent: bool) -> None:
    if kind is None:
        return understand("dingtalk", status, body)
    with pytest.raises(kind) as raised:
        understand("dingtalk", status, body)
    assert raised.value.permanent is permanent
    return None


@pytest.mark.parametrize(("where", "arrived"), [("claimed", 0), ("posted", 1)])
def test_killed_between_claim_and_note(  # noqa: PLR0917 - a row and the fixtures
    either_url: str, engine: Engine, session: Session, city: City, servers: Servers, where: str, arrived: int
) -> None:
    """A real process dies as by kill -9; nothing is lost, and the lease keeps others away while it lasts."""
    a_robot(session, city, servers)
    overdue(session, city)
    swept(engine)
    command = [sys.executable, str(PROGRAM), either_url, servers.host, NINE.isoformat(), where]
    died = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert died.returncode == -9, died.stderr.decode()
    assert len(servers.taken) == arrived
    assert messages(session) == [(MailState.WAITING, 1, None)]
    assert post(engine, servers, NINE + LEASE / 2).sent == 0
    assert post(engine, servers, NINE + LEASE).sent == 1
    assert messages(session) == [(MailState.SENT, 2, None)]
    assert json.dumps(servers.taken[-1][1], ensure_ascii=False).count("夜市亮化") == 1
