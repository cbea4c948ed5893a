"""Two versions of a plan of a city that does not exist, and what stands between them."""

from __future__ import annotations

HEAD = """示例市人民政府办公室
关于印发示例市护学行动实施方案的通知

{number}

各县（市、区）人民政府，市政府有关部门：

现将《示例市护学行动实施方案》印发给你们，请认真抓好落实。

示例市人民政府办公室
{issued}

示例市护学行动实施方案

一、总体要求

坚持问题导向，分步推进，让学生走得安全、家长放得下心。

二、重点任务

"""
NUMBER = "示政办字〔2023〕31号"

LISTS = (
    "（{n}）建立清单。对学校门口二百米内的摊点、网吧和施工围挡逐一登记，形成一校一册。"
    "（责任单位：市教育局；完成时限：2023年6月底前）"
)
ROADS = "（{n}）整修道路。修补破损路面，补齐标线和减速设施。（责任单位：市财政局；完成时限：2023年9月底前）"
ROADS_LATER = ROADS.replace("9月底前", "11月底前")
PATROL = (
    "（{n}）组织巡查。把校园周边纳入日常巡查，发现问题当日处置。"
    "（责任单位：市教育局、市财政局；完成时限：2023年8月底前）"
)
PATROL_OTHERS = PATROL.replace("市财政局", "东河县政府")
MONEY = "（{n}）保障经费。统筹安排整治资金，优先保障农村学校。（责任单位：市财政局；完成时限：2023年10月底前）"
MONEY_REWORDED = (
    "（{n}）保障经费。统筹安排整治资金，优先保障农村学校和寄宿制学校。（责任单位：市财政局；完成时限：2023年10月底前）"
)
LESSONS = (
    "（{n}）开展教育。每所学校上好一堂交通安全课，做到师生全员参加。（责任单位：市教育局；完成时限：2023年5月底前）"
)
POSTS = "（{n}）设置护学岗。上下学时段在校门口设岗，疏导接送车辆。（责任单位：东河县政府；完成时限：2023年9月底前）"

_NUMERALS = "一二三四五六七八九十"


def a_version(*clauses: str, number: str = NUMBER, issued: str = "2023年5月8日") -> str:
    """A plan with these clauses, numbered in their order."""
    body = "\n\n".join(clause.format(n=_NUMERALS[place]) for place, clause in enumerate(clauses))
    return f"{HEAD.format(number=number, issued=issued)}{body}\n"


FIRST = a_version(LISTS, ROADS, PATROL, MONEY, LESSONS)
SECOND = a_version(LISTS, POSTS, ROADS_LATER, PATROL_OTHERS, MONEY_REWORDED, issued="2023年6月1日")
"""Against the first: a list that stays, a new post, a date moved, a unit exchanged, some words more, a lesson gone."""
