"""Signs that merely look right, and Markdown's marks: read through, quoted as they stand."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.drafts import Draft, Form, PlanReading
from tracker.reading import read_plan
from tracker.reading.markdown import unmarked

SIGNS = """白岩市2024年噪声污染防治工作清单
白环发〔2024〕8号
2024年3月5日
1.整治夜间施工噪声。
责任单位\u2236市生态环境局\uff64市住建局
完成时限\u2236 2024年6月底前
2.安装隔声屏障。\ufe59牵头单位\ufe55市交通运输局\ufe54配合单位\ufe55市公安局\ufe54完成时限\ufe55 2024年9月30日\ufe5a
3.治理\u2f54泵噪声。（责任单位：市\u2f54利局；完成时限：2024年8\u2f49底）
"""
MARKDOWN = """# 白岩市“高效办成一件事”实施方案

白政发〔2024〕9号　　2024年3月1日

## 一、重点任务

### （一）推进线上办理

优化政务服务网。**责任单位：** 市行政审批局、市大数据局；**完成时限：** 2024年6月底前

### （二）推进窗口办理

- **牵头单位**：市行政审批局
- **配合单位：** 各县（市、区）人民政府
- **完成时限**：2024年12月底前

### （三）公布清单

> 1. 编制清单。**（责任单位：市司法局\\*；完成时限：2024年9月）**

| 序号 | 事项 | 牵头部门 | 配合部门 | 上线时间 |
| --- | :---: | --- | --- | --- |
| 1 | 开办餐饮店“一件事” | 市市场监管局 | 市消防救援支队、市城管局 | 2024年5月底 |
| 2 | **新生儿出生“一件事”** | 市卫健委 | 市公安局、市医保局 | 6月底 |
"""


def plan_of(text: str) -> PlanReading:
    (plan,) = read_plan(text)
    assert all(text[draft.start : draft.end] == draft.quote for draft in plan.drafts)
    return plan


def told(draft: Draft) -> tuple[Form, str, list[str], date | None]:
    return draft.form, draft.title, [unit.name for unit in draft.units], draft.deadline.due_on


def test_signs_that_look_alike_are_read_as_those_meant_and_names_told_with_them() -> None:
    assert [told(draft) for draft in plan_of(SIGNS).drafts] == [
        (Form.LINE, "整治夜间施工噪声", ["市生态环境局", "市住建局"], date(2024, 6, 30)),
        (Form.BRACKET, "安装隔声屏障", ["市交通运输局", "市公安局"], date(2024, 9, 30)),
        (Form.BRACKET, "治理水泵噪声", ["市水利局"], date(2024, 8, 31)),
    ]


def test_the_marks_of_markdown_are_passed_over() -> None:
    plan = plan_of(MARKDOWN)
    assert (plan.title, plan.number, plan.issued_on) == (
        "白岩市“高效办成一件事”实施方案",
        "白政发〔2024〕9号",
        date(2024, 3, 1),
    )
    assert [told(draft) for draft in plan.drafts] == [
        (Form.INLINE, "推进线上办理", ["市行政审批局", "市大数据局"], date(2024, 6, 30)),
        (Form.LINE, "推进窗口办理", ["市行政审批局", "各县（市、区）人民政府"], date(2024, 12, 31)),
        (Form.BRACKET, "编制清单", ["市司法局"], date(2024, 9, 30)),
        (Form.TABLE, "开办餐饮店“一件事”", ["市市场监管局", "市消防救援支队", "市城管局"], date(2024, 5, 31)),
        (Form.TABLE, "新生儿出生“一件事”", ["市卫健委", "市公安局", "市医保局"], date(2024, 6, 30)),
    ]


@pytest.mark.parametrize(
    "text",
    ["- 2 -\n一、任务", "市教育局*、市财政局", "— 12 —", "#1楼改造", "目标值为5*10**3", "- 责任单位：市教育局"],
)
def test_other_texts_keep_their_signs(text: str) -> None:
    assert unmarked(text) == text


def test_marks_become_blanks_of_the_same_length() -> None:
    assert unmarked("## 一、任务\n- **责任单位：**市教育局") == "   一、任务\n    责任单位：  市教育局"
