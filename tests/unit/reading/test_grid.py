"""What stands below a table is no part of its last row."""

from __future__ import annotations

from tracker.reading import read_plan


def test_who_keeps_a_table_is_no_unit_of_its_last_row() -> None:
    rows = "| 序号 | 重点工作 | 牵头单位 | 完成时限 |\n| 1 | 新建公园3处 | 市城管局 | 2024年9月底 |\n"
    head = "平川市2024年重点工作台账\n平政办〔2024〕5号\n2024年2月1日\n\n一、任务\n"
    text = f"{head}{rows}\n主办：市政府办公室　　督办：市政府督查室三科\n"
    (plan,) = read_plan(text)
    assert [[unit.name for unit in draft.units] for draft in plan.drafts] == [["市城管局"]]
