"""Marking what differs between two wordings."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.word_diff import Side, marked


def shown(side: Side) -> str:
    return "".join(f"[{part.text}]" if part.changed else part.text for part in side)


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("修补路面", "修补路面", "修补路面", "修补路面"),
        ("2023年6月底前", "2023年9月底前", "2023年[6]月底前", "2023年[9]月底前"),
        ("责任单位：市教育局", "责任单位：市教育局、市财政局", "责任单位：市教育局", "责任单位：市教育局[、市财政局]"),
        ("（责任单位: 市教育局）", "（责任单位：市教育局）", "（责任单位: 市教育局）", "（责任单位：市教育局）"),
        ("达到95%以上", "达到98%以上", "达到[95%]以上", "达到[98%]以上"),
        ("", "新增一条", "", "[新增一条]"),
        ("甲乙丙丁", "子乙丑丁", "[甲乙丙]丁", "[子乙丑]丁"),
    ],
)
def test_what_is_marked(old: str, new: str, before: str, after: str) -> None:
    one, other = marked(old, new)
    assert (shown(one), shown(other)) == (before, after)


TEXTS = st.text(st.sampled_from("甲乙丙丁市局。，（）: 1\n"), max_size=60)


@given(TEXTS, TEXTS)
def test_nothing_is_lost(old: str, new: str) -> None:
    one, other = marked(old, new)
    assert ("".join(part.text for part in one), "".join(part.text for part in other)) == (old, new)


@given(TEXTS)
def test_the_same_text_has_no_mark(text: str) -> None:
    assert not any(part.changed for side in marked(text, text) for part in side)


def test_a_long_text_is_told_by_its_sentences_and_in_time() -> None:
    old = "".join(f"第{n}项工作要按时完成并报告结果。" for n in range(2000))
    new = old.replace("第900项工作要按时", "第900项工作须按时")
    started = time.process_time()
    one, other = marked(old, new)
    assert time.process_time() - started < 5
    assert [part.text for part in one if part.changed] == ["要"]
    assert [part.text for part in other if part.changed] == ["须"]
    assert "".join(part.text for part in other) == new
