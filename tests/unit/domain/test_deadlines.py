"""The deadline grammar: a table of phrases, and the laws that every rule and every reading keeps."""

from __future__ import annotations

import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.regexes import specimens
from tracker.domain.deadline_rule import Context, Grammar, Point, Rule
from tracker.domain.deadlines import RULES, find_in_clause, find_in_prose, read_deadline, rhythm_in
from tracker.domain.drafts import Basis, DeadlineKind
from tracker.domain.workdays import announced_calendar

TABLE = Path(__file__).parents[2] / "corpus" / "deadlines.tsv"
LINES = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
ROWS = [line[:5] for line in LINES]
RHYTHMS = [(line[0], line[1], line[5]) for line in LINES if len(line) > 5]
ISSUED = date(2023, 1, 4)
PIECES = (
    "2023年6月底前，；第三季度末“十四五”期间每至起自印发之日30个工作日内长期坚持春节 0123456789一二三四五六七八九十"
    "本次下周隔半旬初中首结束后—、.-/按根据规定时限即立行改已完成农历腊开学召"
)


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 560
    assert len({tuple(row[:2]) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("phrase", "issued", "kind", "due", "doubts"), ROWS, ids=lambda cell: cell)
def test_reads_the_phrase(phrase: str, issued: str, kind: str, due: str, doubts: str) -> None:
    reading = read_deadline(phrase, None if issued == "-" else date.fromisoformat(issued))
    found = (
        reading.deadline.kind.value,
        str(reading.deadline.due_on or "-"),
        ",".join(doubt.code for doubt in reading.doubts) or "-",
    )
    assert found == (kind, due, doubts)


@pytest.mark.parametrize(("phrase", "issued", "code"), RHYTHMS, ids=lambda cell: cell)
def test_a_recurring_phrase_tells_its_days(phrase: str, issued: str, code: str) -> None:
    rhythm = rhythm_in(phrase, date.fromisoformat(issued))
    assert (rhythm.code if rhythm else "-") == code


def test_every_rule_reads_some_row_of_the_table() -> None:
    read = {read_deadline(row[0], ISSUED).deadline.rule for row in ROWS}
    found = {one.rule for row in ROWS for one in find_in_clause(row[0], ISSUED)}
    assert {rule.name for rule in RULES} <= read | found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_gives_an_answer_to_all_that_it_matches(rule: Rule) -> None:
    """Every branch of its pattern, alone and before 前: a day, or the doubt why there is none."""
    context = Context(ISSUED, announced_calendar())
    texts = [text + end for text in (rule.example, *specimens(rule.compiled)) for end in ("", "前", "底前")]
    points = [rule.read(found, context) for text in texts if (found := rule.compiled.match(text))]
    assert points
    assert all(point.due_on or point.doubts or point.kind is not DeadlineKind.FIXED for point in points)


def test_several_dates_are_milestones_and_the_last_is_the_deadline() -> None:
    reading = read_deadline("2023年6月底前完成方案，9月底前建成", ISSUED)
    assert [(stone.text, stone.due_on) for stone in reading.milestones] == [
        ("2023年6月底前完成方案", date(2023, 6, 30)),
        ("9月底前建成", date(2023, 9, 30)),
    ]


@pytest.mark.parametrize(
    ("phrase", "recurrence"),
    [
        ("每年11月15日前", "yearly"),
        ("每季度末", "quarterly"),
        ("每月25日前", "monthly"),
        ("每周五", "weekly"),
        ("每5年", "every 5 years"),
    ],
)
def test_a_recurring_phrase_says_how_often(phrase: str, recurrence: str) -> None:
    assert [stone.recurrence for stone in read_deadline(phrase, ISSUED).milestones] == [recurrence]


def test_the_plans_own_period_is_its_end() -> None:
    reading = read_deadline("规划期内", ISSUED, plan_until=date(2027, 12, 31))
    assert reading.deadline.due_on == date(2027, 12, 31)


def test_blank_means_nothing_and_raises_no_doubt() -> None:
    reading = read_deadline("　：。", ISSUED)
    assert (reading.deadline.text, reading.deadline.basis, reading.doubts) == (None, None, ())


def test_a_deadline_read_in_a_clause_says_so() -> None:
    reading = read_deadline("2023年6月", ISSUED)
    assert (reading.deadline.text, reading.deadline.basis, reading.deadline.rule) == (
        "2023年6月",
        Basis.CLAUSE,
        "month",
    )


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("到2025年，建成三座水厂", ["2025-12-31"]),
        ("截至2022年底，已建成三座水厂", []),
        ("2022年9月8日，省政府印发了方案", []),
        ("自2023年起实行新办法", []),
        ("要在今年6月底前完成评估，其他各县要在10月底前完成", ["2023-06-30", "2023-10-31"]),
        ("“十四五”期间完成规范化建设", ["2025-12-31"]),
        ("2023年安排资金三千万元", []),
        ("自2023年9月1日起施行，2023年10月底前完成清理", ["2023-10-31"]),
        ("到2023年春节前，完成慰问", []),
        ("按照国家部署，长期坚持，竣工验收后交付", []),
    ],
)
def test_prose_yields_targets_and_no_history(sentence: str, days: list[str]) -> None:
    assert [str(one.point.due_on) for one in find_in_prose(sentence, ISSUED)] == days


