"""Tables under a header that nobody can read: with a person's word for each column they give drafts."""

from __future__ import annotations

import pytest

from tracker.domain.roles import Role
from tracker.reading.mapped import Mapping, Use, guessed, read_mapped, tables_in
from tracker.reading.plans import read_plan

HEADER = ("编号", "干什么", "谁来干", "谁帮忙", "啥时候干完", "经办")
USES = (Use.UNUSED, Use.TASK, Use.LEAD, Use.SUPPORT, Use.DEADLINE, Use.UNUSED)
ROWS = (
    ("1", "疏浚北沙河", "市水利局", "市财政局、市住建局", "2024年6月底前", "张三"),
    ("2", "改造老旧小区", "市住建局", "", "2024年11月", "李四"),
)
TEXT = "\n".join(["干活清单", "", *("\t".join(row) for row in (HEADER, *ROWS)), "", "注：按月更新。", ""])


def test_nothing_is_read_without_help_and_all_of_it_with() -> None:
    assert not [draft for plan in read_plan(TEXT) for draft in plan.drafts]
    (plan,) = read_mapped(TEXT, [Mapping(HEADER, USES)])
    assert [(draft.title, str(draft.deadline.due_on)) for draft in plan.drafts] == [
        ("疏浚北沙河", "2024-06-30"),
        ("改造老旧小区", "2024-11-30"),
    ]
    assert [[(unit.name, unit.role) for unit in draft.units] for draft in plan.drafts] == [
        [("市水利局", Role.LEAD), ("市财政局", Role.SUPPORT), ("市住建局", Role.SUPPORT)],
        [("市住建局", Role.LEAD)],
    ]


def test_places_and_quotes_are_those_of_the_text_as_it_is() -> None:
    repeated = TEXT + TEXT.replace("疏浚北沙河", "疏浚南沙河")
    plans = read_mapped(repeated, [Mapping(HEADER, USES)])
    drafts = [draft for plan in plans for draft in plan.drafts]
    assert [draft.quote.split("\t")[1] for draft in drafts] == [
        "疏浚北沙河",
        "改造老旧小区",
        "疏浚南沙河",
        "改造老旧小区",
    ]
    assert all(repeated[draft.start : draft.end] == draft.quote for draft in drafts)
    assert (plans[0].start, plans[-1].end) == (0, len(repeated.rstrip()))


def test_a_header_that_does_not_stand_in_the_text_changes_nothing() -> None:
    assert read_mapped(TEXT, [Mapping((*HEADER[:-1], "别的"), USES)]) == read_plan(TEXT)


def test_tables_are_runs_of_rows_of_one_length() -> None:
    assert tables_in(TEXT) == [[HEADER, *ROWS]]
    assert tables_in("a\tb\nc\td\ne\tf\tg\n\nh\ti") == [[("a", "b"), ("c", "d")], [("e", "f", "g")], [("h", "i")]]
    assert tables_in("没有表格\n") == []


def test_what_can_be_guessed_is_proposed() -> None:
    assert guessed(("序号", "重点任务", "谁来干", "完成时限")) == (Use.UNUSED, Use.TASK, Use.UNUSED, Use.DEADLINE)
    assert guessed(("重点任务", "牵头单位", "配合单位", "进展如何")) == (Use.TASK, Use.LEAD, Use.SUPPORT, Use.UNUSED)
    assert guessed(HEADER) == (Use.UNUSED,) * len(HEADER)


@pytest.mark.parametrize(
    ("uses", "says"),
    [
        (USES[:-1], "没有选全"),
        ((Use.UNUSED, Use.UNUSED, *USES[2:]), "任务"),
        ((Use.TASK, *USES[1:]), "只选一列"),
        ((Use.UNUSED, Use.TASK, *[Use.UNUSED] * 4), "责任单位"),
        (USES, None),
    ],
)
def test_a_mapping_says_what_is_wrong_with_it(uses: tuple[Use, ...], says: str | None) -> None:
    fault = Mapping(HEADER, uses).fault
    assert (fault is None) if says is None else (fault is not None and says in fault)
