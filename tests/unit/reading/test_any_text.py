"""Laws of reading: it never raises, its spans stand in the text and in order, and its time grows with the length."""

from __future__ import annotations

import json
import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.reading import read_plan
from tracker.reading.as_json import as_json
from tracker.reading.plans import read_text

WORDS = (
    *("一、", "（一）", "1.", "第一章", "1", "序号", "\n", "\n\n", "\t", "|", "　", "，", "。", "；", "、"),
    *("（", "）", "(", "【", "】", "〔", "〕", "《", "》"),
    *("责任单位：", "牵头单位:", "完成时限：", "责任人：", "整改措施：", "责任单位", "重点任务"),
    *("市公安局", "各县（市、区）政府", "等有关部门", "张伟", "和", "由"),
    *("牵头", "配合", "按职责分工负责", "供稿", "以下各项任务均需", "不再列出", "排在第一位的为牵头单位"),
    *("2023年底前", "每年", "2023年1月4日", "有效期5年"),
    *(
        "牵头单位为",
        "责任单位 市水利局",
        "市财\n政局",
        "〖",
        "〗",
        "（2024年9月底前）",
        "- 3 -\n",
        "注：加*的为牵头单位",
        "市科技局*",
    ),
    *("\u2028", "  ", "│", "同上", "合计", "牵头单位", "完成时限", "具体措施", "县（市、区）", "2.", "— 3 —"),
    *("序号\t任务\t责任单位\t完成时限\n", "指标", "2025年", "单位", "80%", "约束性", "属性", "<br>"),
    *("某市人民政府", "关于印发", "的通知", "某政发〔2023〕1号", "政策解读"),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=60).map("".join) | st.text(max_size=200)
LENIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LENIENT
@given(TEXTS)
def test_spans_stand_in_the_text_and_in_order(text: str) -> None:
    plans = read_plan(text)
    assert all(0 <= plan.start <= plan.end <= len(text) for plan in plans)
    assert all(this.end <= after.start for this, after in pairwise(plans))
    for plan in plans:
        assert all(plan.start <= draft.start < draft.end <= plan.end for draft in plan.drafts)
        assert all(text[draft.start : draft.end] == draft.quote for draft in plan.drafts)
        assert all(this.end <= after.start for this, after in pairwise(plan.drafts))


@LENIENT
@given(TEXTS)
def test_indicators_stand_in_the_text_and_in_order(text: str) -> None:
    for plan in read_plan(text):
        assert all(plan.start <= one.start < one.end <= plan.end and one.name for one in plan.indicators)
        assert all(this.start <= after.start for this, after in pairwise(plan.indicators))


@LENIENT
@given(TEXTS)
def test_what_is_read_can_be_written_as_json(text: str) -> None:
    assert json.loads(json.dumps(as_json(read_text(text, "any.txt"))))["source"]["characters"] == len(text)


@LENIENT
@given(TEXTS)
def test_a_draft_has_a_unit_or_a_doubt(text: str) -> None:
    drafts = [draft for plan in read_plan(text) for draft in plan.drafts]
    assert all(draft.units or {doubt.code for doubt in draft.doubts} & {"no-unit", "person-only"} for draft in drafts)
    assert all(unit.name.strip() for draft in drafts for unit in draft.units)


@pytest.mark.parametrize(
    "piece",
    [
        "（",
        "）",
        "（责任单位：",
        "责任单位：市公安局、",
        "2023年",
        "每年",
        "以下不再列出",
        "一、推进工作。（责任单位：市公安局）\n",
        "责任单位：市财\n政局、",
        "牵头单位为市水利局，",
        "为进一步提高城市供水保障能力，制定本方案并报市政\n",
        "（2024年9月底前）",
        "\t1\n",
        "序号\n",
        "序号\n任务\n责任单位\n",
        "序号  任务  责任单位\n",
        "序号\t任务\t责任单位\n\t\t市公安局\n",
        "|序号|任务|责任单位|\n||修路||\n",
        "序号\t指标\t2025年\n1\t绿化率\t5\n",
        "和",
        "等",
    ],
)
def test_time_grows_with_the_length(piece: str) -> None:
    """Four times the text may take at most ten times the time; a square would take sixteen."""
    short, long = _seconds(piece * 1500), _seconds(piece * 6000)
    assert long < 10 * max(short, 0.02)


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        read_plan(text)
        best = min(best, time.process_time() - begun)
    return best
