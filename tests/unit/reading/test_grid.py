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


def test_rows_between_wide_blanks_are_rows_also_where_one_is_broken_inside_a_cell() -> None:
    rows = (
        "序号　　存在问题　　整改措施　　牵头单位　　配合单位　　整改时限\n"
        "1　　滨河路垃圾清运不及时　　增加清运车辆，每日两次　　区城管局　　滨河街道　　2024年1月10日前\n"
        "2　　老城区三处窨井盖破损　　逐一更换并建立台账　　区住建局　　区公安分局交警大队、\n"
        "老城街道　　2024年2月底前\n"
        "3　　农贸市场占道经营　　划定区域，规范管理　　区市场监管局　　区城管局、各街道　　2024年3月31日前\n"
    )
    (plan,) = read_plan(f"{HEAD}{rows}\n")
    read = [(draft.title, len(draft.units), str(draft.deadline and draft.deadline.due_on)) for draft in plan.drafts]
    assert read == [
        ("滨河路垃圾清运不及时", 2, "2024-01-10"),
        ("老城区三处窨井盖破损", 3, "2024-02-29"),
        ("农贸市场占道经营", 3, "2024-03-31"),
    ]


def test_a_heading_that_names_a_field_parts_no_task() -> None:
    text = (
        "（一）推进污水治理\n1.工作内容\n铺设管网12公里。\n2.责任分工\n牵头单位：镇生态环境办\n配合单位：各村\n"
        "3.进度安排\n完成时限：2024年10月底前\n（二）拆除危旧房\n1.责任分工\n牵头单位：镇村镇建设办\n"
    )
    (plan,) = read_plan(f"{HEAD}{text}")
    read = [(draft.title, str(draft.deadline and draft.deadline.due_on)) for draft in plan.drafts]
    assert read == [("推进污水治理", "2024-10-31"), ("拆除危旧房", "2024-12-31")]  # the year in the title
