"""What stands below a table is no part of its last row."""

from __future__ import annotations

from tracker.reading import read_plan


def test_who_keeps_a_table_is_no_unit_of_its_last_row() -> None:
    rows = "| 序号 | 重点工作 | 牵头单位 | 完成时限 |\n| 1 | 新建公园3处 | 市城管局 | 2024年9月底 |\n"
    head = "平川市2024年重点工作台账\n平政办〔2024〕5号\n2024年2月1日\n\n一、任务\n"
    text = f"{head}{rows}\n主办：市政府办公室　　督办：市政府督查室三科\n"
    (plan,) = read_plan(text)
    assert [[unit.name for unit in draft.units] for draft in plan.drafts] == [["市城管局"]]


HEAD = "平川市2024年重点工作台账\n平政办〔2024〕5号\n2024年2月1日\n\n一、任务\n"


def test_whose_web_page_it_is_is_no_part_of_the_last_row() -> None:
    rows = (
        "序号\n重点工作\n责任处室\n完成时限\n1\n修订办事指南\n政务处\n2024年5月\n2\n清理证明事项\n法规处\n2024年6月\n"
    )
    (plan,) = read_plan(f"{HEAD}{rows}\n主办：平川市数据局　　技术支持：市信息中心\n平ICP备000号\n")
    assert [[unit.name for unit in draft.units] for draft in plan.drafts] == [["政务处"], ["法规处"]]
    assert [str(draft.deadline.due_on) for draft in plan.drafts if draft.deadline] == ["2024-05-31", "2024-06-30"]


def test_a_numbered_row_broken_inside_a_cell_is_one_row() -> None:
    """Without its last cell the first line of the broken row could stand alone: its last cells may be empty."""
    rows = (
        "序号\t类别\t项目名称\t责任单位\t配合单位\t时间节点\n"
        "1\t道路\t北环路改造\t市交通运输局\t市住建局、\n市公安局\t11月通车\n"
        "2\t道路\t打通断头路3条\t市住建局\t各区政府\n"
        "3\t学校\t第三小学新建\t市教育局\t城东区政府\t8月底\n"
    )
    (plan,) = read_plan(f"{HEAD}{rows}")
    read = [(draft.title, [unit.name for unit in draft.units]) for draft in plan.drafts]
    assert read == [
        ("北环路改造", ["市交通运输局", "市住建局", "市公安局"]),
        ("打通断头路3条", ["市住建局", "各区政府"]),
        ("第三小学新建", ["市教育局", "城东区政府"]),
    ]
