"""Lines of a copied row to its cells: cells run one after another, each broken over lines at its column's width.

Every cell is a run of lines. The best division is found by weighing each run as a whole: units and times are known by
what they say, a run of words by whether its lines are of one width and whether it ends where a text may end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tracker.domain.deadlines import find_in_clause
from tracker.domain.roles import Role
from tracker.domain.text import display_width
from tracker.reading.broken_names import HEAD, SIGNS, are_whole_units, parts_names
from tracker.reading.cells import is_blank, is_ditto
from tracker.reading.columns import Columns
from tracker.reading.fitting import are_people, are_units, is_date
from tracker.reading.header_words import Kind, is_ordinal
from tracker.reading.unit_words import is_bare_ending, is_person, looks_like_unit

_MOST_LINES = 28
_LONGEST_RUN = 8
_MOST_PEOPLE = 4
_BROKEN = 3
_NEVER = -1000.0
_SLACK = 5
"""A line that a column's width broke is at most this many screen columns narrower than its widest line."""

_DANGLES = re.compile(r"[、，,（(《“‘不的和与及将为对在把被]$")
_OPENS, _CLOSES = "（(《“【〔[", "）)》”】〕]"
_ENDS = ("。", "；", ";")
_BEGINS = re.compile(
    r"[（(]?1[.．、)）]|①|[（(]一[)）]|一是|(?:开展|成立|修订|制定|制订|建立|健全|完善|组织|加强|推动|推进|更换|指导|出台|督促|依法"
    "|每[年季月周学]|强化|明确|压实|严格|落实|召开|举办|全面|深入|坚持|加快|对|将|进一步|优化|细化|规范|编制|印发|举一反三|限期|责令"
    "|定期|逐[一户项]|及时|全额|立即|修改|实施|追缴|清退|清理|排查|整改|更新|增配|补充|启用|派驻|学习|设立|聘请|新建|改造|建成|完成)"
)
_LEFT_OVER = 0.2
"""What a line counts in a time's cell that tells nothing of the time: less than in a column of remarks."""

_TIME = re.compile(r"20\d\d年|^\d{0,2}[月日]")
_STATUS = re.compile("已|未|正在|基本完成")
_JOINS = "年月日并且和至到前底及—-（("
_NO_BEGIN = "、，,；;)）(（"
_NUMBER = re.compile(r"(?:第)?[A-Za-z]{0,3}[-—]?\d{1,4}(?:[-—.]\d{1,3})?号?")


@dataclass(frozen=True, slots=True)
class Division:
    """The lines' ranges by columns, and whether a border between two columns of words was only guessed."""

    ranges: tuple[tuple[int, int], ...]
    is_guessed: bool


def divided(lines: Sequence[str], columns: Columns) -> Division | None:
    """How the lines fall into the row's cells; None where units, time or task are not surely among them."""
    if not 1 < len(lines) <= _MOST_LINES:
        return None
    ranges = _best(lines, columns)
    if ranges is None or not _is_sound(lines, ranges, columns):
        return None
    return Division(ranges, _is_guessed(lines, ranges, columns))


def _best(lines: Sequence[str], columns: Columns) -> tuple[tuple[int, int], ...] | None:
    """The ranges of the best score; columns never go back, and every line belongs to one."""
    states: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {0: (0.0, ())}
    for at in range(columns.count):
        following: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {}
        for begin, (score, ranges) in states.items():
            for end in range(begin, min(begin + _LONGEST_RUN, len(lines)) + 1):
                total = score + _fit(lines, begin, end, at, columns)
                if total > max(_NEVER / 2, following.get(end, (_NEVER, ()))[0]):
                    following[end] = (total, (*ranges, (begin, end)))
        states = following
    found = states.get(len(lines))
    return found[1] if found and found[0] > 0 else None


def _is_sound(lines: Sequence[str], ranges: Sequence[tuple[int, int]], columns: Columns) -> bool:
    """Whether the row has a task, at least one unit, and nothing but units and times in their columns."""
    told = ["\n".join(lines[begin:end]) for begin, end in ranges]
    units = [told[at] for at in columns.units if not is_blank(told[at])]
    dates = [told[at] for at in columns.deadlines if not is_blank(told[at])]
    is_told = bool(told[columns.task].strip()) and not are_whole_units(told[columns.task])
    return is_told and bool(units) and all(map(are_whole_units, units)) and not any(map(are_whole_units, dates))


