"""Who a sentence names as its doer: the units before a predicate, and nothing where it is not sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.subjects import doer_of, doers_of

NAMED = [
    ("市商务局要建立联系企业制度", ["市商务局"]),
    ("各镇人民政府、街道办事处应当明确专人负责", ["各镇人民政府", "街道办事处"]),
    ("县水务局负责河湖长制日常工作", ["县水务局"]),
    ("同时，区城管局会同区住建局开展联合执法", ["区城管局"]),
    ("涉及宅基地的，由乡镇人民政府负责调处", ["乡镇人民政府"]),
    ("教育、民政、卫健等部门要将服务纳入清单", ["教育部门", "民政部门", "卫健部门"]),
    ("市、县两级医保部门要按月通报", ["市医保部门", "县级医保部门"]),
    ("市、县（市、区）妇联应当设立服务站", ["市妇联", "县（市、区）妇联"]),
    ("市委组织部要把培训纳入计划", ["市委组织部"]),
    ("办公室设在州农业农村局，负责综合协调", ["州农业农村局"]),
    ("2024年3月1日前各成员单位报送联络员名单", ["各成员单位"]),
    ("未聘请物业的小区，由所在地的街道办事处负责", ["街道办事处"]),
    ("公安机关负责出租屋治安管理", ["公安机关"]),
]


@pytest.mark.parametrize(("sentence", "names"), NAMED)
def test_names_its_doer(sentence: str, names: list[str]) -> None:
    doer = doer_of(sentence) or next(doers_of(sentence))
    assert [unit.name for unit in doer.units] == names


@pytest.mark.parametrize(
    "sentence",
    [
        "鼓励各类企业对接高校院所",
        "加强部门协同，提高监管效能",
        "全市部门配合机制还不够顺畅",
        "建立以区域医疗中心为骨干的服务体系",
        "到2025年，覆盖率达到95%",
        "组织对服务机构进行检查",
        "政府要求不断提高",
        "市场主体应当守法经营",
        "李四为市应急管理局局长",
    ],
)
def test_says_nothing_where_no_unit_is_bound(sentence: str) -> None:
    assert list(doers_of(sentence)) == []


def test_a_later_part_may_name_another_doer() -> None:
    sentence = "县级政府强化主体责任，市财政局要按月拨付资金，市审计局负责跟踪审计"
    assert [[unit.name for unit in doer.units] for doer in doers_of(sentence)] == [
        ["县级政府"],
        ["市财政局"],
        ["市审计局"],
    ]


@given(st.text(alphabet="市县局委办要应由负责，、和等（）组织部门各级", max_size=80))
def test_spans_stand_in_order_whatever_the_words(sentence: str) -> None:
    at = 0
    for doer in doers_of(sentence):
        assert at <= doer.start < doer.end <= len(sentence)
        at = doer.end
