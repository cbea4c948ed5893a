"""Assignments in running words, and dated duties outside clauses."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.drafts import Draft, Form
from tracker.reading import read_plan

HEAD = "平川市人民政府关于加强社区服务的实施意见\n平政发〔2024〕8号\n各县（市、区）人民政府：\n"
TAIL = "\n平川市人民政府\n2024年2月20日\n"


def drafts_in(body: str) -> tuple[Draft, ...]:
    (plan,) = read_plan(f"{HEAD}{body}{TAIL}")
    return plan.drafts


def only(body: str) -> Draft:
    (draft,) = drafts_in(body)
    return draft


@pytest.mark.parametrize(
    ("sentence", "title"),
    [
        ("市民政局要健全社区服务标准。", "健全社区服务标准"),
        ("涉及资金方面的事项，由市财政局负责和协调。", "资金事项"),
        ("住建部门依据规划按年度安排改造项目。", "依据规划按年度安排改造项目"),
        ("市统计局要按照统一部署，开展季度监测。", "开展季度监测"),
    ],
)
def test_the_deed_is_the_title(sentence: str, title: str) -> None:
    draft = only(f"一、组织实施\n{sentence}")
    assert (draft.form, draft.title) == (Form.PROSE, title)


def test_partners_support_and_who_leads_leads() -> None:
    draft = only("一、组织实施\n市商务局牵头，会同市财政局等部门制定奖补办法。")
    assert [(unit.name, unit.role.value) for unit in draft.units] == [
        ("市商务局", "lead"),
        ("市财政局", "support"),
    ]
    draft = only("一、组织实施\n市商务局会同市财政局等部门制定奖补办法。")
    assert [(unit.name, unit.role.value) for unit in draft.units] == [
        ("市商务局", "responsible"),
        ("市财政局", "support"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "各级各部门要高度重视，提高政治站位。",
        "市公安局已建成三个站点。",
        "违反规定的，由公安机关依法给予处罚。",
        "市教育局组织开展了专项检查。",
        "各单位要落实责任，不得推诿扯皮。",
        "各责任单位要加强协同，定期调度。",
        "各责任单位要强化措施，加快工作进度。",
        "各牵头单位要履行主体责任。",
        "市政府督查室要加强跟踪督办。",
        "本办法由市民政局负责解释。",
        "经市政府同意，现将《平川市推进社区服务实施方案》印发给你们，请认真执行。",
        "建立由市委宣传部牵头、相关部门参与的联席会议制度。",
        "联系人：市政府研究室　田某某　　联系电话：0000—5200000",
        "基本服务是由国家直接提供或者通过一定方式支持相关主体向居民提供的服务。",
    ],
)
def test_exhortations_the_past_and_penalties_assign_nothing(sentence: str) -> None:
    assert drafts_in(f"一、组织实施\n{sentence}") == ()


def test_the_name_of_a_paper_assigns_nothing() -> None:
    assert drafts_in("平川市推进社区服务体系建设实施方案") == ()


def test_a_deed_of_two_characters_is_told_with_how_often() -> None:
    assert only("以上任务由市民政局汇总，按月通报。").title == "汇总，按月通报"


def test_a_paragraph_that_a_clause_closes_yields_that_clause_alone() -> None:
    draft = only("一、主要任务\n（一）规范窗口。市司法局要公布清单。（责任单位：市司法局，完成时限：2024年6月）")
    assert draft.form is Form.BRACKET


@pytest.mark.parametrize(
    ("sentence", "title", "units", "due"),
    [
        (
            "各成员单位于3月15日前将工作方案报市民政局备案。",
            "工作方案报市民政局备案",
            ["各成员单位"],
            date(2024, 3, 15),
        ),
        ("2024年10月底前，完成全市社区摸底排查。", "完成全市社区摸底排查", [], date(2024, 10, 31)),
        (
            "认真填写《登记表》（附件2），于2024年4月5日前报送市民政局。",
            "认真填写《登记表》（附件2），报送市民政局",
            [],
            date(2024, 4, 5),
        ),
    ],
)
def test_a_dated_duty(sentence: str, title: str, units: list[str], due: date) -> None:
    draft = only(f"一、有关要求\n{sentence}")
    assert (draft.form, draft.title, [unit.name for unit in draft.units]) == (Form.DUTY, title, units)
    assert draft.deadline.due_on == due


def test_a_duty_without_a_doer_takes_the_one_before_it_and_says_so() -> None:
    drafts = drafts_in("一、有关要求\n各县要逐村建立台账。年度总结于2024年11月30日前报市民政局。")
    assert [(draft.form, [unit.name for unit in draft.units]) for draft in drafts] == [
        (Form.PROSE, ["各县"]),
        (Form.DUTY, ["各县"]),
    ]
    assert "doer-from-context" in [doubt.code for doubt in drafts[1].doubts]


@pytest.mark.parametrize(
    "sentence",
    [
        "到2025年，社区服务设施覆盖率达到95%以上。",
        "本意见自2024年3月1日起施行，有效期5年。",
        "根据省政府部署，2023年12月已完成试点。",
        "“十四五”时期（2021—2025年）是全面提升的关键期。",
    ],
)
def test_targets_and_background_are_no_duties(sentence: str) -> None:
    assert drafts_in(f"一、总体要求\n{sentence}") == ()
