"""The grammar's rules for recurring duties: 每年11月15日前, 每季度首月10日前, 每月25日前, 按月, 一季一报."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tracker.domain.deadline_rule import Context, Point, Rule
from tracker.domain.deadline_words import CLOCK, DAY, END_BEFORE, MONTH, TO, Reader
from tracker.domain.drafts import DeadlineKind
from tracker.domain.numerals import NUMERAL, number
from tracker.domain.series import LAST, Cycle, Mark, Rhythm

_NAMES = {
    Cycle.YEAR: ("yearly", "years"),
    Cycle.HALF_YEAR: ("half-yearly", "half-years"),
    Cycle.QUARTER: ("quarterly", "quarters"),
    Cycle.MONTH: ("monthly", "months"),
    Cycle.WEEK: ("weekly", "weeks"),
    Cycle.DAY: ("daily", "days"),
}
_THIRDS = {"上": 10, "中": 20, "下": LAST}
_PARTS = {"初": 10, "中": 15}
_MOST_PERIODS = 100

Marks = Callable[[str], Iterator[Mark]]

_HEAD = rf"(?:每 ?(?:个)?(?P<skip>隔)?|各|(?P<odd>隔)) ?(?:(?P<n>[{NUMERAL}双]{{1,3}}) ?个?)? ?"
_NOT_EACH = r"(?![人均个家座名户场]|月均)"
_COMMA = r"(?: ?[、,，和及] ?)"
_DAYS = rf"(?P<ds>(?:{DAY})(?: ?[日号]?{_COMMA}(?:{DAY}))*) ?[日号]"
_PART = r"(?P<part>[上中]?[上中下]旬|月?[底末初中](?![央心小])|最后一[天日])"
_IN_MONTH = rf"(?:的)? ?(?:{_DAYS}|{_PART})?"
_MONTHS = rf"(?P<next>次年|翌年)?(?P<ms>(?:{MONTH})(?: ?月?{_COMMA}(?:{MONTH}))*) ?月份?{_IN_MONTH}"
_QUARTERS = rf"第?(?P<qs>[一二三四1-4](?:(?:季度)?{_COMMA}第?[一二三四1-4])*) ?季度?[底末初]?"
_YEAR_PART = rf"(?:{_MONTHS}|{_QUARTERS}|(?P<half>[上下])半年[底末]?|年?(?P<end>[底末终])|年(?P<early>[初中]))"
_EDGE_MONTH = rf"(?:第 ?(?P<k>[一二三四五六1-6]) ?个?|(?P<edge>[首末次]|最后一?)个?)月{_IN_MONTH}"
_SPAN_PART = rf"(?:{_EDGE_MONTH}|(?P<end>[底末])|(?P<early>初))"
_MONTH_PART = rf"(?P<next>次月)?(?:的)?(?:{_DAYS}|{_PART})"
_WEEKDAY = r"(?:周|星期)?(?P<wd>[一二三四五六日天末])(?![是个次至\-周季年月])"
_COUNTED = (
    rf"(?:(?P<after>(?:结束|终了|期满)(?:之|以)?后|后)|(?P<begin>前|初|开始后)|(?=第)) ?的?第? ?"
    rf"(?P<count>[{NUMERAL}]{{1,2}}) ?个?(?P<cu>工作日|日|天)(?:(?:之|以)?内)?"
)
_EVENT = re.compile(
    r"\s{0,4}[“\"]?(?:春节|元旦|清明|五一|端午|中秋|国庆|两会|[双两]节|[入主]?汛|供暖|采暖|春耕|三夏|三秋|高考|中考"
    r"|春季|秋季|夏季|冬季|开学|学期|寒假|暑假|暑期)"
)


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(" ", r"\\s{0,8}", pattern))


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


_IN_YEAR, _IN_SPAN, _WITHIN_MONTH, _IN_WEEK, _BY_COUNT = (
    _named(pattern) for pattern in (_YEAR_PART, _SPAN_PART, _MONTH_PART, _WEEKDAY, _COUNTED)
)
_IS_RANGE = re.compile(rf"\s*{TO}")
_NUMBER = re.compile(rf"[{NUMERAL}]+")


def _numbers(written: str) -> Iterator[int]:
    return (number(found) for found in _NUMBER.findall(written))


def _days_in(found: re.Match[str]) -> tuple[int, ...]:
    """The days of a month that the match names; its last day when it names none."""
    if found["ds"]:
        return tuple(_numbers(found["ds"]))
    part = found["part"] or ""
    if "旬" in part:
        return (_THIRDS[part[-2]],)
    return (_PARTS.get(part[-1:], LAST),)


def _yearly(tail: str) -> Iterator[Mark]:
    for found in _IN_YEAR.finditer(tail):
        if _IS_RANGE.match(tail, found.end()):
            continue
        if found["ms"]:
            later = 12 if found["next"] else 0
            yield from (Mark(month + later, day) for month in _numbers(found["ms"]) for day in _days_in(found))
        elif found["qs"]:
            yield from (Mark(quarter * 3) for quarter in _numbers(found["qs"]))
        elif found["half"]:
            yield Mark(6 if found["half"] == "上" else 12)
        else:
            yield Mark({"初": 1, "中": 6}.get(found["early"] or "", 12))


def _within_span(months: int) -> Marks:
    def marks(tail: str) -> Iterator[Mark]:
        for found in _IN_SPAN.finditer(tail):
            if found["end"] or found["early"]:
                yield Mark(1, 10) if found["early"] else Mark(months)
                continue
            month = number(found["k"]) if found["k"] else {"首": 1, "次": months + 1}.get(found["edge"][0], months)
            yield from (Mark(month, day) for day in _days_in(found))

    return marks


def _monthly(tail: str) -> Iterator[Mark]:
    for found in _WITHIN_MONTH.finditer(tail):
        yield from (Mark(2 if found["next"] else 1, day) for day in _days_in(found))


def _weekly(tail: str) -> Iterator[Mark]:
    for found in _IN_WEEK.finditer(tail):
        yield Mark(0, "一二三四五六日".find(found["wd"]) + 1 or 7)


def _counted(tail: str, cycle: Cycle) -> Mark | None:
    found = _BY_COUNT.search(tail)
    if found is None or not cycle.months:
        return None
    month = cycle.months + 1 if found["after"] else 1
    return Mark(month, number(found["count"]), worked=found["cu"] == "工作日")


def _end_of(cycle: Cycle) -> Mark:
    return Mark(cycle.months, LAST) if cycle.months else Mark(0, 7 if cycle is Cycle.WEEK else 1)


def _every(cycle: Cycle, marks_in: Marks | None = None, free: tuple[Mark, ...] = ()) -> Reader:
    """A reading function: how often, and on which days of the period; its end where the words name no day."""

    def read(match: re.Match[str], _context: Context) -> Point:
        groups = match.groupdict()
        tail = groups.get("tail") or ""
        try:
            marks = tuple(dict.fromkeys(_marks(tail))) or free or (_end_of(cycle),)
            rhythm = _sound_rhythm(cycle, marks, _periods(groups))
        except ValueError:
            return Point(DeadlineKind.RECURRING, doubts=("unread-deadline",))
        one, many = _NAMES[cycle]
        name = one if rhythm.every == 1 else f"every {rhythm.every} {many}"
        named = bool(tail) or not _EVENT.match(match.string, match.end())
        return Point(DeadlineKind.RECURRING, recurrence=name, rhythm=rhythm if named else None)

    def _marks(tail: str) -> Iterator[Mark]:
        counted = _counted(tail, cycle)
        if counted:
            yield counted
        elif marks_in:
            yield from marks_in(tail)

    return read


def _sound_rhythm(cycle: Cycle, marks: tuple[Mark, ...], every: int) -> Rhythm:
    """The rhythm; refuses (ValueError) a day that no month has, and so many periods that a slip is likelier."""
    if not 1 <= every <= _MOST_PERIODS or any(mark.day > 31 or mark.month > 24 for mark in marks):
        raise ValueError(f"no rhythm of every {every} periods with {marks}")
    return Rhythm(cycle, tuple(sorted(marks)), every)


def _periods(groups: dict[str, str | None]) -> int:
    written = groups.get("n") or "1"
    count = 2 if written == "双" else number(written)
    return max(2, count) if groups.get("skip") or groups.get("odd") else count


def _tail(part: str, *, counted: bool = True) -> str:
    part = _nameless(part) + END_BEFORE
    listed = rf"{part}(?: ?(?:{TO}|[、,，和及])? ?{part}){{0,11}}"
    return rf"(?: ?的? ?(?P<tail>{f'{_nameless(_COUNTED)}|{listed}' if counted else listed}))?{CLOCK}{END_BEFORE}"


_BY_CYCLE: dict[str, tuple[Cycle, tuple[Mark, ...]]] = {
    "年": (Cycle.YEAR, ()),
    "半年": (Cycle.HALF_YEAR, ()),
    "季": (Cycle.QUARTER, ()),
    "月": (Cycle.MONTH, ()),
    "旬": (Cycle.MONTH, (Mark(1, 10), Mark(1, 20), Mark(1, LAST))),
    "周": (Cycle.WEEK, ()),
    "日": (Cycle.DAY, ()),
    "天": (Cycle.DAY, ()),
}
_PERIOD = r"(?:半年度?|年度?|季度?|月度?|周|旬|日|天)"


def _by_period(match: re.Match[str], context: Context) -> Point:
    word = match["unit"].removesuffix("度")
    cycle, free = _BY_CYCLE[word]
    return _every(cycle, free=free)(match, context)


EVERY_RULES: tuple[Rule, ...] = (
    Rule(
        "every-half-month",
        "每隔各",
        rf"每 ?(?:半 ?个?月)(?![人均]){END_BEFORE}",
        "每半月以15日和月末为期",
        "每半月",
        _every(Cycle.MONTH, free=(Mark(1, 15), Mark(1, LAST))),
        in_prose=True,
    ),
    Rule(
        "every-third",
        "每",
        rf"每 ?个?旬{END_BEFORE}",
        "每旬以10日、20日、月末为期",
        "每旬",
        _every(Cycle.MONTH, free=_BY_CYCLE["旬"][1]),
        in_prose=True,
    ),
    Rule(
        "every-half-year",
        "每",
        rf"每 ?(?:个)?半 ?年度?{_NOT_EACH}{_tail(_SPAN_PART)}",
        "每半年以6月底、12月底为期，另写日子的从其所写",
        "每半年",
        _every(Cycle.HALF_YEAR, _within_span(6)),
        in_prose=True,
    ),
    Rule(
        "every-year",
        "每隔",
        rf"{_HEAD}(?:学?年度?){_NOT_EACH}{_tail(_YEAR_PART)}",
        "每年的日子：每年11月15日前、每年6月和12月底前",
        "每年11月15日前",
        _every(Cycle.YEAR, _yearly),
        in_prose=True,
    ),
    Rule(
        "every-quarter",
        "每各隔",
        rf"{_HEAD}季度?{_NOT_EACH}{_tail(_SPAN_PART)}",
        "每季度以季末为期，首月10日、末月20日、结束后5日内从其所写",
        "每季度末",
        _every(Cycle.QUARTER, _within_span(3)),
        in_prose=True,
    ),
    Rule(
        "every-month",
        "每各隔",
        rf"{_HEAD}月度?{_NOT_EACH}{_tail(_MONTH_PART)}",
        "每月以月末为期，写明日子的从其所写，次月5日前为下个月",
        "每月25日前",
        _every(Cycle.MONTH, _monthly),
        in_prose=True,
    ),
    Rule(
        "every-week",
        "每各隔",
        rf"{_HEAD}(?:周|星期){_NOT_EACH}{_tail(_WEEKDAY, counted=False)}",
        "每周以星期日为期，写明星期几的从其所写",
        "每周五",
        _every(Cycle.WEEK, _weekly),
        in_prose=True,
    ),
    Rule(
        "every-day",
        "每",
        rf"{_HEAD}(?:天|日|工作日){_NOT_EACH}{CLOCK}{END_BEFORE}",
        "每日的事项",
        "每天",
        _every(Cycle.DAY),
        in_prose=True,
    ),
    Rule(
        "by-period",
        "按逐分",
        rf"(?:按|逐|分)(?P<unit>{_PERIOD})(?=$|[，。；、,;） ]"
        r"|报|调度|推进|通报|更新|开展|组织|汇总|完成|落实|实施|考核|评估|分析|提交|上报|反馈|监测)",
        "按月、逐年等周期任务",
        "按季度",
        _by_period,
        only_in_clause=True,
    ),
    Rule(
        "once-a-period",
        "一1半月周季",
        rf"(?<![\d{NUMERAL}第])(?:[一1] ?个?(?=[年季月周旬日天])|(?=半年)|(?=[月周季][调通]))"
        rf"(?P<unit>{_PERIOD})(?:一|1|至少1|至少一|(?=[调通]))(?:次|报|调度|通报|评估?|考核?|更新|会商|研判|小结|汇总|总结|检查|督查|分析|清零)",
        "一季一报、半年一次等周期任务",
        "一季一报",
        _by_period,
        only_in_clause=True,
    ),
)
