"""Plans of a city that does not exist, written for the tests of intake; and readings made by hand."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

from tracker.domain.drafts import (
    Basis,
    Deadline,
    DeadlineKind,
    Doubt,
    Draft,
    Form,
    MilestoneReading,
    PlanReading,
    SourceReading,
    UnitMention,
)

PLAN = """示例市人民政府办公室
关于印发示例市校园周边环境整治实施方案的通知

示政办字〔2023〕12号

各县（市、区）人民政府，市政府有关部门：

现将《示例市校园周边环境整治实施方案》印发给你们，请认真抓好落实。

示例市人民政府办公室
2023年5月8日

示例市校园周边环境整治实施方案

一、总体要求

坚持问题导向，分步推进，让学生走得安全、家长放得下心。

二、重点任务

（一）开展排查

1.建立清单。对学校门口二百米内的摊点、网吧和施工围挡逐一登记，形成一校一册。（责任单位：市教育局、市财政局；完成时限：2023年6月底前）

2.整修道路。修补破损路面，补齐标线和减速设施。（责任单位：市住建委、市财政局；完成时限：2023年9月底前）

（二）长效管理

3.常态巡查。把校园周边纳入日常巡查，发现问题当日处置。（责任单位：市教育局；完成时限：长期坚持）

4.经费保障。统筹安排整治资金，优先保障农村学校。（责任单位：市财政局、东河县政府；完成时限：2023年3月底前）
"""

NEWS = """我市举办青少年读书活动

本报讯 昨日，青少年读书活动在市图书馆开幕，三百多名学生和家长参加。活动现场设置了朗诵、换书和讲座等环节，
气氛热烈。主办方介绍，活动将持续到月底，欢迎市民前来参与。
"""

SECRET = "秘密★1年\n\n" + PLAN


def a_draft(title: str, *units: str | UnitMention, **changes: object) -> Draft:
    """A draft whose quote is its title in brackets; a clause date unless the changes say otherwise."""
    quote = f"（{title}）"
    mentions = tuple(unit if isinstance(unit, UnitMention) else UnitMention(unit) for unit in units)
    values: dict[str, object] = {
        "path": ("二、重点任务",),
        "form": Form.BRACKET,
        "deadline": Deadline("2023年9月底前", DeadlineKind.FIXED, date(2023, 9, 30), Basis.CLAUSE, "month-end"),
        **changes,
    }
    return Draft(title=title, quote=quote, start=0, end=len(quote), units=mentions, **values)  # type: ignore[arg-type]


def a_reading(*drafts: Draft, name: str = "方案.txt", plans: int = 1) -> SourceReading:
    """A source of one plan with these drafts, laid out one per line; further plans assign nothing."""
    lines, placed, at = ["示例市整治方案"], list[Draft](), 8
    for draft in drafts:
        lines.append(draft.quote)
        placed.append(_moved(draft, at))
        at += len(draft.quote) + 1
    text = "\n".join(lines)
    first = PlanReading(
        lines[0], "示政办字〔2023〕12号", "示例市人民政府办公室", date(2023, 5, 8), None, 0, at, tuple(placed)
    )
    others = [PlanReading(f"政策解读之{n}", None, None, None, None, len(text), len(text)) for n in range(1, plans)]
    return SourceReading(name, "txt", text, hashlib.sha256(text.encode()).hexdigest(), (first, *others))


def _moved(draft: Draft, start: int) -> Draft:
    return replace(draft, start=start, end=start + len(draft.quote))


DOUBT = Doubt("due-before-issue", "完成时限早于文件印发日期，请核对")
TARGET = MilestoneReading("完成排查", date(2023, 7, 31))
