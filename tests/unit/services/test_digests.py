"""What a day's messages say: each part once under what presses most, by mail and by robots alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.unit.services.digesting import Office, a_robot, at, parts_in
from tracker.delivery.transport import OutOfReach, Undelivered
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.services.digests import PUT_OFF
from tracker.services.inbox import letters
from tracker.services.telling import tell
from tracker.store.notices import MailState, Notice
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment

WORKED = State.IN_PROGRESS
SATURDAY, SUNDAY, MONDAY = date(2023, 6, 17), date(2023, 6, 18), date(2023, 6, 19)


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture
def city(session: Session, city: City) -> City:
    """The small city; its liaison has a mail address, and the education bureau's group a robot."""
    city.liaison.email = "li@example.cn"
    a_robot(session, city)
    return city


@pytest.fixture
def office(engine: Engine, city: City) -> Office:
    """Swept the day before TODAY, so that what comes to a rung from then on is told."""
    made = Office(engine)
    made.sweep(TODAY - timedelta(days=1))
    return made


def a_part(session: Session, city: City, due_on: date | None, **more: Any) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=due_on, **{"state": WORKED, **more})
    session.commit()
    return task.assignments[0]


def rules(session: Session, **given: Any) -> None:
    """Rules of notices that count from long ago."""
    pack = RulePack(kind=PackKind.NOTICES, version=1, rules=given, words="试行", in_force_on=date(2023, 1, 1))
    pack.made_at, pack.made_by_name = at(TODAY, 0), "杜督查"
    session.add(pack)
    session.commit()


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("【")]


def mail_states(session: Session) -> list[MailState]:
    session.commit()
    found = list(session.scalars(select(Notice.mail_state).order_by(Notice.id)))
    session.commit()
    return found


def test_a_reminder_that_an_urging_overtook_is_left_out(session: Session, city: City, office: Office) -> None:
    """It came to its day on a Saturday, when nothing goes out; on the Monday it is late, and nothing else."""
    part = a_part(session, city, SATURDAY)
    for day in (SATURDAY, SUNDAY, MONDAY):
        office.sweep(day)
    office.send(MONDAY)
    office.post(MONDAY)
    [mail] = office.mail.sent
    assert headings(mail.body) == ["【已逾期】共1项"]
    assert parts_in(mail.body) == [part.id]
    assert mail.body.count("提醒：") == 1
    assert "提醒：逾期催办" in mail.body
    assert mail.subject == "【督办台账】1项任务已逾期"
    [(_, text)] = office.robots.posted
    assert parts_in(text) == [part.id]
    assert "（逾期催办，已逾期2天）" in text
    assert "即将到期" not in text
    assert MailState.WAITING not in mail_states(session)


def test_all_that_is_told_of_a_part_stands_together(session: Session, city: City, office: Office) -> None:
    """Under what presses most, and it still counts as late."""
    stones = (("建成40座", TODAY + timedelta(days=1)), ("全部建成", TODAY + timedelta(days=7)))
    part = a_part(session, city, TODAY - timedelta(days=1), title="夜市亮化", milestones=stones)
    tell(session, part, NoticeKind.URGED, "entry:1", "请三日内\n报送", "杜督查", now=at(TODAY, 0), today=TODAY)
    session.commit()
    office.sweep(TODAY)
    office.send(TODAY)
    office.post(TODAY)
    [mail] = office.mail.sent
    assert headings(mail.body) == ["【领导批示与催办】共1项"]
    assert mail.subject == "【督办台账】1项任务已逾期"
    facts = [line.strip() for line in mail.body.splitlines() if line.strip().startswith(("提醒", "内容"))]
    assert facts == [
        "提醒：催办",
        "内容：请三日内 报送（杜督查）",
        "提醒：逾期催办",
        "提醒：节点提前1天提醒（节点：建成40座），2023年6月16日，还有1天",
        "提醒：节点提前7天提醒（节点：全部建成），2023年6月22日，还有7天",
    ]
    [(_, text)] = office.robots.posted
    assert parts_in(mail.body) == parts_in(text) == [part.id]
    assert "（催办、逾期催办、节点提前1天提醒（节点：建成40座）" in text
    assert "：请三日内 报送" in text


def test_what_is_late_by_now_stands_under_late(session: Session, city: City, office: Office) -> None:
    """An office without a rung for the first day after: the reminder of Saturday is read on Monday."""
    rules(session, steps=[{"days": 0, "label": "当日提醒"}], milestones=[0])
    part = a_part(session, city, SATURDAY)
    stone = a_part(session, city, None, milestones=(("建成40座", SATURDAY),))
    for day in (SATURDAY, MONDAY):
        office.sweep(day)
    office.send(MONDAY)
    [mail] = office.mail.sent
    assert headings(mail.body) == ["【已逾期】共2项"]
    assert parts_in(mail.body) == [part.id, stone.id]
    session.commit()
    own = letters(session, city.liaison.id, 1, MONDAY).rows
    assert [(letter.is_settled, letter.why) for letter in own] == [(True, "时限已过")] * 2
    assert [letter.why for letter in letters(session, city.liaison.id, 1, SATURDAY).rows] == [None] * 2


