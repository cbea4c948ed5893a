"""Automatic numbers of Word stand in the text as the page shows them."""

from __future__ import annotations

import pytest

from tests.unit.reading.formats.word_files import definition, docx, item, level, num, p
from tracker.reading.formats import extract
from tracker.reading.formats.number_words import number_words


def lines(body: str, numbering: str, styles: str = "") -> list[str]:
    return extract(docx(body, numbering=numbering, styles=styles), "方案.docx").text.splitlines()


PLAN_LEVELS = definition(
    level(0, "chineseCountingThousand", "%1、", '<w:suff w:val="nothing"/>'),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimal", "（%4）"),
    level(4, "decimalEnclosedCircle", "%5"),
)


def test_the_levels_of_an_official_plan() -> None:
    body = "".join(item(f"第{depth}级", depth) for depth in (0, 1, 2, 3, 4, 4, 2, 1, 2, 0, 1))
    assert lines(body, PLAN_LEVELS + num()) == [
        "一、第0级",
        "（一）第1级",
        "1. 第2级",
        "（1）第3级",
        "①第4级",
        "②第4级",
        "2. 第2级",
        "（二）第1级",
        "1. 第2级",
        "二、第0级",
        "（一）第1级",
    ]


def test_a_label_that_would_run_into_the_words_is_set_apart() -> None:
    numbering = definition(level(0, "chineseCounting", "第%1章"), level(1, "decimal", "%1.%2", "<w:isLgl/>")) + num()
    assert lines(item("总则") + item("2024年目标", 1), numbering) == ["第一章 总则", "1.1 2024年目标"]


def test_a_label_names_the_levels_above_in_their_own_format() -> None:
    numbering = definition(level(0, "upperRoman", "%1."), level(1, "lowerLetter", "%1-%2)")) + num()
    assert lines(item("甲") + item("乙", 1) + item("丙", 1), numbering) == ["I. 甲", "I-a)乙", "I-b)丙"]


def test_legal_numbering_makes_the_levels_above_figures() -> None:
    numbering = definition(level(0, "chineseCounting", "%1、"), level(1, "decimal", "%1.%2", "<w:isLgl/>")) + num()
    assert lines(item("甲") + item("乙", 1), numbering) == ["一、甲", "1.1 乙"]


def test_a_list_may_restart_a_level_and_start_elsewhere() -> None:
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    numbering = definition(level(0, "decimal", "%1）")) + num(1) + num(2, more=restart)
    body = item("甲") + item("乙") + item("丙", number=2) + item("丁", number=2) + item("戊")
    assert lines(body, numbering) == ["1）甲", "2）乙", "5）丙", "6）丁", "7）戊"]


def test_lists_of_one_definition_count_on_together_and_others_do_not() -> None:
    numbering = definition(level(0, "decimal", "%1）")) + definition(level(0, "decimal", "%1）"), name=1)
    body = item("甲") + item("乙", number=2) + item("丙", number=3)
    assert lines(body, numbering + num(1) + num(2) + num(3, name=1)) == ["1）甲", "2）乙", "1）丙"]


def test_a_list_may_replace_a_level() -> None:
    replaced = f'<w:lvlOverride w:ilvl="0">{level(0, "ideographTraditional", "（%1）", start=3)}</w:lvlOverride>'
    numbering = definition(level(0, "decimal", "%1）")) + num(1, more=replaced)
    assert lines(item("甲项") + item("乙项"), numbering) == ["（丙）甲项", "（丁）乙项"]


@pytest.mark.parametrize(("restart", "third"), [("", "（1）丁"), ('<w:lvlRestart w:val="0"/>', "（3）丁")])
def test_a_level_restarts_after_a_higher_one_unless_told_not_to(restart: str, third: str) -> None:
    numbering = definition(level(0, "chineseCounting", "%1、"), level(1, "decimal", "（%2）", restart)) + num()
    body = item("甲") + item("乙", 1) + item("丙", 1) + item("下", 0) + item("丁", 1)
    assert lines(body, numbering)[-1] == third


def test_a_level_may_restart_only_after_a_certain_one() -> None:
    levels = (
        level(0, "decimal", "%1、"),
        level(1, "decimal", "（%2）"),
        level(2, "decimal", "%3）", '<w:lvlRestart w:val="1"/>'),
    )
    body = item("甲") + item("乙", 1) + item("丙", 2) + item("丁", 1) + item("戊", 2) + item("己") + item("庚", 2)
    assert lines(body, definition(*levels) + num()) == [
        "1、甲",
        "（1）乙",
        "1）丙",
        "（2）丁",
        "2）戊",
        "2、己",
        "1）庚",
    ]