def _is_guessed(lines: Sequence[str], ranges: Sequence[tuple[int, int]], columns: Columns) -> bool:
    """Whether the task has lines of full width before another column of words that no sign begins."""
    begin, end = ranges[columns.task]
    at = columns.task + 1
    after = ranges[at] if at < columns.count and at not in columns.units else (end, end)
    before = (
        ranges[columns.task - 1] if columns.task and columns.kinds[columns.task - 1] is Kind.OTHER else (begin,) * 2
    )
    if _is_unsure_name(lines, (begin, end), ranges[min(columns.units)]):
        return True
    return any(
        last[1] > last[0] and next_[1] > next_[0] and not _is_sure_border(lines, last, next_)
        for last, next_ in ((before, (begin, end)), ((begin, end), after))
    )


def _is_unsure_name(lines: Sequence[str], task: tuple[int, int], units: tuple[int, int]) -> bool:
    """Whether the first unit is broken over lines right behind the task, and no short line ends the task."""
    if units[0] != task[1] or task[1] - task[0] + units[1] - units[0] < _BROKEN:
        return False
    first = SIGNS.split(lines[units[0]])[0]
    if looks_like_unit(first) and HEAD.match(first):
        return False
    widest = max(_wide(line) for line in lines[task[0] : task[1]])
    return task[1] - task[0] < 2 or _wide(lines[task[1] - 1]) >= widest - _SLACK


def _is_sure_border(lines: Sequence[str], run: tuple[int, int], following: tuple[int, int]) -> bool:
    """Whether a run of words surely ends here: on a shorter line, or what follows begins as measures do."""
    if following[1] - following[0] + run[1] - run[0] == 2:
        return True
    widest = max(_wide(line) for line in lines[run[0] : run[1]])
    is_short = run[1] - run[0] > 1 and _wide(lines[run[1] - 1]) < widest - _SLACK
    ends = lines[run[1] - 1].endswith(_ENDS)
    wider = _wide(lines[following[0]]) > widest + _SLACK
    return is_short or ends or wider or bool(_BEGINS.match(lines[following[0]]))


def _fit(lines: Sequence[str], begin: int, end: int, at: int, columns: Columns) -> float:
    """How well the lines fit a column as one cell."""
    if begin == end:
        return _missing(columns, at)
    run, kind = lines[begin:end], columns.kinds[at]
    if kind is not Kind.ORDINAL and kind is not Kind.TASK and len(run) == 1 and (is_blank(run[0]) or is_ditto(run[0])):
        return 0.5
    if kind is Kind.UNITS:
        return _fit_of_units(run, at, columns)
    fits = _FITS.get(kind)
    return fits(run) if fits else _fit_of_words(run, at, columns)


def _fit_of_number(run: Sequence[str]) -> float:
    return 3.0 if len(run) == 1 and (is_ordinal(run[0]) or _NUMBER.fullmatch(run[0])) else _NEVER


def _fit_of_people(run: Sequence[str]) -> float:
    return len(run) * (2.0 if len(run) <= _MOST_PEOPLE and are_people("、".join(run)) else -3.0)


def _fit_of_units(run: Sequence[str], at: int, columns: Columns) -> float:
    if not are_whole_units("\n".join(run)):
        return -4.0 * len(run)
    whole = sum(parts_names(above, below) for above, below in pairwise(run))
    again = 0.3 if columns.units[at] is Role.LEAD and len(columns.units) > 1 else 0.1
    begins_amid = run[0][0] in _NO_BEGIN or is_bare_ending(SIGNS.split(run[0])[0])
    people = Kind.PERSONS in columns.kinds and any(is_person(line) for line in run)
    dates = bool(columns.deadlines) and any(_TIME.search(line) for line in run)
    odd = 2.0 * bool(_DANGLES.search(run[-1])) + 2.0 * begins_amid + 4.0 * people + 4.0 * dates
    swallowed = 4.0 * sum(_swallows(above, below) for above, below in pairwise(run))
    return 3.0 * len(run) - 2.5 * _foreign(run) - again * whole - odd - swallowed


def _foreign(run: Sequence[str]) -> int:
    """How many lines at the run's beginning name no unit and do not begin as a unit's name does: words of a task."""
    if HEAD.match(run[0]):
        return 0
    named = (at for at, line in enumerate(run) if any(looks_like_unit(piece) for piece in SIGNS.split(line)))
    return next(named, len(run) - 1)