def test_a_group_is_told_what_its_people_still_need(session: Session, city: City, office: Office) -> None:
    """What was read, and what was recorded as overtaken after downtime, is in neither."""
    read, kept = (a_part(session, city, TODAY, title=title) for title in ("已读的", "未读的"))
    overtaken = a_part(session, city, TODAY + timedelta(days=2), title="停机的")
    office.sweep(TODAY + timedelta(days=1))  # a day was missed
    session.commit()
    for notice in session.scalars(select(Notice).where(Notice.assignment_id == read.id)):
        notice.read_at = at(TODAY + timedelta(days=1), 7)
    session.commit()
    day = TODAY + timedelta(days=1)
    office.post(day)
    office.send(day)
    [(_, text)], [mail] = office.robots.posted, office.mail.sent
    assert parts_in(text) == parts_in(mail.body) == [kept.id, overtaken.id]


def test_a_group_is_told_of_what_its_unit_has_nobody_to_receive(session: Session, city: City, office: Office) -> None:
    city.liaison.standings.clear()
    part = a_part(session, city, TODAY)
    office.sweep(TODAY)
    office.post(TODAY)
    [(_, text)] = office.robots.posted
    assert parts_in(text) == [part.id]


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


@pytest.fixture
def capped(session: Session, office: Office) -> Office:
    """An office that tells one part of a unit a day."""
    rules(session, cap_per_unit_per_day=1)
    return office


@pytest.mark.parametrize("mail_first", [True, False])
def test_what_was_put_off_goes_on_the_promised_day_by_its_newest_rung(
    session: Session, city: City, capped: Office, mail_first: bool
) -> None:
    """Every day something presses more, and a rung is new every day: it is put off once all the same."""
    late, waiting = [], a_part(session, city, days(1), title="天天有新提醒的")
    for day in (TODAY, days(1), MONDAY):
        late.append(a_part(session, city, day - timedelta(days=1), title="刚逾期的"))
        if day == MONDAY:
            capped.sweep(SATURDAY)  # on which nothing goes out
        capped.sweep(day)
        if mail_first:
            capped.send(day, 8)
        capped.post(day)
        capped.send(day, 9)
    mails = [mail.body for mail in capped.mail.sent]
    assert [parts_in(body) for body in mails] == [[late[0].id], [waiting.id], [late[1].id]]
    assert [parts_in(text) for _, text in capped.robots.posted] == [parts_in(body) for body in mails]
    assert "提醒：当日到期提醒" in mails[1]
    assert "提前1天提醒" not in mails[1]
    assert ["项超过每单位每日条数上限，顺延至下一工作日" in body for body in mails] == [True] * 3
    assert not any("不再逐项列出" in body for body in mails)


def test_a_failure_breaks_no_promise_and_puts_nothing_off(session: Session, city: City, capped: Office) -> None:
    a_part(session, city, days(-1), title="昨天逾期")
    waiting = a_part(session, city, days(1), title="顺延的")
    capped.sweep(TODAY)
    capped.mail.failing = OutOfReach("没有应答")
    capped.send(TODAY)
    assert errors(session) == {"没有应答", None}
    capped.mail.failing = None
    capped.send(TODAY, 9)
    assert errors(session) == {PUT_OFF, None}
    a_part(session, city, TODAY, title="今天逾期")
    capped.sweep(days(1))
    for failing in (OutOfReach("没有应答"), Undelivered("450 稍后再试")):
        capped.mail.failing = failing
        capped.send(days(1), 8 if isinstance(failing, OutOfReach) else 10)
        assert {error for error in errors(session) if error} == {str(failing), f"{PUT_OFF}；{failing}"}
    capped.mail.failing = None
    capped.send(days(1), 12)
    first, second = capped.mail.sent
    assert "昨天逾期" in first.body
    assert parts_in(second.body) == [waiting.id]


def errors(session: Session) -> set[str | None]:
    session.commit()
    found = set(session.scalars(select(Notice.mail_error)))
    session.commit()
    return found


def test_what_waited_once_and_is_over_again_is_counted(session: Session, city: City, capped: Office) -> None:
    parts = [a_part(session, city, days(-1), title=f"第{n}项") for n in range(3)]
    for day in (TODAY, days(1)):
        capped.sweep(day)
        capped.send(day)
        capped.post(day)
    mails, texts = [mail.body for mail in capped.mail.sent], [text for _, text in capped.robots.posted]
    assert [parts_in(body) for body in mails] == [parts_in(text) for text in texts] == [[parts[0].id], [parts[1].id]]
    assert ["另有2项" in mails[0], "另有1项超过每单位每日条数上限，不再逐项列出" in mails[1]] == [True, True]
    assert ["另有2项未逐项列出" in texts[0], "另有1项未逐项列出" in texts[1]] == [True, True]
    assert MailState.WAITING not in mail_states(session)