def test_a_style_gives_its_level_and_styles_inherit() -> None:
    numbering = definition(
        level(0, "chineseCounting", "%1、", '<w:pStyle w:val="First"/>'),
        level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="Second"/>'),
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}">{based}'
        f'<w:pPr><w:numPr>{ilvl}<w:numId w:val="{number}"/></w:numPr></w:pPr></w:style>'
        for name, based, ilvl, number in (
            ("First", "", "", 1),
            ("Second", "", '<w:ilvl w:val="7"/>', 1),
            ("None", '<w:basedOn w:val="First"/>', "", 0),
        )
    )
    styles += '<w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="Second"/></w:style>'
    body = "".join(p(style, f'<w:pStyle w:val="{style}"/>') for style in ("First", "Second", "Child", "None", "First"))
    assert lines(body, numbering + num(), styles) == ["一、First", "（一）Second", "（二）Child", "None", "二、First"]


def test_a_paragraph_may_take_only_the_level_from_itself_or_no_number_at_all() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="S"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = (
        p("甲", '<w:pStyle w:val="S"/>')
        + p("乙", '<w:pStyle w:val="S"/><w:numPr><w:ilvl w:val="1"/></w:numPr>')
        + p("丙", '<w:pStyle w:val="S"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    )
    assert lines(body, PLAN_LEVELS + num(), styles) == ["一、甲", "（一）乙", "丙"]


def test_a_definition_may_point_to_a_list_style() -> None:
    numbering = definition(more='<w:numStyleLink w:val="Lists"/>', name=5) + PLAN_LEVELS + num(1, 5) + num(2, 0)
    styles = (
        '<w:style w:type="numbering" w:styleId="Lists"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    )
    assert lines(item("甲") + item("乙", 1), numbering, styles) == ["一、甲", "（一）乙"]


def test_definitions_that_point_at_each_other_end() -> None:
    numbering = definition(more='<w:numStyleLink w:val="A"/>', name=5) + num(1, 5)
    styles = (
        '<w:style w:type="numbering" w:styleId="A"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    assert lines(item("甲"), numbering, styles) == ["甲"]


def test_bullets_number_nothing_but_fixed_words_are_shown() -> None:
    numbering = definition(level(0, "bullet", "\uf0b7")) + definition(level(0, "bullet", "备注："), name=1)
    assert lines(item("甲") + item("乙", number=2), numbering + num() + num(2, 1)) == ["甲", "备注：乙"]


def test_empty_and_deleted_paragraphs_show_no_number_but_only_the_empty_one_counts() -> None:
    gone = (
        p("丙", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del/></w:rPr>')
        .replace("<w:r>", "<w:del><w:r>")
        .replace("</w:r></w:p>", "</w:r></w:del></w:p>")
    )
    assert lines(item("甲") + item("") + gone + item("丁"), PLAN_LEVELS + num()) == ["一、甲", "", "三、丁"]


def test_a_hidden_number_is_not_shown() -> None:
    numbering = definition(level(0, "decimal", "%1、", "<w:rPr><w:vanish/></w:rPr>")) + num()
    assert lines(item("甲"), numbering) == ["甲"]


@pytest.mark.parametrize("numbering", ["", num(), definition(level(4, "decimal", "%5.")) + num(), num(1, 9)])
def test_a_list_that_is_not_defined_shows_nothing(numbering: str) -> None:
    assert lines(item("甲"), numbering) == ["甲"]


@pytest.mark.parametrize(
    ("format", "written"),
    [
        ("decimal", {1: "1", 100: "100"}),
        ("decimalZero", {3: "03", 12: "12"}),
        ("decimalFullWidth", {12: "１２"}),
        ("chineseCounting", {1: "一", 10: "十", 11: "十一", 20: "二十", 99: "九十九", 105: "一〇五"}),
        (
            "chineseCountingThousand",
            {10: "十", 12: "十二", 100: "一百", 105: "一百零五", 110: "一百一十", 2003: "二千零三"},
        ),
        ("japaneseCounting", {1: "一", 21: "二十一", 112: "一百一十二"}),
        ("taiwaneseCountingThousand", {15: "十五"}),
        ("ideographDigital", {10: "一〇", 21: "二一"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {1: "子", 12: "亥", 13: "13"}),
        ("chineseLegalSimplified", {3: "叁", 12: "壹拾贰", 305: "叁佰零伍"}),
        ("ideographLegalTraditional", {2: "貳"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "㉑", 36: "㊱", 50: "㊿", 51: "51"}),
        ("decimalEnclosedCircleChinese", {9: "⑨"}),
        ("decimalEnclosedParen", {2: "⑵", 21: "21"}),
        ("decimalEnclosedFullstop", {2: "⒉"}),
        ("ideographEnclosedCircle", {1: "㊀"}),
        ("upperRoman", {4: "IV", 1999: "MCMXCIX", 10**7: "10000000"}),
        ("lowerRoman", {9: "ix"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA", 53: "AAA", 10**7: "10000000"}),
        ("lowerLetter", {2: "b"}),
        ("numberInDash", {3: "- 3 -"}),
        ("none", {3: ""}),
        ("ordinalText", {3: "3"}),
        ("chineseCountingThousand", {0: "零", 10000: "10000", -1: "-1"}),
    ],
)
def test_formats_of_numbers(format: str, written: dict[int, str]) -> None:
    assert {number: number_words(number, format) for number in written} == written
