"""Target tables of our own writing, each with the indicators that a careful reader finds in it.

Adding ``NAME.txt`` and ``NAME.expected`` under tests/corpus/indicators adds a test. A line of the expected file is

    name | category | measure | base year value | target year value | growth | binding | units

where ``-`` is nothing and a value is as written, followed by = and its number where it is one; ``draft | title`` is a
task that the plan assigns beside its targets.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tracker.domain.drafts import PlanReading
from tracker.domain.indicators import IndicatorReading, is_measure, measure_in, plain_number
from tracker.reading import read_bytes
from tracker.reading.as_json import as_json
from tracker.reading.plans import read_text

TABLES = sorted((Path(__file__).parents[2] / "corpus" / "indicators").glob("*.txt"))


def test_there_are_tables_of_many_forms() -> None:
    assert len(TABLES) >= 10


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_reads_as_a_careful_reader_does(path: Path) -> None:
    source = read_bytes(path.read_bytes(), path.name)
    expected = path.with_suffix(".expected").read_text("utf-8").splitlines()
    assert [line for plan in source.plans for line in shown(plan)] == expected


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_rows_stand_where_they_say(path: Path) -> None:
    source = read_bytes(path.read_bytes(), path.name)
    for plan in source.plans:
        for one in plan.indicators:
            assert plan.start <= one.start < one.end <= plan.end
            row = source.text[one.start : one.end]
            assert (one.target or one.base or one.growth or "")[:3] in row.replace("\u2028", "")
        assert all(this.start <= after.start for this, after in pairwise(plan.indicators))


def shown(plan: PlanReading) -> list[str]:
    return [f"draft | {draft.title}" for draft in plan.drafts] + [_line(one) for one in plan.indicators]


def _line(one: IndicatorReading) -> str:
    cells = (
        one.name,
        one.category or "-",
        one.measure or "-",
        _value(one.base, one.base_year, one.base_value),
        _value(one.target, one.target_year, one.target_value),
        one.growth or "-",
        one.binding or "-",
        " ".join(one.units) or "-",
    )
    return " | ".join(cells)


def _value(written: str | None, year: int | None, value: float | None) -> str:
    told = "" if value is None else f" = {value:g}"
    return f"{year or '-'} {written}{told}" if written else "-"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("80", 80.0),
        ("≥60.00", 60.0),
        ("达到95%", 95.0),
        ("10小时以内", 10.0),
        ("27.00左右", 27.0),
        ("1,200", 1200.0),
        ("３．５万吨", 3.5),
        ("2025年达到90%", 90.0),
        ("不低于8万吨", 8.0),
        ("-0.5", -0.5),
        ("下降18%", None),
        ("累计增长1岁", None),
        ("1:0.80", None),
        ("3—5", None),
        ("持续提升", None),
        ("完成省任务", None),
        ("", None),
        (None, None),
    ],
)
def test_a_value_is_a_number_only_where_it_is_one(written: str | None, value: float | None) -> None:
    assert plain_number(written) == value


@pytest.mark.parametrize(
    "words", ["%", "‰", "万人", "人次", "平方米/人", "1/10万", "亿元", "张", "吨标准煤", "万元/人", "个"]
)
def test_units_of_measure(words: str) -> None:
    assert is_measure(words)


@pytest.mark.parametrize("words", ["卫生人员", "发热诊室", "2020年", "市、区", "助理", ""])
def test_what_is_no_unit_of_measure(words: str) -> None:
    assert not is_measure(words)


def test_a_change_has_no_measure_of_its_own() -> None:
    assert (measure_in("≥30平方米"), measure_in("下降18%")) == ("平方米", None)


def test_the_json_tells_indicators_beside_the_drafts() -> None:
    text = "序号\t指标\t2020年\t2025年\t属性\n1\t绿化覆盖率（%）\t38\t≥41\t约束性\n"
    (plan,) = as_json(read_text(text, "表.txt"))["plans"]
    assert plan["drafts"] == []
    (one,) = plan["indicators"]
    assert (one["name"], one["measure"], one["base_value"], one["target"]) == ("绿化覆盖率", "%", 38.0, "≥41")
    assert (one["target_value"], one["target_year"], one["binding"]) == (41.0, 2025, "binding")
    assert "绿化覆盖率" in text[one["start"] : one["end"]]


def test_traditional_characters_stay_as_written() -> None:
    text = "序號\t指標\t2020年\t2025年\t屬性\n1\t農業總產值（億元）\t38\t41\t約束性\n"
    (plan,) = read_text(text, "表.txt").plans
    assert [(one.name, one.measure) for one in plan.indicators] == [("農業總產值", "億元")]
