"""Lines cut at a fixed width are read as if they were not, and names broken by a line end are made whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.reading import read_plan
from tracker.reading.wrapping import begins_anew, breaks_off, full_line, unwrapped

PLANS = Path(__file__).parents[2] / "corpus" / "plans"
LONG_ENOUGH = (
    "01-province-lines",
    "02-city-roles",
    "06-inline-sentences",
    "07-inherited",
    "12-autonomous-region",
    "34-university-names",
    "38-dates-apart",
    "43-ways-to-lead",
)


def _cut(text: str, width: int) -> str:
    return "\n".join(line[at : at + width] for line in text.split("\n") for at in range(0, max(1, len(line)), width))


def _told(text: str) -> list[tuple[str, tuple[object, ...], object]]:
    drafts = [draft for plan in read_plan(text) for draft in plan.drafts]
    return [(re.sub(r"\s", "", draft.title), draft.units, draft.deadline.due_on) for draft in drafts]


@pytest.mark.parametrize("name", LONG_ENOUGH)
@pytest.mark.parametrize("width", [24, 30])
def test_a_plan_cut_at_a_width_tells_the_same(name: str, width: int) -> None:
    text = (PLANS / f"{name}.txt").read_text("utf-8")
    assert _told(_cut(text, width)) == _told(text)


@pytest.mark.parametrize(
    ("above", "below", "broken"),
    [
        ("责任单位：市农业农村局、市财", "政局、市水利局", True),
        ("责任单位：市住房和城", "乡建设局", True),
        ("责任单位：市财政局", "市水利局", False),
        ("完成时限：2024年", "12月底前", True),
        ("完成时限：2024年6月", "青山市人民政府", False),
        ("（责任单位：市水务局）", "青山市人民政府办公室", False),
    ],
)
def test_says_whether_a_name_or_date_is_broken(above: str, below: str, broken: bool) -> None:
    assert breaks_off(above, below) is broken


@pytest.mark.parametrize(
    "line",
    [
        "（二）完善机制",
        "3.加快建设",
        "责任单位：市水利局",
        "2024年3月1日",
        "附件：任务表",
        "青政发〔2024〕3号",
        "——推进",
    ],
)
def test_a_line_that_begins_anew_is_not_joined(line: str) -> None:
    assert begins_anew(line)


@pytest.mark.parametrize("line", ["98.5%以上", "政局、市水利局", "办发〔2021〕7号），加强保护", "设，2024年底完成。"])
def test_a_line_that_goes_on_does_not_begin_anew(line: str) -> None:
    assert not begins_anew(line)


def test_a_text_of_headings_is_not_cut_at_a_width() -> None:
    lines = [f"{n}.推进第{n}项重点任务落实见效" + "并长期坚持" * (n % 5) for n in range(1, 40)]
    assert not any(full_line(lines)(line) for line in lines)


def test_line_ends_are_taken_out() -> None:
    assert unwrapped("市财\u2028　政局、\u2028市水利局") == "市财政局、市水利局"
