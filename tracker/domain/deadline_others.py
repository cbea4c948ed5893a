"""The grammar's rules that name no single day: recurring, relative, ongoing, events."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tracker.domain.deadline_days import add_months
from tracker.domain.deadline_rule import Context, Point, Rule
from tracker.domain.drafts import DeadlineKind
from tracker.domain.numerals import NUMERAL, number

_LONGEST = 3650
"""Periods longer than this many days, months or years are taken for slips."""

_EVERY = {
    "年": "yearly",
    "年度": "yearly",
    "半年": "half-yearly",
    "半年度": "half-yearly",
    "季": "quarterly",
    "季度": "quarterly",
    "月": "monthly",
    "月度": "monthly",
    "旬": "every ten days",
    "周": "weekly",
    "星期": "weekly",
    "天": "daily",
    "日": "daily",
}
_MD = r"(?:(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]) ?月份?)"
_DD = r"(?:(?:[0-3]?\d|[一二三四五六七八九十]{1,3}) ?[日号])"
_ENDING = r"(?: ?(?:之|以)?前)?"
_OWN_ISSUE = re.compile(
    r"(?:在|于)?(?:本|该|此)?(?:文件|文|方案|通知|意见|规划|计划|办法|措施|要点|规定|细则|(?:实施|行动|工作)(?:方案|意见|计划))?"
    r"(?:正式)?(?:印发|发布|下发|公布|出台|发文|颁布|施行|实施|印发实施)"
)


def _recurring(match: re.Match[str], _context: Context) -> Point:
    count = match.groupdict().get("n")
    unit = _EVERY[match["unit"]]
    if count and count != "一":
        try:
            unit = f"every {number(count)} {match['unit'][0].translate(_ENGLISH)}"
        except ValueError:
            return Point(DeadlineKind.RECURRING, doubts=("unread-deadline",))
    return Point(DeadlineKind.RECURRING, recurrence=unit)


_ENGLISH = str.maketrans(
    {
        "年": "years",
        "季": "quarters",
        "月": "months",
        "周": "weeks",
        "星": "weeks",
        "天": "days",
        "日": "days",
        "旬": "thirds",
        "半": "half-years",
    }
)


def _relative(match: re.Match[str], context: Context) -> Point:
    anchor = re.split("自|从", (match["anchor"] or "").strip())[-1]
    if not _OWN_ISSUE.fullmatch(anchor) or context.issued_on is None:
        return Point(DeadlineKind.RELATIVE, doubts=("anchor-needs-date",))
    try:
        day = _after(context, match["n"], match["unit"])
    except (ValueError, OverflowError):
        return Point(DeadlineKind.RELATIVE, doubts=("no-such-day",))
    known = context.calendar.knows(context.issued_on, day) or match["unit"] != "工作日"
    return Point(DeadlineKind.RELATIVE, due_on=day, doubts=() if known else ("provisional-calendar",))


def _after(context: Context, count: str, unit: str) -> date:
    assert context.issued_on is not None
    if count == "半":
        return add_months(context.issued_on, 6) if unit == "年" else context.issued_on + timedelta(days=15)
    n = number(count)
    if n > _LONGEST:
        raise ValueError("期限过长")
    if unit == "工作日":
        return context.calendar.add_workdays(context.issued_on, n)
    if unit in ("年", "月"):
        return add_months(context.issued_on, n * 12 if unit == "年" else n)
    return context.issued_on + timedelta(days=n * 7 if unit in ("周", "星期") else n)


def _ongoing(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.ONGOING)


def _event(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.EVENT, doubts=("event-needs-date",))


def _plan_end(_match: re.Match[str], context: Context) -> Point:
    if context.plan_until is None:
        return _event(_match, context)
    return Point(due_on=context.plan_until)


def _immediate(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.EVENT, doubts=("immediate",))


def _done(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.NONE, doubts=("already-done",))


_FESTIVAL = (
    r"春节|元旦|国庆节?|五一|劳动节|中秋节?|端午节?|清明节?|元宵节|[“\"]?两节[”\"]?|[“\"]?双节[”\"]?"
    r"|[“\"]?两会[”\"]?|[“\"]?三秋[”\"]?|[“\"]?三夏[”\"]?"
)
_SEASON = (
    r"入汛|主汛期|汛期?|雨季|入冬|冬季|入夏|夏季|入春|春季|秋季|入秋|供暖[季期]?|采暖[季期]"
    r"|开学|春季开学|秋季开学|高考|中考|旅游旺季|麦收|封冻|冰冻期|森林防火期|换届"
)

OTHER_RULES: tuple[Rule, ...] = (
    Rule(
        "every",
        rf"每 ?(?:隔)?(?:个)?(?P<n>[{NUMERAL}])? ?个?(?P<unit>年度|半年度|季度|月度|半年|年"
        rf"|季|月|旬|周|星期|天|日)(?!月|人|均|个|家|座|名|次|户|场)"
        rf"(?: ?的?(?:年?[底末初]|{_MD} ?(?:{_DD}|月?[底末]|[上中下]旬)?|{_DD}|月[底末]|[上中下]旬"
        rf"|第?[一二三四1-4] ?季度?末?|末月 ?{_DD}?|首月 ?{_DD}?|[一二三四五六日末](?![是个次]))){{0,2}}{_ENDING}",
        "周期任务：每年11月15日前、每季度末、每月25日前",
        "每年11月15日前",
        _recurring,
        in_prose=True,
    ),
    Rule(
        "by-period",
        r"(?:按|逐)(?P<unit>年度|季度|月度|半年|年|季|月|周|旬)(?=$|[，。；、,; ]|报|调度"
        r"|推进|通报|更新|开展|组织|汇总|完成|落实)",
        "按月、逐年等周期任务",
        "按季度",
        _recurring,
        only_in_clause=True,
    ),
    Rule(
        "relative",
        rf"(?:(?P<anchor>[^，。；、,;（）()：:\s]{{0,20}}?)(?:之日|之后|以后|后|当日)起? ?(?:的"
        rf"|，|,)? ?)?(?<![{NUMERAL}])(?P<n>半|[{NUMERAL}]{{1,5}}) ?个? ?(?P<unit>工作日|日"
        rf"|天|月|年|周|星期)(?: ?时间)?(?:之|以)?内",
        "自印发之日起按工作日或自然日推算；自其他事件起算的等待填写",
        "自印发之日起20个工作日内",
        _relative,
    ),
    Rule(
        "ongoing",
        r"(?:并|且)?(?:长期|持续|常态化?|经常性?|日常|一直|全年|常年|动态|稳步)(?:地)?(?:坚持|推进|开展|实施|进行|抓好|落实|整改|深化|巩固|保持|跟踪|加强|推动|更新|调整|工作|性工作|管理|监管|化|性|任务)*",
        "长期坚持、持续推进、常态化：列出而不亮红灯",
        "长期坚持",
        _ongoing,
        only_in_clause=True,
    ),
    Rule(
        "immediate",
        r"立行立改|立查立改|边查边改|即知即改|即查即改|马上就改|立即(?:整改|完成|落实|办理|执行)?|即时",
        "立行立改没有日期，请人填写",
        "立行立改",
        _immediate,
        only_in_clause=True,
    ),
    Rule(
        "done",
        r"(?:均|全部|目前)?已(?:经)?(?:全部)?(?:完成|办结|整改|销号|落实)(?:整改|销号|到位)?",
        "已完成的事项存疑，由人决定是否立项",
        "已完成",
        _done,
        only_in_clause=True,
    ),
    Rule(
        "plan-end",
        r"(?:本)?(?:规划|方案|计划|行动|文件)?(?:实施|有效)?期(?:限)?(?:内|满|末|[底终])(?:前)?",
        "规划期内、有效期内以文件的期限为准",
        "规划期内",
        _plan_end,
        only_in_clause=True,
    ),
    Rule(
        "event",
        rf"(?:20\d\d ?年 ?)?(?:{_FESTIVAL}|{_SEASON})(?:来临|到来|结束|开始)?(?:之|以)?(?:前夕|前后|前|后|期间|期|时)",
        "以节令、事件为准的时限等待填写日期",
        "入汛前",
        _event,
        only_in_clause=True,
    ),
)
