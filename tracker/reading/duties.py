"""Dated duties in running words: 各承办单位将台账于3月10日前报市政府办公室, 2025年底前完成摸底排查.

A duty is a sentence outside every clause that gives a day and a deed that can be done by then (报送, 完成, 编制 …).
A mere target (到2025年，覆盖率达到95%) is none. Who does it is taken from the sentence, else from the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from tracker.domain.deadlines import find_in_prose
from tracker.domain.drafts import DeadlineKind, Form, UnitMention
from tracker.domain.text import tidy
from tracker.reading.bare_lines import bare, without_ends
from tracker.reading.clauses import Clause
from tracker.reading.fields import Fields, Sign
from tracker.reading.labels import Opens, labels_in
from tracker.reading.outline import Heading, Placed, without_number
from tracker.reading.partners import in_roles, partners_of, without_lead
from tracker.reading.subjects import Doer, doer_between, doer_of, doers_of

_SENTENCE = re.compile(r"[^。；;！？\n]+")
_DATE_HINT = re.compile(r"[\d一二三四五六七八九十〇○零]\s*(?:日|月|年|号|个工作日)")
_HANDED_IN = re.compile(
    r"报(?:送|请|市|县|省|区|州|我|至|给|本|到|办|政府|备|告|局|委|厅)|上报|备案|送达|反馈|提交|答复|交(?:至|到|由|回)|寄(?:送|至)|对应反馈|报名|填报|汇总"
)
_DONE_BY = re.compile(
    r"完成(?!时限|时间|期限|情况|率|标志|单位)|建成|编制|制定|制订|出台|印发|启动|开展|整改到位|公开|公布|复查|落实到位|建立|组建|部署"
)
_DEED = re.compile(f"{_HANDED_IN.pattern}|{_DONE_BY.pattern}")
_PAST = re.compile(
    r"已|曾|以来|[^为除]了(?!解)|去年|施行|废止|有效期|时点|讲解|决定于|审议通过|负责解释|^第[一二三四五六]阶段|^(?:以上|上述|各项|所有|全部|本方案)[^，]{0,8}(?:任务|措施|事项)|^(?:根据|依据|按照)[^，]*，[^，]*决定|关键期|是全面"
)
_STAGE = re.compile(r"[^，,。（(]{2,24}[（(][^（()）]*[)）]")
"""A heading that tells a stage's time and no deed: 动员部署阶段（2024年6月10日前）."""

_TARGET = re.compile(r"达到|实现|形成|提高到|提升到|基本建成|覆盖率|增长|基本|左右|截至|^为[^，]{4,}，")
_BARE_YEAR = re.compile(r"(?:到)?20\d\d年")
_LONGEST = 300
_SHORTEST_TEXT = 120
_SHORTEST_TITLE, _LONGEST_TITLE = 4, 60
_BARE_DEED = re.compile(r"(?:一并)?(?:报|上报|交|寄|反馈|答复)")
_ONLY_DONE = re.compile(r"(?:全部|全面|基本|如期)*(?:完成|完毕|建成|投用|建成投用|投入使用|整改到位|落实到位|报送)")
"""普查老旧管道，9月底前完成: what is done stands before."""

_ASIDE = re.compile(r"[（(][^（()）]*(?:联系人|联系电话|电话|邮箱|样式|见附)[^（()）]*[)）]")
_MODALS = re.compile(r"^(?:要(?!求)|应当?|须|必须|务必|需要?(?!求)|将|并|于|在|对|均|请|(?:具体)?负责(?!人))+(?=..)")


@dataclass(slots=True)
class _Said:
    """What was said under a heading so far; who it spoke of last is looked for only when a duty asks.

    ``unheard`` are sentences, and whole paragraphs without a date.
    """

    heading: Heading | None = None
    units: tuple[UnitMention, ...] = ()
    unheard: list[str] = field(default_factory=list)

    def spoken_of(self) -> tuple[UnitMention, ...]:
        """The units of the doer named last."""
        while self.unheard:
            doer = _last_doer(self.unheard.pop())
            if doer:
                self.units = doer.units
                self.unheard.clear()
        return self.units


def _last_doer(words: str) -> Doer | None:
    """The doer of the last sentence that names one."""
    named = (doer_of(without_number(sentence)) for sentence in reversed(_SENTENCE.findall(words)))
    return next((doer for doer in named if doer), None)


def duty_clauses(items: Sequence[Placed], taken: Set[int], owned: Set[Heading | None]) -> Iterator[Clause]:
    """The dated duties outside the paragraphs ``taken`` by surer clauses, and outside the headings they own."""
    said = _Said()
    above, is_owned = None, False
    for index, placed in enumerate(items):
        if placed.heading != said.heading:
            said = _Said(placed.heading)
        if placed.headings is not above:  # asked once for all lines under a heading
            above, is_owned = placed.headings, placed.is_under(owned)
        if is_owned or index in taken or (placed.paragraph.is_cell and not _is_running_text(placed.paragraph.flat)):
            continue
        flat = without_ends(placed.paragraph)
        if not _DATE_HINT.search(flat):
            said.unheard.append(flat)
            continue
        line = bare(placed)
        for sentence in _SENTENCE.finditer(flat):
            told = (sentence, without_number(sentence.group()))
            yield from map(line.as_written, _duty(line.placed, index, told, said))
            said.unheard.append(sentence.group())