def _swallows(above: str, below: str) -> bool:
    """Whether a line that ends in no unit stands before one that begins with a whole one: no name goes over both."""
    last, first = SIGNS.split(above)[-1], SIGNS.split(below)[0]
    if not last or looks_like_unit(last) or not looks_like_unit(first):
        return False
    return bool(HEAD.match(first)) and not HEAD.match(last)


def _fit_of_time(run: Sequence[str]) -> float:
    """How well lines fit as one time: each of them has to be a part of what tells it, and no time of its own."""
    joint = "".join(run)
    if not is_date(joint):
        return -2.0 * len(run)
    if any(looks_like_unit(line) for line in run):
        return -4.0 * len(run)
    spans = [(found.start, found.end) for found in find_in_clause(joint, None)]
    score, at = 0.0, 0
    for above, line in pairwise(("、", *run)):
        told = not _STATUS.match(line) and any(start < at + len(line) and end > at for start, end in spans)
        anew = is_date(above) and is_date(line) and not (_DANGLES.search(above) or line[0] in _JOINS)
        score += 3.0 if told and not anew else _LEFT_OVER
        at += len(line)
    return score


def _fit_of_words(run: Sequence[str], at: int, columns: Columns) -> float:
    joint = "".join(run)
    if columns.kinds[at] is Kind.PLACE:
        return (1.0 if are_units(joint) else -3.0) * len(run)
    worded = _worded(tuple(run))
    if worded.is_units or (worded.is_time and at < min(columns.units)) or is_ordinal(joint):
        return (-2.0 if columns.kinds[at] is Kind.TASK else -0.5) * len(run)
    begins = 0.6 * bool(_is_measures(at, columns) and _BEGINS.match(run[0]))
    return _weight(at, columns) * len(run) + begins - worded.flaws


@dataclass(frozen=True, slots=True)
class _Worded:
    """What a run of words is, wherever it stands: units, a time, and how unlike one whole cell."""

    is_units: bool
    is_time: bool
    flaws: float


@lru_cache(maxsize=4096)
def _worded(run: tuple[str, ...]) -> _Worded:
    joint = "".join(run)
    dangles = 1.5 * bool(_DANGLES.search(run[-1]) or _is_open(joint))
    return _Worded(are_whole_units("\n".join(run)), is_date(joint), 2.0 * _uneven(run) + dangles)


@lru_cache(maxsize=4096)
def _wide(line: str) -> int:
    return display_width(line)


def _weight(at: int, columns: Columns) -> float:
    if columns.kinds[at] is Kind.TASK:
        return 1.5
    if at < min(columns.units):
        return 1.5 if _is_measures(at, columns) or at == columns.named else 1.0
    return 0.3


def _is_measures(at: int, columns: Columns) -> bool:
    return at == columns.detail or (at == columns.task and columns.named is not None)


def _uneven(run: Sequence[str]) -> int:
    """How many lines inside a run are much narrower than its widest one, as the last line of another cell is."""
    widths = [_wide(line) for line in run]
    widest = max(widths)
    inner = zip(widths, run[:-1], strict=False)
    return sum(width < widest - _SLACK and not line.endswith(_ENDS) for width, line in inner)


def _is_open(words: str) -> bool:
    """Whether a bracket or a quotation begun in the words does not end there, or one ends that did not begin."""
    return any(words.count(a) != words.count(b) for a, b in zip(_OPENS, _CLOSES, strict=True))


def _missing(columns: Columns, at: int) -> float:
    kind = columns.kinds[at]
    if kind is Kind.TASK:
        return -6.0
    if at == min(columns.units):
        return -2.0
    if at in columns.shape.merged and at != columns.named:
        return -0.2
    if kind is Kind.OTHER and at < min(columns.units):
        return -1.5
    return {Kind.UNITS: -1.5, Kind.ORDINAL: -3.0, Kind.DEADLINE: -1.0}.get(kind, -0.3)


_FITS: dict[Kind, Callable[[Sequence[str]], float]] = {
    Kind.ORDINAL: _fit_of_number,
    Kind.DEADLINE: _fit_of_time,
    Kind.PERSONS: _fit_of_people,
    Kind.CONTACT: _fit_of_people,
}
"""How well lines fit a column that tells its kind by what it says."""
