"""The words that a clause closes, and texts without their numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.clause_text import LONGEST, Span, numberless, passages, text_key

BRACKETS = """二、重点任务
1.建立清单。逐一登记摊点。（责任单位：市教育局）
2.整修道路。补齐标线。（责任单位：市财政局）增设减速带。（责任单位：市公安局）
"""
LINES = """（一）开展排查
对摊点逐一登记。
对围挡逐处检查。
责任单位：市教育局
完成时限：6月底前
（二）长效管理
把校园周边纳入日常巡查。
责任单位：市公安局
"""


def spans(text: str, *quotes: tuple[str, str]) -> list[Span]:
    found, at = [], 0
    for quote, heading in quotes:
        at = text.index(quote, at)
        found.append(Span(at, at + len(quote), heading))
        at += len(quote)
    return found


def test_a_bracket_closes_its_paragraph_from_the_clause_before_it() -> None:
    quotes = [("（责任单位：市教育局）", ""), ("（责任单位：市财政局）", ""), ("（责任单位：市公安局）", "")]
    assert passages(BRACKETS, spans(BRACKETS, *quotes)) == [
        "1.建立清单。逐一登记摊点。（责任单位：市教育局）",
        "2.整修道路。补齐标线。（责任单位：市财政局）",
        "增设减速带。（责任单位：市公安局）",
    ]


def test_a_line_closes_the_paragraphs_under_its_heading() -> None:
    quotes = [("责任单位：市教育局\n完成时限：6月底前", "（一）开展排查"), ("责任单位：市公安局", "（二）长效管理")]
    assert passages(LINES, spans(LINES, *quotes)) == [
        "对摊点逐一登记。\n对围挡逐处检查。\n责任单位：市教育局\n完成时限：6月底前",
        "把校园周边纳入日常巡查。\n责任单位：市公安局",
    ]


def test_a_line_without_heading_closes_the_paragraph_above() -> None:
    text = "前言。\n\n补齐标线。\n\n责任单位：市财政局"
    assert passages(text, spans(text, ("责任单位：市财政局", ""))) == ["补齐标线。\n\n责任单位：市财政局"]


def test_a_clause_put_before_leaves_the_others_words_as_they_were() -> None:
    more = BRACKETS.replace("1.建立", "1.设岗。在校门口设岗。（责任单位：市公安局）\n2.建立")
    found = passages(more, spans(more, ("（责任单位：市教育局）", "二、重点任务")))
    assert found == ["2.建立清单。逐一登记摊点。（责任单位：市教育局）"]


def test_what_a_clause_closes_is_bounded() -> None:
    text = "（一）总述\n" + "空话套话。\n" * 2000 + "责任单位：市教育局"
    (found,) = passages(text, spans(text, ("责任单位：市教育局", "（一）总述")))
    assert len(found) <= LONGEST + len("责任单位：市教育局")
    assert found.startswith("空话套话。")


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6))
def test_every_passage_ends_with_its_quote_whatever_the_text(text: str, cuts: list[tuple[int, int]]) -> None:
    found = [Span(min(a, b, len(text)), min(max(a, b), len(text)), text[:3]) for a, b in cuts]
    for span, passage in zip(found, passages(text, found), strict=True):
        assert passage in text
        assert passage.endswith(text[span.start : span.end].strip())


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("一、总体要求", "总体要求"),
        ("（一）开展排查", "开展排查"),
        ("(12)开展排查", "开展排查"),
        ("3.常态巡查", "常态巡查"),
        ("3．常态巡查", "常态巡查"),
        ("2.1 常态巡查", "常态巡查"),
        ("①常态巡查", "常态巡查"),
        ("第三条 常态巡查", "常态巡查"),
        ("2023年完成排查", "2023年完成排查"),
        ("3.5万平方米绿地", "3.5万平方米绿地"),
        ("三年行动", "三年行动"),
        ("", ""),
    ],
)
def test_numbers_in_front_are_left_out(text: str, rest: str) -> None:
    assert numberless(text) == rest


def test_blanks_and_widths_make_no_difference() -> None:
    assert text_key("（责任单位： 市教育局）") == text_key("(责任单位:市教育局)")