def with_units_above(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses; a dated duty without a doer is done by the units of a heading above it.

    They stand in the heading's bracket, on lines below it, or are all that it tells (一、责任单位：县发改局): then it
    is no task itself.
    """
    units = {heading: clause.fields.units for clause in clauses if (heading := _heads(clause))}
    given = [_with_units(clause, units) if clause.form is Form.DUTY else clause for clause in clauses]
    heads = {
        id(heading)
        for old, new in zip(clauses, given, strict=True)
        if old is not new
        for heading in new.placed.headings
    }
    return [clause for clause in given if not (_is_label_heading(clause) and id(clause.placed.heading) in heads)]


def _heads(clause: Clause) -> Heading | None:
    """The heading whose items a clause's units do."""
    if _is_label_heading(clause):
        return clause.placed.heading
    if clause.form is Form.LINE:
        return clause.owner
    is_own = clause.form is Form.BRACKET and clause.placed.own and clause.owner is clause.placed.heading
    return clause.owner if is_own else None


def _is_label_heading(clause: Clause) -> bool:
    """Whether a line of labels is itself a numbered heading."""
    return clause.form is Form.LINE and clause.placed.own


def _with_units(duty: Clause, units: Mapping[Heading, tuple[UnitMention, ...]]) -> Clause:
    above = next((units[heading] for heading in reversed(duty.placed.headings) if units.get(heading)), ())
    if duty.fields.units or not above:
        return duty
    return replace(duty, fields=replace(duty.fields, units=above, doubts=(*duty.fields.doubts, "doer-from-context")))


def _is_running_text(cell: str) -> bool:
    """Whether a table's cell holds sentences, as some plans set whole sections into tables."""
    return len(cell) > _SHORTEST_TEXT and cell.count("。") > 1


def _duty(placed: Placed, index: int, told: tuple[re.Match[str], str], said: _Said) -> Iterator[Clause]:
    sentence, body = told
    if len(body) > _LONGEST or not _DATE_HINT.search(body) or _PAST.search(body) or _STAGE.fullmatch(body.strip()):
        return
    phrases = _phrases(body)
    if not phrases or _tells_time_alone(body):
        return
    doer = doer_of(body) or next(doers_of(body), None) or _doer_after_date(body, phrases[0])
    deed = without_lead(body[doer.end :].lstrip("，, ")) if doer else body
    units = in_roles(doer, body[doer.end :]) if doer else said.spoken_of()
    doubts = ("doer-from-context",) if units and not doer else ()
    base = placed.paragraph.start + sentence.start()
    start = base + len(sentence.group()) - len(body)
    fields = Fields(Sign.CUE, units, phrases, doubts=doubts)
    title = _title(partners_of(deed)[1] if doer else body, phrases)
    if len(title) < _SHORTEST_TITLE and placed.heading:
        title = placed.heading.title
    end = base + len(sentence.group().rstrip())
    yield Clause(Form.DUTY, start, end, fields, placed, index, placed.heading, task=title)


def _doer_after_date(body: str, phrase: str) -> Doer | None:
    """Who stands between a date at the sentence's beginning and the deed: 10月15日前，县林业局完成摸排."""
    at = body.find(phrase)
    begin = at + len(phrase)
    begin += len(body[begin:]) - len(body[begin:].lstrip("，, "))
    deed = _DEED.search(body, begin) if not body[:at].strip("于在") else None
    return doer_between(body, begin, deed.start()) if deed else None


def _tells_time_alone(body: str) -> bool:
    """Whether a sentence is the time of something told elsewhere (完成时限：6月底前完成)."""
    label = next(iter(labels_in(body)), None) if "：" in body or ":" in body else None
    return bool(label and label.opens is Opens.DEADLINE and not body[: label.start].strip())


def _phrases(body: str) -> tuple[str, ...]:
    """The sentence's dates by which its deed is to be done; () when it tells no such deed."""
    if not _HANDED_IN.search(body) and (not _DONE_BY.search(body) or _TARGET.search(body)):
        return ()
    found = [one for one in find_in_prose(body, None) if one.point.kind in (DeadlineKind.FIXED, DeadlineKind.RECURRING)]
    return tuple(body[one.start : one.end] for one in found if _is_for_a_deed(body, one.start, one.end))


def _is_for_a_deed(body: str, start: int, end: int) -> bool:
    """Whether a date is one by which something is done; a bare year only right before its deed (到2023年完成…)."""
    if not _BARE_YEAR.fullmatch(body, start, end):
        return True
    return bool(_DONE_BY.match(body, end + (body[end : end + 1] in "，,")))


def _title(deed: str, phrases: tuple[str, ...]) -> str:
    """The part that tells the deed, without its dates; with the part before it where it names no thing."""
    deed = _ASIDE.sub("", deed)
    first = next((n for n, part in enumerate(re.split(r"[，,]", deed)) if phrases[0] in part), 0)
    for phrase in phrases:
        deed = re.sub(f"(?:务于|于|在|到|至|截至|务必于|请于)?{re.escape(phrase)}", "", deed, count=1)
    parts = [_MODALS.sub("", tidy(part)) for part in re.split(r"[，,]", deed)]
    at = _telling(parts, first)
    if at and _ONLY_DONE.fullmatch(parts[at]) and len(parts[at - 1]) > 1:
        return parts[at - 1][:_LONGEST_TITLE]
    if at and _BARE_DEED.match(parts[at]) and len(parts[at - 1]) > 1:
        return f"{parts[at - 1]}，{parts[at]}"[:_LONGEST_TITLE]
    return (parts[at] or tidy(deed))[:_LONGEST_TITLE]


def _telling(parts: list[str], first: int) -> int:
    """Which part tells the deed: one that hands in or gets done, from the date on if there is one, else the date's."""
    order = (*range(first, len(parts)), *range(first))
    for pattern in (_HANDED_IN, _DONE_BY):
        telling: list[int] = [at for at in order if pattern.search(parts[at])]
        if telling:
            return telling[0]
    return next((at for at in order if parts[at]), first)
