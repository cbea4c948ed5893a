"""Whether an indicator is on its way: direction, line and judgement."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.figures_asked import Aim
from tracker.domain.indicator_course import CourseState, Goal, Written, course_of, goal_of, years_missing
from tracker.domain.indicators import plain_number


def written(name: str, base: str | None, target: str | None, **more: Any) -> Written:
    years = {"base_year": 2020, "target_year": 2025, **more}
    return Written(
        name, base=base, base_value=plain_number(base), target=target, target_value=plain_number(target), **years
    )


@pytest.mark.parametrize(
    ("name", "base", "target", "aim", "is_change", "value"),
    [
        ("空气质量优良天数比率", "78.4", "83", Aim.AT_LEAST, False, 83),
        ("细颗粒物浓度", "42", "35左右", Aim.AT_MOST, False, 35),
        ("地表水优良水体比例", "66.7", "≥75", Aim.AT_LEAST, False, 75),
        ("新增湿地面积", "—", "1,200", Aim.AT_LEAST, False, 1200),
        ("污水处理率", "98", "≥95", Aim.AT_LEAST, False, 95),
        ("城镇调查失业率", "4.8", "≤5.5", Aim.AT_MOST, False, 5.5),
        ("城镇调查失业率", None, "5.5", Aim.AT_MOST, False, 5.5),
        ("用水总量", None, "控制在6.2亿立方米以内", Aim.AT_MOST, False, 6.2),
        ("管网漏损率", "12", "8%以下", Aim.AT_MOST, False, 8),
        ("亿元产值事故死亡率", "0.03", "不超过0.02", Aim.AT_MOST, False, 0.02),
        ("单位地区生产总值能耗降低", None, "13.5", Aim.AT_LEAST, True, 13.5),
        ("单位产值用水量", None, "下降16%", Aim.AT_LEAST, True, 16),
        ("单位产值用水量", "50", "下降16%", Aim.AT_LEAST, True, 16),
        ("研发投入", "2.1", "年均增长8%以上", Aim.AT_LEAST, True, 8),
        ("排放降低", None, "完成下达任务", Aim.AT_LEAST, False, None),
        ("书屋数", "120", None, Aim.AT_LEAST, False, None),
    ],
)
def test_what_a_row_asks_for(  # noqa: PLR0917 - the cells of a row
    name: str, base: str | None, target: str | None, aim: Aim, is_change: bool, value: float | None
) -> None:
    goal = goal_of(written(name, base, target))
    assert (goal.aim, goal.is_change, goal.target) == (aim, is_change, value)


def a_goal(base: float | None = 70, target: float | None = 90, aim: Aim = Aim.AT_LEAST, **more: Any) -> Goal:
    return Goal("%", base, more.get("base_year", 2020), target, more.get("target_year", 2025), aim)


@pytest.mark.parametrize(("year", "expected"), [(2019, 70), (2020, 70), (2021, 74), (2023, 82), (2025, 90), (2027, 90)])
def test_the_line_from_base_to_target(year: int, expected: float) -> None:
    assert a_goal().expected(year) == pytest.approx(expected)


def test_a_base_beyond_the_target_must_only_hold_it() -> None:
    assert a_goal(98, 95).expected(2022) == 95
    assert a_goal(4.8, 5.5, Aim.AT_MOST).expected(2022) == 5.5


def test_without_base_there_is_a_line_only_from_the_target_year_on() -> None:
    assert [a_goal(None).expected(year) for year in (2024, 2025)] == [None, 90]
    assert a_goal(70, 90, target_year=None).expected(2024) is None


@pytest.mark.parametrize(
    ("goal", "year", "value", "state", "said"),
    [
        (a_goal(), 2023, 82.0, CourseState.ON_COURSE, "2023年应不少于82%，进度正常"),
        (a_goal(), 2023, 78.2, CourseState.BEHIND, "2023年应不少于82%，相差3.8个百分点"),
        (a_goal(), 2023, 91.0, CourseState.REACHED, "已达到2025年目标不少于90%"),
        (a_goal(), 2025, 90.0, CourseState.REACHED, "达到2025年目标不少于90%"),
        (a_goal(), 2025, 89.5, CourseState.MISSED, "没有达到2025年目标不少于90%，相差0.5个百分点"),
        (a_goal(42, 35, Aim.AT_MOST), 2022, 39.2, CourseState.ON_COURSE, "应不超过39.2%"),
        (a_goal(42, 35, Aim.AT_MOST), 2022, 40.0, CourseState.BEHIND, "相差0.8个百分点"),
        (a_goal(42, 35, Aim.AT_MOST), 2022, 34.0, CourseState.REACHED, "目标不超过35%"),
        (a_goal(None), 2022, 60.0, CourseState.UNJUDGED, "还差30个百分点"),
        (a_goal(target=None), 2022, 60.0, CourseState.UNJUDGED, "不是一个明确的数值"),
        (a_goal(), None, None, CourseState.NO_READING, "还没有登记完成值"),
        (a_goal(0.1, 0.4), 2021, 0.16, CourseState.ON_COURSE, "进度正常"),  # 0.1 + 0.06 is a little more in binary
    ],
)
def test_the_judgement_in_one_sentence(
    goal: Goal, year: int | None, value: float | None, state: CourseState, said: str
) -> None:
    course = course_of(goal, year, value)
    assert course.state is state
    assert said in course.why
    assert course.why.count("。") == 1


def test_years_that_lack_a_reading() -> None:
    assert years_missing(a_goal(), {2021, 2023}, 2024) == (2022, 2024)
    assert years_missing(a_goal(), set(), 2030) == (2021, 2022, 2023, 2024, 2025)
    assert years_missing(a_goal(base_year=None), set(), 2024) == ()


@given(
    st.floats(-1000, 1000),
    st.floats(-1000, 1000),
    st.sampled_from(Aim),
    st.integers(2018, 2028),
    st.floats(-1000, 1000),
)
def test_judgement_and_line_agree(base: float, target: float, aim: Aim, year: int, value: float) -> None:
    goal = a_goal(base, target, aim)
    course, line = course_of(goal, year, value), goal.expected(year)
    assert line is not None
    if course.state in (CourseState.BEHIND, CourseState.MISSED):
        assert not goal.is_met_by(value)
        assert not goal.keeps_to(value, line)
    else:
        assert goal.is_met_by(value) or goal.keeps_to(value, line)
