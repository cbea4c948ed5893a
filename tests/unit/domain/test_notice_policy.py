"""The rules for notices as data: read, written back, refused with what to change, and new rungs that look forward."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.notice_policy import DEFAULT_POLICY, PolicyError, following, policy_of, rules_of
from tracker.domain.notices import LADDER, NoticeKind, Paper, Step, owed, reached
from tracker.domain.quiet import may_write, next_writing_day
from tracker.domain.workdays import announced_calendar

DAY = date(2023, 6, 15)
LONG_AGO = date(2022, 1, 1)

steps = st.lists(
    st.builds(
        Step,
        st.integers(-40, 40),
        st.text("提醒催办", min_size=1, max_size=5),
        st.booleans(),
        counts_from=st.none() | st.integers(-20, 5).map(lambda days: DAY + timedelta(days=days)),
    ),
    min_size=1,
    unique_by=lambda step: step.days,
).map(lambda found: tuple(sorted(found, key=lambda step: step.days)))


def test_the_default_is_what_the_domain_says() -> None:
    assert policy_of({}) == DEFAULT_POLICY
    assert policy_of(rules_of(DEFAULT_POLICY)) == DEFAULT_POLICY
    assert [(step.days, step.paper) for step in LADDER if step.paper] == [
        (7, Paper.SLIP),
        (15, Paper.TALK),
        (30, Paper.CIRCULAR),
    ]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"stesp": []}, "不认识的规则项：stesp"),
        ({"steps": []}, "至少填写一步"),
        ({"steps": "7"}, "至少填写一步"),
        ({"steps": [{"days": 7, "label": "甲"}, {"days": 7, "label": "乙"}]}, "“甲”与“乙”是同一天"),
        ({"steps": [{"days": 7}]}, "请写明名称"),
        ({"steps": [{"days": "七", "label": "甲"}]}, "天数应为1至365之间的整数"),
        ({"steps": [{"days": True, "label": "甲"}]}, "天数应为1至365之间的整数"),
        ({"steps": [{"days": 999, "label": "甲"}]}, "1至365之间"),
        ({"steps": [{"days": -7, "label": "甲", "paper": "督办单"}]}, "在到期之前，不能附督办单"),
        ({"steps": [{"days": 7, "label": "甲", "paper": "命令"}]}, "文书只能是督办单、约谈提醒、通报"),
        ({"steps": [{"days": 7, "label": "甲", "copies_head": 1}]}, "只能填是或否"),
        ({"steps": [{"days": 7, "label": "甲", "colour": "red"}]}, "第1步的内容无法识别"),
        ({"quiet_from": 25}, "免打扰开始时间应为1到24之间的整数"),
        ({"quiet_from": 7, "quiet_to": 8}, "开始时间须晚于结束时间"),
        ({"digest_hour": 21}, "每日汇总在21点发送，正在免打扰时段内"),
        ({"cap_per_unit_per_day": 0}, "每单位每日上限应为1到500"),
        ({"unsigned": 3}, "签收时限应写明工作日天数"),
        ({"milestones": [1.5]}, "节点提醒的天数应为整数"),
        ({"working_days_only": "yes"}, "只能填是或否"),
    ],
)
def test_what_cannot_be_meant_is_refused(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyError, match=r".+") as refused:
        policy_of(rules)
    assert said in str(refused.value)


@given(ladder=steps, due=st.integers(-60, 60), since=st.integers(-20, 0))
def test_the_rule_for_tables_is_the_rule_for_one_on_any_ladder(ladder: tuple[Step, ...], due: int, since: int) -> None:
    due_on, swept = DAY + timedelta(days=due), DAY + timedelta(days=since)
    by_one = {e for e in owed(due_on, LONG_AGO, DAY, ladder, swept) if e.planned_on > swept}
    assert {e.owed for e in reached(swept, DAY, ladder) if e.due_on == due_on} == by_one


def test_a_new_rung_looks_forward() -> None:
    """A step added from a day on is told of what comes to it then, not of what had passed it before."""
    changed = following(DEFAULT_POLICY, policy_of({"steps": [{"days": 10, "label": "逾期10天"}]}), DAY)
    [step] = changed.ladder
    assert step.counts_from == DAY
    assert owed(DAY - timedelta(days=11), LONG_AGO, DAY, changed.ladder) == ()
    assert len(owed(DAY - timedelta(days=10), LONG_AGO, DAY, changed.ladder)) == 1
    kept = following(changed, policy_of({"steps": [{"days": 10, "label": "别名"}]}), DAY + timedelta(days=9))
    assert kept.ladder[0].counts_from == DAY


def test_the_labels_of_the_kinds() -> None:
    label = DEFAULT_POLICY.label_of
    assert label(NoticeKind.OVERDUE, 7) == "逾期7天（督办单）"
    assert label(NoticeKind.MILESTONE_SOON, -7) == "节点提前7天提醒"
    assert label(NoticeKind.URGED, 0) == "催办"


def test_hours_and_days_of_the_policy() -> None:
    calendar = announced_calendar()
    early = policy_of({"digest_hour": 10, "quiet_from": 18})
    at = datetime(2023, 6, 15, 9, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert [may_write(at + timedelta(minutes=n), calendar, early) for n in (0, 1, 480, 481)] == [
        False,
        True,
        True,
        False,
    ]
    assert next_writing_day(date(2023, 6, 22), calendar) == date(2023, 6, 25)  # 端午节；星期日调休上班
    always = policy_of({"working_days_only": False})
    assert next_writing_day(date(2023, 6, 22), calendar, always) == date(2023, 6, 22)
