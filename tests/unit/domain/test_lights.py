"""Lights on every kind of day, each with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.lifecycle import State, TaskState
from tracker.domain.lights import (
    AssignmentFacts,
    Light,
    LightPack,
    LitLight,
    is_overdue,
    light_of,
    plain_workdays,
    report_owed_on,
)
from tracker.domain.report_rhythm import Every, ReportRhythm
from tracker.domain.roles import Role

DUE = date(2023, 6, 30)
SIGNED = AssignmentFacts(State.IN_PROGRESS, DUE, dispatched_on=date(2023, 1, 4))
FRIDAY = date(2023, 6, 2)
MONTHLY = LightPack(reports=ReportRhythm(Every.MONTH, 25))
UNSIGNED = AssignmentFacts(State.DISPATCHED, date(2023, 12, 31), dispatched_on=FRIDAY)


@pytest.mark.parametrize(
    ("facts", "day", "expected"),
    [
        (SIGNED, date(2023, 7, 15), LitLight(Light.RED, "时限为2023年6月30日，已逾期15天，尚未办结。", "逾期")),
        (SIGNED, date(2023, 7, 1), LitLight(Light.RED, "时限为2023年6月30日，已逾期1天，尚未办结。", "逾期")),
        (SIGNED, DUE, LitLight(Light.YELLOW, "今天（2023年6月30日）到期，尚未办结。", "临期")),
        (SIGNED, date(2023, 6, 23), LitLight(Light.YELLOW, "离时限（2023年6月30日）还有7天，尚未办结。", "临期")),
        (SIGNED, date(2023, 6, 22), LitLight(Light.GREEN, "离时限（2023年6月30日）还有8天，正常办理。")),
        (UNSIGNED, date(2023, 6, 7), LitLight(Light.GREEN, "离时限（2023年12月31日）还有207天，正常办理。")),
        (
            UNSIGNED,
            date(2023, 6, 8),
            LitLight(Light.YELLOW, "2023年6月2日下达，超过3个工作日仍未签收。", "未签收"),
        ),
        (replace(SIGNED, due_on=None), date(2030, 1, 1), LitLight(Light.NONE, "未定时限，不亮灯。")),
        (
            replace(SIGNED, state=State.SUSPENDED),
            date(2024, 1, 1),
            LitLight(Light.NONE, "已中止（挂账），恢复办理前不亮灯。"),
        ),
        (
            replace(SIGNED, task_state=TaskState.COMPLETED),
            date(2024, 1, 1),
            LitLight(Light.NONE, "任务已办结，本单位的分工不再催办，不亮灯。"),
        ),
        (
            replace(UNSIGNED, task_state=TaskState.WITHDRAWN),
            date(2024, 1, 1),
            LitLight(Light.NONE, "任务已撤销，本单位的分工不再催办，不亮灯。"),
        ),
        (replace(SIGNED, state=State.WITHDRAWN), date(2024, 1, 1), LitLight(Light.NONE, "已撤销，不再亮灯。")),
        (
            replace(SIGNED, state=State.COMPLETED, completed_on=DUE),
            date(2024, 1, 1),
            LitLight(Light.GREEN, "已于2023年6月30日办结，按办结之日认定，未超时限（2023年6月30日）。"),
        ),
        (
            replace(SIGNED, state=State.COMPLETED, completed_on=date(2023, 7, 3)),
            date(2024, 1, 1),
            LitLight(Light.GREEN, "已于2023年7月3日办结，按办结之日认定，比时限（2023年6月30日）晚3天。", is_late=True),
        ),
        (
            replace(SIGNED, state=State.COMPLETED, due_on=None, completed_on=DUE),
            date(2024, 1, 1),
            LitLight(Light.NONE, "已于2023年6月30日办结，未定时限，不亮灯。"),
        ),
    ],
)
def test_light_and_reason(facts: AssignmentFacts, day: date, expected: LitLight) -> None:
    assert light_of(facts, day) == expected


@pytest.mark.parametrize("state", [State.DISPATCHED, State.DECLINED, State.IN_PROGRESS, State.SUBMITTED])
def test_everything_still_awaited_is_red_after_its_day(state: State) -> None:
    assert light_of(replace(SIGNED, state=state), date(2023, 7, 1)).light is Light.RED


def test_overdue_outweighs_every_other_reason() -> None:
    facts = replace(UNSIGNED, due_on=DUE, state=State.IN_PROGRESS)
    assert light_of(facts, date(2023, 8, 1), pack=MONTHLY).word == "逾期"


def test_a_calendar_of_holidays_moves_the_day_of_signing() -> None:
    def skips_a_holiday(start: date, count: int) -> date:
        return plain_workdays(start, count) + timedelta(days=3)

    assert light_of(UNSIGNED, date(2023, 6, 8), skips_a_holiday).light is Light.GREEN
    assert light_of(UNSIGNED, date(2023, 6, 11), skips_a_holiday).light is Light.YELLOW


@pytest.mark.parametrize(
    ("facts", "day", "expected"),
    [
        (SIGNED, date(2023, 5, 25), LitLight(Light.GREEN, "离时限（2023年6月30日）还有36天，正常办理。")),
        (SIGNED, date(2023, 5, 26), LitLight(Light.YELLOW, "应于2023年5月25日前报进展，至今未报。", "迟报")),
        (
            replace(SIGNED, due_on=None),
            date(2023, 5, 26),
            LitLight(Light.YELLOW, "应于2023年5月25日前报进展，至今未报。", "迟报"),
        ),
        (replace(SIGNED, due_on=None), date(2023, 5, 25), LitLight(Light.NONE, "未定时限，不亮灯。")),
        (
            replace(SIGNED, state=State.SUBMITTED),
            date(2023, 5, 26),
            LitLight(Light.GREEN, "离时限（2023年6月30日）还有35天，正常办理。"),
        ),
        (
            replace(UNSIGNED, dispatched_on=date(2023, 5, 25)),
            date(2023, 5, 26),
            LitLight(Light.GREEN, "离时限（2023年12月31日）还有219天，正常办理。"),
        ),
    ],
)
def test_a_report_is_owed_by_the_packs_rhythm(facts: AssignmentFacts, day: date, expected: LitLight) -> None:
    assert light_of(replace(facts, took_up_on=date(2023, 4, 12)), day, pack=MONTHLY) == expected
    assert report_owed_on(replace(facts, took_up_on=date(2023, 4, 12)), LightPack()) is None


def test_without_a_day_of_taking_up_the_dispatch_counts() -> None:
    assert report_owed_on(replace(SIGNED, dispatched_on=date(2023, 5, 3)), MONTHLY) == date(2023, 6, 25)
    assert report_owed_on(UNSIGNED, MONTHLY) is None


def test_a_pack_may_leave_units_in_support_without_red() -> None:
    lenient, late = LightPack(support_red=False), date(2023, 7, 2)
    support = replace(SIGNED, role=Role.SUPPORT)
    said = LitLight(Light.YELLOW, "时限为2023年6月30日，已逾期2天，尚未办结；配合单位逾期不亮红灯。", "逾期")
    assert light_of(support, late, pack=lenient) == said
    assert light_of(support, late).light is Light.RED
    assert light_of(replace(SIGNED, role=Role.LEAD), late, pack=lenient).light is Light.RED
    assert light_of(support, DUE, pack=lenient).word == "临期"


def test_the_thresholds_are_the_pack_s() -> None:
    assert light_of(SIGNED, date(2023, 6, 1), pack=LightPack(due_soon_days=30)).light is Light.YELLOW
    assert light_of(UNSIGNED, date(2023, 6, 8), pack=LightPack(sign_within=4)).light is Light.GREEN


def test_a_completed_row_without_its_day_is_refused() -> None:
    with pytest.raises(ValueError, match="缺少办结日期"):
        light_of(replace(SIGNED, state=State.COMPLETED), DUE)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2023, 6, 5), 3, date(2023, 6, 8)),  # Monday to Thursday
        (FRIDAY, 1, date(2023, 6, 5)),
        (date(2023, 6, 4), 1, date(2023, 6, 5)),  # from a Sunday
        (FRIDAY, 0, FRIDAY),
    ],
)
def test_plain_working_days(start: date, count: int, expected: date) -> None:
    assert plain_workdays(start, count) == expected


DAYS = st.dates(date(2022, 1, 1), date(2027, 12, 31))


FACTS = st.builds(AssignmentFacts, st.sampled_from(State), st.none() | DAYS, DAYS, DAYS, st.none())


@given(FACTS, st.sampled_from(TaskState), DAYS)
def test_red_means_overdue_and_nothing_else(facts: AssignmentFacts, task_state: TaskState, day: date) -> None:
    lit = light_of(replace(facts, task_state=task_state), day)
    assert (lit.light is Light.RED) == is_overdue(facts.state, facts.due_on, day, task_state)
    assert lit.why.endswith("。")
    assert lit.why.count("。") == 1
    assert bool(lit.word) == (lit.light in (Light.RED, Light.YELLOW))


@given(DAYS, DAYS)
def test_an_open_light_only_worsens_until_it_is_red(due_on: date, dispatched_on: date) -> None:
    facts = AssignmentFacts(State.IN_PROGRESS, due_on, dispatched_on)
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    shown = [order.index(light_of(facts, due_on + timedelta(days=n)).light) for n in range(-20, 20)]
    assert shown == sorted(shown)
    assert set(shown) == {0, 1, 2}


def test_every_light_has_its_words() -> None:
    assert [(light.label, light.word) for light in Light] == [
        ("红灯", "逾期"),
        ("黄灯", "临期"),
        ("绿灯", ""),
        ("不亮灯", ""),
    ]
