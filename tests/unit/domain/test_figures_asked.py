"""The figure that a milestone asks for: a table of own-written milestones, and the laws of figures given."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.figures_asked import Aim, Figure, figure_of, plain, split_measure, value_given

TABLE = Path(__file__).parents[2] / "corpus" / "milestone_figures.tsv"
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
PIECES = "一二三十百千万亿第个座%以上内前不低于超过达到0123456789.,—年月日〔〕号PM（）是每"


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 120
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("text", "aim", "value", "measure"), ROWS, ids=lambda cell: cell)
def test_reads_the_figure(text: str, aim: str, value: str, measure: str) -> None:
    figure = figure_of(text)
    found = (figure.aim.sign, plain(figure.value), figure.measure or "-") if figure else ("-", "-", "-")
    assert found == (aim, value, measure)


@given(st.text(PIECES, max_size=40))
def test_any_text_is_read_or_not_and_never_fails(text: str) -> None:
    figure = figure_of(text)
    assert figure is None or (figure.value >= 0 and figure.label and figure.is_met_by(figure.value))


@given(st.integers(1, 10**7), st.sampled_from(["座", "万人", "亿元", "%", "个百分点", "公里", "千米"]))
def test_a_figure_with_its_measure_is_read_back(value: int, measure: str) -> None:
    figure = figure_of(f"改造任务达到{value}{measure}以上")
    assert figure == Figure(float(value), measure, Aim.AT_LEAST)


@pytest.mark.parametrize(
    ("typed", "measure", "value"),
    [
        ("42", "座", 42.0),
        ("1,234.5", "万元", 1234.5),
        ("95%", "%", 95.0),
        ("９５％", "%", 95.0),
        (" 4.2 ", "万人", 4.2),
        ("42000人", "万人", 4.2),
        ("4.2万", "万人", 4.2),
        ("4.2万人", "人", 42000.0),
        ("5百分点", "个百分点", 5.0),
        ("12.5公里", "公里", 12.5),
        ("约30座", "座", 30.0),
        ("-3", "%", -3.0),
        ("30", "", 30.0),
        ("1,23", "座", None),
        ("三十", "座", None),
        ("30公里", "座", None),
        ("30-40", "座", None),
        ("", "座", None),
        ("全部", "座", None),
        ("1e9", "座", None),
        ("nan", "座", None),
    ],
)
def test_what_is_typed_as_a_figure(typed: str, measure: str, value: float | None) -> None:
    assert value_given(typed, measure) == value


@pytest.mark.parametrize(
    ("measure", "parts"),
    [
        ("万人", ("万", "人")),
        ("千米", ("", "千米")),
        ("百万元", ("百万", "元")),
        ("万亿元", ("万亿", "元")),
    ],
)
def test_a_measure_and_its_multiple(measure: str, parts: tuple[str, str]) -> None:
    assert split_measure(measure) == parts


def test_the_sides_of_a_figure() -> None:
    least, most = Figure(40, "座", Aim.AT_LEAST), Figure(3.5, "个工作日", Aim.AT_MOST)
    assert (least.label, most.label) == ("不少于40座", "不超过3.5个工作日")
    assert [least.is_met_by(n) for n in (39.9, 40, 41)] == [False, True, True]
    assert [most.is_met_by(n) for n in (3, 3.5, 4)] == [True, True, False]
