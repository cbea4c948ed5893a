"""The rules of the lights as JSON: read with every fault told, written whole, said in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.lateness import JudgedBy
from tracker.domain.light_packs import SIGN_BETWEEN, SOON_BETWEEN, PackFault, light_pack_of, pack_words, rules_of
from tracker.domain.lights import LightPack
from tracker.domain.report_rhythm import NUMBERS, Every, ReportRhythm

RHYTHMS = st.sampled_from(Every).flatmap(
    lambda every: st.builds(ReportRhythm, st.just(every), st.integers(*NUMBERS[every]))
)
PACKS = st.builds(
    LightPack, st.integers(*SOON_BETWEEN), st.integers(*SIGN_BETWEEN), RHYTHMS, st.booleans(), st.sampled_from(JudgedBy)
)


@given(PACKS)
def test_what_is_written_is_read_again(pack: LightPack) -> None:
    assert light_pack_of(json.loads(json.dumps(rules_of(pack)))) == pack


def test_what_is_not_named_is_as_the_program_has_it() -> None:
    assert light_pack_of({}) == LightPack()
    assert light_pack_of({"sign_within": 5}) == LightPack(sign_within=5)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], "亮灯规则应为一组“名称：数值”，请检查。"),
        (None, "亮灯规则应为一组“名称：数值”，请检查。"),
        ({"due_soon": 7}, "亮灯规则中没有“due_soon”这一项，请删去。"),
        ({"due_soon_days": -1}, "临期天数应为0至90之间的整数，请修改。"),
        ({"due_soon_days": "7"}, "临期天数应为0至90之间的整数，请修改。"),
        ({"due_soon_days": True}, "临期天数应为0至90之间的整数，请修改。"),
        ({"due_soon_days": 7.0}, "临期天数应为0至90之间的整数，请修改。"),
        ({"sign_within": 0}, "签收期限应为1至30之间的整数，请修改。"),
        ({"sign_within": None}, "签收期限应为1至30之间的整数，请修改。"),
        ({"reports": "monthly"}, "报进展的频次应为“不要求”“每隔若干天”“每月”“每周”之一，请修改。"),
        ({"reports": {"every": "year", "number": 1}}, "报进展的频次应为“不要求”“每隔若干天”“每月”“每周”之一，请修改。"),
        ({"reports": {"every": "month", "number": 32}}, "每月的日子应为1至31之间的整数，请修改。"),
        ({"reports": {"every": "week", "number": 0}}, "每周的日子（1为星期一）应为1至7之间的整数，请修改。"),
        ({"reports": {"every": "days"}}, "每隔的天数应为1至180之间的整数，请修改。"),
        ({"reports": {"every": "week", "number": 1, "hour": 9}}, "报进展的频次中没有“hour”这一项，请删去。"),
        ({"judged_by": "luck"}, "按期的认定只能是“以办结之日为准”或“以提交之日为准”，请修改。"),
        ({"judged_by": ["submission"]}, "按期的认定只能是“以办结之日为准”或“以提交之日为准”，请修改。"),
        ({"support_red": 1}, "“配合单位逾期是否亮红灯”只能是“是”或“否”，请修改。"),
    ],
)
def test_what_cannot_be_used_is_refused(rules: object, said: str) -> None:
    with pytest.raises(PackFault) as refused:
        light_pack_of(rules)
    assert str(refused.value) == said


def test_every_fault_is_told_at_once() -> None:
    rules: dict[str, Any] = {"due_soon_days": 91, "sign_within": 31, "colour": "blue", "support_red": "no"}
    with pytest.raises(PackFault) as refused:
        light_pack_of(rules)
    assert str(refused.value).count("请") == 4


def test_the_words_say_what_the_pack_holds() -> None:
    plain = pack_words(LightPack())
    assert list(plain) == ["红灯", "黄灯", "绿灯", "不亮灯"]
    assert plain["红灯"] == ("过了完成时限仍未办结（牵头、责任、配合单位相同）。",)
    assert plain["黄灯"][0] == "离完成时限不超过7天仍未办结。"
    assert len(plain["黄灯"]) == 2
    strict = pack_words(LightPack(0, 5, ReportRhythm(Every.MONTH, 25), support_red=False))
    assert strict["红灯"] == ("牵头、责任单位过了完成时限仍未办结。",)
    assert strict["黄灯"] == (
        "完成时限当天仍未办结。",
        "下达后超过5个工作日仍未签收；另行规定签收期限的，过了所定日期仍未签收。",
        "签收后应定期报进展（每月25日前），过了应报日期仍未报。当月签收或报过的，从下月算起。",
        "配合单位过了完成时限仍未办结（不亮红灯）。",
    )


@given(PACKS)
def test_words_are_whole_sentences(pack: LightPack) -> None:
    said = [sentence for sentences in pack_words(pack).values() for sentence in sentences]
    assert all(sentence.endswith("。") for sentence in said)
