"""The picture of an indicator: everything lies inside it, in the right place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.figures_asked import Aim
from tracker.domain.indicator_chart import Chart, chart_of
from tracker.domain.indicator_course import Goal

GOAL = Goal("%", 70, 2020, 90, 2025, Aim.AT_LEAST)
VALUES = st.floats(-1e9, 1e9)


def test_base_readings_and_target_line() -> None:
    chart = chart_of(GOAL, {2021: 75, 2022: 74})
    assert chart is not None
    assert chart.base is not None
    assert chart.target is not None
    assert (chart.base.x, chart.target.x) == (chart.left, chart.right)
    assert chart.line == (chart.base, chart.target)
    assert [(spot.year, spot.words, spot.is_good) for spot in chart.readings] == [
        (2021, "75", True),
        (2022, "74", False),
    ]
    assert [tick.words for tick in chart.years] == ["2020", "2021", "2022", "2023", "2024", "2025"]
    assert [tick.words for tick in chart.values] == ["70", "75", "80", "85", "90"]
    assert Chart.path(chart.line) == f"52.0,{chart.bottom:.1f} 400.0,{chart.top:.1f}"


def test_the_target_stays_level_after_its_year_and_where_there_is_no_base() -> None:
    later = chart_of(GOAL, {2027: 91})
    assert later is not None
    assert [spot.year for spot in later.line] == [2020, 2025, 2027]
    assert later.line[1].y == later.line[2].y
    level = chart_of(Goal("%", None, None, 90, 2025, Aim.AT_LEAST), {2023: 80})
    assert level is not None
    assert len({spot.y for spot in level.line}) == 1


def test_a_single_year_is_no_picture() -> None:
    assert chart_of(Goal("", None, None, None, None, Aim.AT_LEAST), {2023: 5}) is None
    assert chart_of(Goal("", None, None, None, None, Aim.AT_LEAST), {}) is None


@given(
    st.none() | VALUES,
    st.none() | VALUES,
    st.sampled_from(Aim),
    st.dictionaries(st.integers(1990, 2100), VALUES, max_size=12),
)
def test_nothing_lies_outside(base: float | None, target: float | None, aim: Aim, readings: dict[int, float]) -> None:
    chart = chart_of(Goal("", base, 2020, target, 2025, aim), readings)
    if chart is None:
        return
    spots = [*chart.line, *chart.readings, *(spot for spot in (chart.base, chart.target) if spot)]
    assert all(chart.left - 0.01 <= spot.x <= chart.right + 0.01 for spot in spots)
    assert all(chart.top - 0.01 <= spot.y <= chart.bottom + 0.01 for spot in spots)
    assert len(chart.years) <= 8
    assert 2 <= len(chart.values) <= 8
    ups = sorted(chart.readings, key=lambda spot: spot.value)
    assert [spot.y for spot in ups] == sorted((spot.y for spot in ups), reverse=True)