def _nothing(_match: object, _context: object) -> Point:
    return Point(DeadlineKind.ONGOING)


@pytest.mark.parametrize(
    ("pattern", "example", "reason"),
    [("长期?|", "长期", "空"), ("长期", "短期", "例子不合"), ("长期", "长期", "")],
    ids=["matches nothing", "misses its example", "no reason"],
)
def test_a_bad_rule_fails_when_it_is_made(pattern: str, example: str, reason: str) -> None:
    with pytest.raises(ValueError, match="bad"):
        Rule("bad", "长", pattern, reason, example, _nothing)


def test_a_rule_that_is_never_tried_where_its_example_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="bad"):
        Rule("bad", "短", "长期", "reason", "长期", _nothing)


def test_two_rules_of_one_name_are_refused() -> None:
    rule = Rule("twin", "长", "长期", "reason", "长期", _nothing)
    with pytest.raises(ValueError, match="twin"):
        Grammar((rule, rule))


def test_every_row_of_the_table_begins_where_a_rule_is_tried() -> None:
    """The characters with which a rule may begin must not hide a match that its pattern would make elsewhere."""
    hidden = [
        (rule.name, row[0])
        for row in ROWS
        for rule in RULES
        for found in rule.compiled.finditer(row[0])
        if found.group() and found.group()[0] not in rule.begins and found.group()[0] not in " \u3000"
    ]
    assert hidden == []


def test_no_rule_matches_the_empty_string() -> None:
    assert not [rule.name for rule in RULES if rule.compiled.fullmatch("") or rule.compiled.search("")]


@given(
    st.text(alphabet=PIECES, max_size=40) | st.text(max_size=40),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)) | st.none(),
)
def test_any_phrase_is_read_without_raising(phrase: str, issued_on: date | None) -> None:
    reading = read_deadline(phrase, issued_on)
    assert reading.deadline.text is None or reading.deadline.text in phrase


@given(st.text(alphabet=PIECES, max_size=60))
def test_matches_stand_in_order_and_in_the_text(text: str) -> None:
    found = find_in_clause(text, ISSUED)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(this.end <= after.start for this, after in pairwise(found))


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_a_written_day_is_that_day(day: date) -> None:
    assert read_deadline(f"{day.year}年{day.month}月{day.day}日前", None).deadline.due_on == day


@given(st.integers(2000, 2098), st.integers(1, 12))
def test_a_month_ends_the_day_before_the_next_begins(year: int, month: int) -> None:
    following = f"{year + month // 12}年{month % 12 + 1}月前"
    assert (
        read_deadline(f"{year}年{month}月底前", None).deadline.due_on == read_deadline(following, None).deadline.due_on
    )


@pytest.mark.parametrize(
    "piece",
    [
        "2024年",
        "2024年6月、",
        "每年6月、",
        "自印发之日起",
        "20",
        "一",
        "第",
        " ",
        "2024 年 ",
        "长期坚持",
        "按",
        "“十四",
        "6月—",
        "前",
    ],
)
def test_reading_takes_time_linear_in_the_length(piece: str) -> None:
    """Ten times the text takes about ten times as long; a quadratic rule would take a hundred times."""
    small, large = piece * (20_000 // len(piece)), piece * (200_000 // len(piece))
    quickest = [min(_seconds(text) for _ in range(3)) for text in (small, large)]
    assert quickest[1] <= 30 * quickest[0] + 0.05


def _seconds(text: str) -> float:
    began = time.process_time()
    find_in_clause(text, ISSUED)
    find_in_prose(text, ISSUED)
    return time.process_time() - began
