"""The pages about notices: rules, tomorrow, what was sent, the burden, 催办, and robots whose secrets stay secret."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.web.browsing import Visitor, fields_of
from tracker.domain.lifecycle import State
from tracker.services.sweep import sweep
from tracker.store.engine import make_engine
from tracker.store.notices import MailState, Notice
from tracker.store.people import PersonStanding
from tracker.store.robots import Robot, RobotKind, RobotMessage
from tracker.store.rule_packs import RulePack
from tracker.store.tasks import Assignment, HistoryEntry

WEBHOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6"


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    """A part of the education bureau that is a week late tomorrow; its first notice is there."""
    city.liaison.email = "li@example.cn"
    late, plan = TODAY - timedelta(days=6), a_plan(session, city.root)
    task = a_task(session, plan, city.education, due_on=late, title="夜市亮化", state=State.IN_PROGRESS)
    session.commit()
    run_sweep(session)
    return task.assignments[0]


def run_sweep(session: Session) -> None:
    engine = make_engine(session.get_bind().engine.url.render_as_string(hide_password=False))
    sweep(engine, NOW - timedelta(hours=8), TODAY)
    engine.dispose()


def fresh(session: Session, query: Any) -> list[Any]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(query))


def test_what_was_sent_late_says_how_late(page: Visitor, session: Session, part: Assignment) -> None:
    """By the day, or by the hour on the day itself; what came in time says nothing."""
    notice = session.scalars(select(Notice)).one()
    for days, hours, words in ((0, 0, None), (0, 15, "迟发15小时"), (2, 57, "迟发2天")):
        notice.late_days, notice.late_hours = days, hours
        session.commit()
        row = page.sign_in("supervisor")("/notices/sent").main.one("tbody").text
        letter = page.sign_out().sign_in("liaison")("/inbox").main.text
        page.sign_out()
        for shown in (row, letter):
            assert (words in shown) if words else ("迟发" not in shown)


def test_tomorrow_tells_whom_of_what(page: Visitor, part: Assignment) -> None:
    shown = page.sign_in("supervisor")("/notices/tomorrow")
    [row] = shown.main.one("tbody").all("tr")
    assert "夜市亮化" in row.text
    assert "逾期7天（督办单）" in row.text
    assert "李联络" in row.text
    assert "站内消息" in row.text
    assert "新发提醒 1 条，涉及 1 人。" in shown.text
    # The 16th is a Friday; mail goes out from eight o'clock.
    assert "2023年6月16日8点起发出" in shown.text


def test_tomorrow_tells_how_many_nobody_gets(page: Visitor, session: Session, city: City, part: Assignment) -> None:
    session.delete(session.scalars(select(PersonStanding).where(PersonStanding.person_id == city.liaison.id)).one())
    session.commit()
    shown = page.sign_in("supervisor")("/notices/tomorrow")
    assert "新发提醒 1 条，涉及 0 人；其中 1 条因单位没有联络员而无人接收，请联系管理员补充。" in shown.text
    assert "无人接收：该单位没有联络员" in shown.main.one("tbody").text


def test_tomorrow_lists_its_messages(page: Visitor, session: Session, city: City, part: Assignment) -> None:
    robot = Robot(unit_id=city.education.id, kind=RobotKind.WECOM, name="教育群", webhook=WEBHOOK, created_at=NOW)
    session.add(robot)
    session.commit()
    shown = page.sign_in("supervisor")("/notices/tomorrow")
    notices, messages = shown.main.all("tbody")
    assert [item.text for item in notices.one("tr").all("li")] == ["站内消息", "机器人"]  # there is no mail server
    cells = [cell.text for cell in messages.one("tr").all("td")]
    assert cells == ["教育群（市教育局）", "机器人", "督办提醒（2023-06-16）", "1项", "—", "—"]
    page.sign_out()
    assert "教育群" not in page.sign_in("county_supervisor")("/notices/tomorrow").text


def test_tomorrow_keeps_to_the_reach(page: Visitor, part: Assignment) -> None:
    assert "没有要新发的提醒" in page.sign_in("county_supervisor")("/notices/tomorrow").text


def test_what_was_sent_and_tried_again(page: Visitor, session: Session, part: Assignment) -> None:
    [notice] = session.scalars(select(Notice))
    notice.mail_state, notice.mail_error, notice.mail_attempts = MailState.FAILED, "550 no such user", 3
    session.commit()
    page.sign_in("supervisor")
    shown = page("/notices/sent")
    [row] = shown.main.one("tbody").all("tr")
    for words in ("夜市亮化", "李联络", "逾期催办", "发送失败", "550 no such user", "已试3次", "未读"):
        assert words in row.text, words
    after = page.post("/notices/sent", form=f"/notices/sent/{notice.id}/retry")
    assert after.alerts == ["已重新排队，几分钟内再次发送。"]
    [again] = fresh(session, select(Notice))
    assert (again.mail_state, again.mail_attempts) == (MailState.WAITING, 0)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 1),
        ("day=2023-06-15", 1),
        ("day=2023-06-14", 0),
        ("person=李", 1),
        ("person=%25", 0),
        ("state=waiting", 1),
        ("state=sent", 0),
        ("day=never", 1),
        ("unit=999", 1),
        ("channel=robot", 0),
        ("page=99", 1),
        ("state=nonsense&channel=nonsense", 1),
    ],
)
def test_what_was_sent_is_filtered(page: Visitor, part: Assignment, asked: str, count: int) -> None:
    shown = page.sign_in("leader")(f"/notices/sent?{asked}")
    assert f"共 {count} 条" in shown.text
    assert "重新发送" not in shown.text  # a leader looks, a supervisor acts


def test_the_county_sees_its_own_alone(page: Visitor, session: Session, part: Assignment) -> None:
    page.sign_in("county_supervisor")
    assert "共 0 条" in page("/notices/sent").text
    notice_id = fresh(session, select(Notice.id))[0]
    refused = page.send(f"/notices/sent/{notice_id}/retry", {"csrf_token": page.token()}, status=403)
    assert "没有" in refused.text


def test_the_burden_by_month(page: Visitor, session: Session, city: City, part: Assignment) -> None:
    page.sign_in("supervisor")
    [row] = page("/notices/burden").main.one("tbody").all("tr")
    assert [cell.text for cell in row.all("td")] == ["市教育局", "0", "0", "0", "0", "0", "1", "1"]


def test_rules_are_tried_out_and_stored(page: Visitor, session: Session, part: Assignment) -> None:
    page.sign_in("supervisor")
    fields = fields_of(page("/notices/rules").form("/notices/rules"))
    assert [fields[f"steps-6-{name}"] for name in ("when", "days", "label", "paper")] == [
        *("after", "7", "逾期7天（督办单）", "督办单")
    ]
    kept = {"steps-1-label": "提前7天", "steps-7-label": "逾期15天", "steps-7-copies_head": "y"}
    gone = {f"steps-{number}-gone": "y" for number in (0, 2, 3, 4, 5, 6, 8)}
    given = {**fields, **kept, **gone, "words": "减少步骤"}
    tried = page.send("/notices/rules/preview", given)
    compared = {row.all("td")[0].text: row.all("td")[3].text for row in tried.main.all("table")[1].all("tr")[1:]}
    assert compared == {"逾期7天（督办单）": "-1"}
    assert fresh(session, select(RulePack)) == []
    done = page.send("/notices/rules", given)
    assert done.alerts == ["已保存第1版提醒规则，自2023年6月16日起生效。"]
    assert "减少步骤" in done.text
    [pack] = fresh(session, select(RulePack))
    assert pack.rules["steps"][1] == {"days": 15, "label": "逾期15天", "copies_head": True, "paper": "约谈提醒"}
    assert "系统默认" in done.text  # today the old ones still count
    stale = page.send("/notices/rules", {**given, "words": "再减"}, status=409)
    assert "第1版规则" in stale.text
    assert stale.form("/notices/rules").one("textarea", name="words").text == "再减"
    renewed = fields_of(stale.form("/notices/rules"))
    assert page.send("/notices/rules", renewed).alerts == ["已保存第2版提醒规则，自2023年6月16日起生效。"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps-0-days": "七"}, "请填写整数"),
        ({"steps-0-days": ""}, "天数应为1至365之间的整数"),
        ({"steps-6-paper": "命令"}, "请选择"),
        ({"steps-1-days": "30"}, "是同一天"),
        ({f"steps-{number}-gone": "y" for number in range(9)}, "请至少填写一步"),
        ({"quiet_from": "晚上"}, "请填写整数"),
        ({"digest_hour": "22"}, "免打扰时段内"),
        ({"quiet_from": "99"}, "免打扰开始时间应为1到24"),
        ({"day": "2023-06-15"}, "今天之后"),
        ({"day": "明天"}, "请填写2023-06-15这样的日期"),
        ({"words": ""}, "请写明修改的内容和理由"),
        ({"milestones": "七"}, "节点提醒的天数应为整数"),
    ],
)
def test_rules_that_cannot_be_meant(
    page: Visitor, session: Session, city: City, change: dict[str, str], said: str
) -> None:
    page.sign_in("supervisor")
    fields = {**fields_of(page("/notices/rules").form("/notices/rules")), "words": "改", **change}
    refused = page.send("/notices/rules", fields, status=422)
    assert said in refused.text
    assert fresh(session, select(RulePack)) == []


def test_a_county_reads_the_rules_and_changes_none(page: Visitor, session: Session, city: City) -> None:
    page.sign_in("county_supervisor")
    shown = page("/notices/rules")
    assert "由市级督查员修改" in shown.text
    assert not shown.main.all("form")


def test_urging_from_the_overdue_list(page: Visitor, session: Session, city: City, part: Assignment) -> None:
    page.sign_in("supervisor")
    listed = page("/overdue")
    assert listed.main.one("input", name="part").get("form") == "urge-form"
    form = {**fields_of(listed.form("/notices/urge")), "part": str(part.id), "words": "请三日内报送"}
    assert page.send("/notices/urge", form).alerts == ["已催办1项，对方打开系统即可看到，邮件随当日汇总发出。"]
    again = page.send("/notices/urge", {**form, "words": "再催一次"}, status=409)
    assert "今天已催办过" in again.text
    assert again.main.one("textarea").text == "再催一次"
    confirmed = {**fields_of(again.form("/notices/urge")), "part": str(part.id), "again": "y"}
    page.send("/notices/urge", confirmed)
    assert len(fresh(session, select(HistoryEntry).where(HistoryEntry.event == "urge"))) == 2
    page.sign_out()
    letter = page.sign_in("liaison")("/inbox?kind=urged").main.all("li", class_="letter")[0]
    assert "再催一次" in letter.text
    assert "杜督查" in letter.text


@pytest.mark.parametrize(("more", "said"), [({"part": ""}, "还没有勾选"), ({"words": " "}, "请写明催办要求")])
def test_urging_without_what_or_why(page: Visitor, part: Assignment, more: dict[str, str], said: str) -> None:
    page.sign_in("supervisor")
    form = fields_of(page("/overdue").form("/notices/urge"))
    refused = page.send("/notices/urge", {**form, "part": str(part.id), "words": "请报送", **more}, status=422)
    assert said in refused.text


def test_urging_on_the_part_itself(page: Visitor, session: Session, part: Assignment) -> None:
    page.sign_in("supervisor")
    path = f"/assignments/{part.id}"
    after = page.post(path, {"words": "请报送"}, form="/notices/urge")
    assert after.path == path
    assert "催办" in after.main.one("ol", class_="timeline").text
    page.sign_out()
    assert not [f for f in page.sign_in("liaison")(path).main.all("form") if f.get("action") == "/notices/urge"]


def test_a_robot_and_its_secrets(page: Visitor, session: Session, city: City) -> None:
    page.sign_in("administrator")
    given = {"unit": str(city.education.id), "kind": "wecom", "name": "教育局督办群", "webhook": WEBHOOK}
    added = page.post("/robots", given)
    assert added.alerts == ["已添加机器人“教育局督办群”，请点“发送测试”确认群里能收到。"]
    assert "693a91f6" not in added.html
    [robot] = fresh(session, select(Robot))
    page.post("/robots", given)
    assert len(fresh(session, select(Robot))) == 1
    tested = page.post("/robots", form=f"/robots/{robot.id}/test")
    assert "发送测试消息" in tested.alerts[0]
    page.post("/robots", form=f"/robots/{robot.id}/test")
    assert [each.key for each in fresh(session, select(RobotMessage))] == ["test:202306150100"]
    page.post("/robots", form=f"/robots/{robot.id}/disable")
    assert [each.active for each in fresh(session, select(Robot))] == [False]
    page.post("/robots", form=f"/robots/{robot.id}/enable")
    assert [each.active for each in fresh(session, select(Robot))] == [True]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"webhook": "https://evil.example.cn/send?key=sesame"}, "地址应以 https://qyapi.weixin.qq.com"),
        ({"webhook": "http://127.0.0.1/cgi-bin/webhook/send?key=sesame"}, "地址应以"),
        ({"name": ""}, "请填写机器人名称"),
        ({"unit": ""}, "请选择单位"),
        ({"secret": "sesame"}, "企业微信群机器人没有签名密钥"),
    ],
)
def test_a_robot_that_cannot_be(page: Visitor, session: Session, city: City, change: dict[str, str], said: str) -> None:
    page.sign_in("supervisor")
    given = {"unit": str(city.education.id), "kind": "wecom", "name": "群", "webhook": WEBHOOK, **change}
    refused = page.post("/robots", given, status=422)
    assert said in refused.text
    assert "sesame" not in refused.html
    assert fresh(session, select(Robot)) == []


def test_another_countys_robot_is_out_of_reach(page: Visitor, session: Session, city: City) -> None:
    robot = Robot(unit_id=city.education.id, kind=RobotKind.WECOM, name="别处的群", webhook=WEBHOOK, created_at=NOW)
    session.add(robot)
    session.commit()
    page.sign_in("county_supervisor")
    assert "别处的群" not in page("/robots").text
    page.send(f"/robots/{robot.id}/test", {"csrf_token": page.token()}, status=403)
    page.send(f"/robots/{robot.id}/disable", {"csrf_token": page.token(), "version": "1"}, status=403)


def test_what_a_robot_was_given_is_listed_and_tried_again(
    page: Visitor, app: Flask, session: Session, city: City
) -> None:
    robot = Robot(unit_id=city.education.id, kind=RobotKind.FEISHU, name="教育群", webhook=WEBHOOK, created_at=NOW)
    session.add(robot)
    session.flush()
    message = RobotMessage(robot_id=robot.id, key="digest:2023-06-15", day=TODAY, title="督办提醒", body="一项")
    message.recorded_at, message.state, message.error, message.attempts = NOW, MailState.FAILED, "签名校验未通过", 6
    session.add(message)
    session.commit()
    page.sign_in("supervisor")
    shown = page("/notices/sent?channel=robot&state=failed")
    assert "签名校验未通过（已试6次）" in shown.text
    after = page.post("/notices/sent?channel=robot", form=f"/notices/robot-messages/{message.id}/retry")
    assert after.alerts == ["已重新排队，几分钟内再次发送。"]
    [again] = fresh(session, select(RobotMessage))
    assert (again.state, again.attempts) == (MailState.WAITING, 0)
