"""The grammar's rules that name no single day: relative, ongoing, at once, done, events, what others decide."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tracker.domain.deadline_days import add_months
from tracker.domain.deadline_rule import Context, Point, Rule
from tracker.domain.deadline_words import DIGITS, END_BEFORE, NUMBERS, YEAR_BEGINS, M, Y
from tracker.domain.drafts import DeadlineKind
from tracker.domain.numerals import NUMERAL, number

_LONGEST = 3650
"""Periods longer than this many days, months or years are taken for slips."""

_NUMERALS = DIGITS + NUMERAL.removeprefix("0-9０-９") + "半"
ANCHOR_REACH = 30
ANCHOR = re.compile(
    r"(?P<anchor>[^，。；、,;（）()：:\s]{0,24}?)(?:之日|当[日天]|之后|以后|后|起|算起)+(?:计算|开始|算)?起?\s{0,4}(?:的|，"
    r"|,)?\s{0,4}(?:最迟|至迟|不超过|原则上)?(?:第)?$"
)
_OWN_ISSUE = re.compile(
    r"(?:在|于)?(?:本|该|此)?(?:文件|文|方案|通知|意见|规划|计划|办法|措施|要点|规定|细则|清单|台账|责任书|任务书|(?:实施|行动|工作)(?:方案|意见|计划))?"
    r"(?:正式)?(?:印发|发布|下发|公布|出台|发文|颁布|施行|实施|印发实施|印发执行|发出|通知下发)"
    r"|即日|今日|现在|(?:本)?(?:通知|文件)"
)


def _relative(match: re.Match[str], context: Context) -> Point:
    """N个工作日内, counted from what stands before it: the own issue, a day, or an event (DOMAIN, Deadlines 4)."""
    start = _start(match, context)
    if start is None:
        return Point(DeadlineKind.RELATIVE, doubts=("anchor-needs-date",))
    try:
        day = days_after(context, start, match["n"], match["unit"])
    except (ValueError, OverflowError):
        return Point(DeadlineKind.RELATIVE, doubts=("no-such-day",))
    known = match["unit"] != "工作日" or context.calendar.knows(start, day)
    return Point(DeadlineKind.RELATIVE, due_on=day, doubts=() if known else ("provisional-calendar",))


def _start(match: re.Match[str], context: Context) -> date | None:
    before = match.string[max(0, match.start() - ANCHOR_REACH) : match.start()]
    found = ANCHOR.search(before)
    if found is None:
        return None
    anchor = re.split("自|从|于", found["anchor"].strip())[-1]
    if _OWN_ISSUE.fullmatch(anchor):
        return context.issued_on
    return context.last_day if anchor[-1:] in ("日", "号") and anchor[:1].isdigit() else None


def days_after(context: Context, start: date, count: str, unit: str) -> date:
    """The day that many days, working days, months … after ``start``, which is not counted itself.

    Refuses (ValueError, OverflowError) what is no number, and periods that can only be a slip.
    """
    if count == "半":
        return add_months(start, 6) if unit == "年" else start + timedelta(days=15)
    n = number(count)
    if n > _LONGEST:
        raise ValueError("期限过长")
    if unit == "工作日":
        return context.calendar.add_workdays(start, n)
    if unit in _MONTHS_IN:
        return add_months(start, n * _MONTHS_IN[unit])
    if unit == "小时":
        return start + timedelta(days=-(-n // 24))
    return start + timedelta(days=n * 7 if unit in ("周", "星期") else n)


_MONTHS_IN = {"年": 12, "季度": 3, "月": 1}


def _ongoing(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.ONGOING)


def _event(match: re.Match[str], _context: Context) -> Point:
    if match.group().endswith("起"):  # 2025年秋季学期起: when a duty begins is not when it ends
        return Point(DeadlineKind.NONE, doubts=("start-only",))
    return Point(DeadlineKind.EVENT, doubts=("event-needs-date",))


def _others_decide(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.EVENT, doubts=("follows-others",))


def _plan_end(match: re.Match[str], context: Context) -> Point:
    return _event(match, context) if context.plan_until is None else Point(due_on=context.plan_until)


def _immediate(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.EVENT, doubts=("immediate",))


def _done(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.NONE, doubts=("already-done",))


def _starts(_match: re.Match[str], _context: Context) -> Point:
    return Point(DeadlineKind.NONE, doubts=("start-only",))


_FESTIVAL = (
    r"春节|元旦|[“\"]?国庆节?[”\"]?|[“\"]?五一[”\"]?|劳动节|儿童节|六一|七一|八一|[“\"]?十一[”\"]?(?=假期|黄金周|前|期间)|中秋节?|端午节?|清明节?|元宵节"
    r"|教师节|重阳节|植树节|建党节|建军节|[“\"]?[双两]节[”\"]?|[“\"]?两会[”\"]?|[“\"]?三[秋夏][”\"]?|春运|暑运"
)
_SEASON = (
    r"入汛|[主大]汛期?|汛期?|雨季|梅雨季节?|入冬|[春夏秋冬][季天]|春夏|秋冬|入夏|入春|入秋|今冬明春|秋冬季|春耕|春播|夏播|秋播|春灌|备耕|夏收|秋收|三夏|三秋|夏种|秋种|麦收|农忙"
    r"|(?:集中)?(?:供暖|供热|采暖)[季期]?|封冻|上冻|冰冻期?|(?:森林)?防火[季期]|伏季休渔期?|台风季节?|旅游旺季|枯水期|丰水期|非采暖季"
    r"|(?:[春秋]季?|新)?(?:学期)?开学|(?:[春秋]季|[上下本新]|第[一二])?学期|(?:本|新)?学年|寒假|暑[假期]|高考|中考|学考|招生季|毕业季|[入开]学季|换届"
)
_HAPPENS = r"(?:来临|到来|来到|结束|开始|到期|启动|期满|放假|(?:小?长)?假期?|黄金周|开学)"
_WHEN = r"(?:(?:之|以)?(?:前夕|前后|前|后)|期间|之际|时|起(?!草|步))"
_ACT = (
    r"召开|举办|举行|开幕|闭幕|开工|竣工|完工|验收|验收合格|投产|投运|投入运营|投入使用|启用|开业|启动|开通|通车|交付|批复|批准|审批|核准|审议通过"
    r"|出台|印发|下发|下达|发布|公布|到位|结束|落地|换届|获批|立项|签约|签订|实施|施行|建成|完成|退出|整合|搬迁|交办|受理|收到通知"
)
_ONGOING_TAIL = (
    r"(?:坚持|推进|开展|实施|进行|抓好|落实|整改|深化|巩固|保持|跟踪|加强|推动|更新|调整|工作|性工作|管理|监管|机制"
    r"|清零|销号|化|性|任务|做好|抓|用力|发力|优化|完善|提升|运行|维护|督导|督促|监测|治理|排查)*"
)

EVENT_RULES: tuple[Rule, ...] = (
    Rule(
        "lunar",
        "农阴正腊冬",
        r"(?:农历|阴历)[^，。；\s]{1,8}?(?:前|底|末|$|(?=[，。；]))|(?:正月|腊月|冬月)[初一二三四五六七八九十廿]{0,3}日?[底末]?(?:之|以)?前?",
        "农历的日子等待填写公历日期",
        "腊月二十三前",
        _event,
        only_in_clause=True,
    ),
    Rule(
        "event",
        YEAR_BEGINS
        + NUMBERS
        + '春元国开五劳儿六七八中端清教重植建“"双两三入主大汛雨梅冬夏秋'
        + "备农麦集供采封上冰防森伏台旅枯丰非新学下第寒暑高招毕换",
        rf"(?:(?:{Y} )?(?:的 ?)?(?:{M} )?(?:的 ?)?|20\d\d(?:[-—–~至/]20\d\d)? ?)(?:{_FESTIVAL}|{_SEASON})"
        rf"(?:学期)?{_HAPPENS}?(?:{_WHEN}|[初末底中]{END_BEFORE}|(?=$|[，。；、]))",
        "以节令、事件为准的时限等待填写日期",
        "入汛前",
        _event,
        only_in_clause=True,
    ),
)

OTHER_RULES: tuple[Rule, ...] = (
    Rule(
        "relative",
        _NUMERALS,
        rf"(?<![{NUMERAL}年月])(?:[{NUMERAL}]{{1,3}}(?:个|日|天)?[至到—–\-－~～])?(?P<n>半"
        rf"|[{NUMERAL}]{{1,5}}) ?个? ?(?:自然)?(?P<unit>工作日|日|天|月|年|周|星期|季度|小时)"
        r"(?:的?时间|左右)?(?:之|以)?内",
        "自印发之日起按工作日或自然日推算；自其他事件起算的等待填写",
        "20个工作日内",
        _relative,
    ),
    Rule(
        "relative-bare",
        _NUMERALS,
        rf"(?<![{NUMERAL}年月日第])(?:[{NUMERAL}]{{1,3}}(?:个|日|天)?[至到—–\-－~～])?(?P<n>半"
        rf"|[{NUMERAL}]{{1,3}}) ?个? ?(?:自然)?(?P<unit>工作日|日|天|月|年|周|星期|季度|小时)"
        r"(?:的?时间|左右|期限)?(?=$|[，。；、,;）)]|完成|整改|报|提交|制定|出台|建成)(?<!\d月)(?<!\d日)(?<![一二三四五六七八九十]月)(?<![一二三四五六七八九十]日)",
        "只写期限的（3个月、20个工作日），起算点见其前文",
        "3个月",
        _relative,
        only_in_clause=True,
    ),
    Rule(
        "days-before-event",
        "前提",
        rf"(?:提前|前) ?(?P<n>[{NUMERAL}]{{1,3}}|半) ?个? ?(?P<unit>工作日|日|天|月|周|小时)(?:之?前|以上|内)?",
        "某事之前若干日，以该事为准",
        "前15日",
        _event,
        only_in_clause=True,
    ),
    Rule(
        "ongoing",
        "并且长持常经日一动稳贯随不实全永久",
        r"(?:并|且)?(?:长期性?|长效(?!机制)|持续|常态(?:长效|化)?|经常性?|日常|一直|(?<!健)全年(?!内)|常年|动态|稳步|常抓不懈|久久为功|贯穿全年|贯穿始终|贯穿全过程|随时|不间断"
        rf"|实时|全过程|全程|永久|不断)(?:地)?{_ONGOING_TAIL}",
        "长期坚持、持续推进、常态化：列出而不亮红灯",
        "长期坚持",
        _ongoing,
        only_in_clause=True,
    ),
    Rule(
        "immediate",
        "立边即马随当",
        r"立[行整查知][立即]改|[边即][查整学知][边即]?[改纠]|即[知查问行交办收][即立]?[改办结]|即改|马上(?:就改|整改|办|落实)?|立即(?:整改|完成|落实|办理|执行|启动|实施"
        r"|推进|开展)?|立刻|随即|即时(?:整改)?|即(?:日|刻)(?:起)?(?:整改|落实|执行|办理)|当[日天]办结",
        "立行立改没有日期，请人填写",
        "立行立改",
        _immediate,
        only_in_clause=True,
    ),
    Rule(
        "done",
        "均全目已现基整",
        r"(?:均|全部|目前|现)?(?:基本)?已(?:经)?(?:全部|于|在|基本)?(?:完成|办结|整改|销号|落实|建成|出台|印发|竣工|到位|解决|关停|拆除)?(?:整改|销号|到位|完毕|完成)?",
        "已完成的事项存疑，由人决定是否立项",
        "已完成",
        _done,
        only_in_clause=True,
    ),
    Rule(
        "start-only",
        "即自从印发公下",
        rf"(?:自|从)?(?:即日|印发之日|发布之日|公布之日|下发之日|发文之日|印发|发布)起"
        rf"(?:施行|实施|执行|试行|开始)?(?! ?[，,]? ?[{NUMERAL}半])",
        "只写起始的（自印发之日起施行）不是完成时限",
        "即日起",
        _starts,
        only_in_clause=True,
    ),
    Rule(
        "follows-others",
        "按根依以与视结随同规限如有按时服",
        r"(?:按照?|根据|依据|依照|以|与|结合|随|同|服从)(?:[^，。；、\s\d]{0,14}?)(?:要求|部署|安排|进度|计划|规定|通知|节点|时限|时间|时序|工期|步骤|为准|同步"
        r"|确定|实际|方案)(?:要求|安排|推进|落实|完成|为准|时间|节点|执行|实施|分步|逐步|开展|进行|内|前)*"
        r"|(?:在)?规定(?:的)?(?:时限|期限|时间|工期)(?:之|以)?(?:内|前)?|限期(?:整改|完成)?|有序推进",
        "以上级部署、进度安排为准的时限等待明确",
        "按国家统一部署",
        _others_decide,
        only_in_clause=True,
    ),
    Rule(
        "plan-end",
        "本规方计行文实有期创试任评三五整建",
        r"(?:本)?(?:(?:三年|五年)?(?:规划|方案|计划|行动|文件|试点|创建|任期|建设|整治|评估))?(?:实施|有效)?期(?:限)?(?:内|满|末|[底终]|间)(?:之|以)?前?",
        "规划期内、有效期内以文件的期限为准",
        "规划期内",
        _plan_end,
        only_in_clause=True,
    ),
    Rule(
        "event-act",
        "召举开闭竣完验投启通交批审核出印下发公到结落换获立签实施建退整搬受收",
        rf"(?:{_ACT})(?:之|以)?(?:前|后)(?! ?起?的?[，,]? ?[{NUMERAL}半])",
        "以某项工作的前后为准，等待填写日期",
        "竣工前",
        _event,
        only_in_clause=True,
    ),
)
