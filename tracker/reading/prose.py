"""Sentences that assign in running words: 市民政局要…, 由市应急局牵头，市财政局配合，…, 卫健部门负责….

Always to be reviewed: a sentence is surer to be read than meant. What only exhorts (高度重视, 提高站位) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import zip_longest

from tracker.domain.deadlines import Found, begin_of_term, find_in_clause
from tracker.domain.drafts import DeadlineKind, Form
from tracker.domain.roles import Role
from tracker.domain.text import tidy
from tracker.reading.bare_lines import bare, without_ends
from tracker.reading.clauses import Clause
from tracker.reading.fields import Fields, Sign, read_cue_line
from tracker.reading.label_lines import listed_below
from tracker.reading.outline import Heading, Placed, without_number
from tracker.reading.partners import in_roles, partners_of, without_lead
from tracker.reading.subjects import Doer, begin_of_names, doer_of, doers_of, may_name_doers
from tracker.reading.told_times import take_time

_BY = re.compile(
    r"(?:^|(?<=[。；;，,\s：:）)])|(?<=[\d一二三四五六七八九十][、.．]))(?:具体)?(?:由|并?请|责成|委托)(?=[^。；;\n]{2,120}?(?:牵头|主办|负责))"
)
_DATE_BEFORE = re.compile(r"(?:20\d\d年)?(?:\d{1,2}月(?:\d{1,2}日|[底末]|[上中下]旬)?|年底|年内)之?前?[，,]")
_SENTENCE = re.compile(r"[^。；;！？\n]+")
_LONGEST_SENTENCE = 300
_CUE_PHRASE = re.compile(
    r"(?:牵头|主办|负责)(?:负责|抓总|组织|落实|实施)*|(?:积极|共同|协同)?(?:配合|协助|参与|协办|会办)|按照?(?:各自)?职责分工(?:负责|落实)|分别负责|共同负责"
)
_IN_CUES = re.compile("负责|牵头|配合|参与|协[助办]|主办|会办|职责分工")
"""What every cue holds: found faster than a cue."""
_PARTS = re.compile("[^，,]+")
_LONGEST_TITLE = 60
_NAMES_A_THING = ("的", "人", "同")
"""What follows a cue that describes and does not assign: 负责的项目, 负责人."""

_DONE_ALREADY = re.compile(r"已(?:于|经|全部|基本|完成|建成|办结)|曾|[^为除]了(?!解)|去年|上年|以来")
_EXHORTS = re.compile(
    r"(?:要|应当?|须|必须|务必|进一步|切实|均|都|一定)*(?:要|切实|进一步)*(?:高度重视|提高(?:政治站位|思想认识|认识)|统一思想|充分认识|深刻认识|加强(?:组织)?领导|强化组织领导|增强|(?:加强|密切)(?:协同|协作|配合)(?=[，,]|$)|(?:落实|压实|强化)责任(?=[，,]|$)|不得|把思想|坚持政治|各司其职|牢固树立|提升政治)"
)
_NO_TASK = re.compile(r"负责解释|不再|处罚|罚款|没收|责令|废止|追究|名单|以下简称|享受|奖励|发放")
_MATTER = re.compile(r"(?:^|[。；;\n])(?:涉及|凡|有关)?(?P<matter>[^。；;，,\n]+?)(?:的)?[，,]\s*(?:具体)?$")
_MODALS = re.compile(r"^(?:要(?!求)|应当?|须|必须|务必|需要?|将|均|也|还|都|负责|具体负责|具体|切实|认真|积极)+(?=..)")
_SETTING = re.compile(
    r"(?:要|应当?|须|将|可|严格)*(?:根据|按照|按|依据|依照|依托|参照|比照|结合|围绕|在[^，]*[下中内前后]$|对[^，]*[的件]$|自[^，]*[内后]$|会同[^，]*$|协同[^，]*$|坚持)"
)
"""The parts of a deed that only tell on what ground, with whom or when it is done."""

_NAMES_PAPER = re.compile(
    r"(?:方案|意见|通知|办法|规划|计划|细则|规定|措施|清单|任务表|安排|要点|台账|分工表?|分解|纪要|预案)(?:[（(].{1,12}[)）])?$"
)
_DESCRIBES = re.compile(r"(?:牵头|主办|负责)[、，][^，。]{0,24}(?:参与|参加|配合)的")
"""由A牵头、B参与的…: what stands before 的 tells of what kind a thing is."""

_SHORTEST_DEED = 4
_ALL = re.compile(
    "各(?:责任|牵头|配合|成员|协办|主办|有关|相关)*单位|(?:责任|牵头|配合)单位|各地(?:各部门|各单位)?|各(?:科室|社区|村居)"
)
_CALLS_FOR = re.compile(
    "(?:要|应当?|须|需|必须|务必|将|进一步|切实|均|都|主动|积极|认真|严格|把)*"
    "(?:(?:强化|细化|完善)(?:工作)?(?:措施|举措|责任|担当|意识|配合)|(?:加强|强化|密切)(?:协作|协同|沟通|统筹|调度|督导|领导|监管|配合)|加快(?:工作)?进度"
    "|(?:履行|落实|压实|扛牢|夯实)[^，]{0,12}(?:责任|职责)|认领|对号入座|提高(?:站位|认识)|[^，]{2,12}作为“[^”]+工程”|落实“[^”]+”|狠抓落实|抓好(?:工作)?落实)"
)
_KEEPS_WATCH = re.compile("(?:督查室|督[查考]办|督查考核办|督查局|考核办|督查科|目标办|绩效办|督察室)$")
_CHECKS = re.compile("督查|督办|督导|督察|调度|通报|约谈|考核|问责|追责")
"""What is done about those who do a plan's tasks, and is no task of it."""

_COLONS = ("：", ":")
_NAMES_DAY = re.compile(r"\d")


Assigner = Callable[[Placed, int, int, int], Iterator[Clause]]
Glance = Callable[[str, int, int], bool]
"""Whether a stretch of a paragraph is worth an assigner's while."""


def cued_clauses(items: Sequence[Placed], taken: Set[int], owned: Set[Heading | None]) -> Iterator[Clause]:
    """The sentences 由A牵头，B配合，…, each with what follows its units; always to be reviewed.

    Paragraphs ``taken`` by a surer clause, or under a heading ``owned`` by one, tell how that task is done: no more.
    """
    return _by_sentence(items, taken, owned, _with_cues, _may_be_cued)


def doer_clauses(items: Sequence[Placed], taken: Set[int], owned: Set[Heading | None]) -> Iterator[Clause]:
    """The sentences that name a doer before its deed (市民政局要…); ``taken`` and ``owned`` as above."""
    return _by_sentence(items, taken, owned, _with_doers, may_name_doers)


def _by_sentence(
    items: Sequence[Placed], taken: Set[int], owned: Set[Heading | None], assigner: Assigner, may_assign: Glance
) -> Iterator[Clause]:
    above, is_owned = None, False
    for index, placed in enumerate(items):
        if placed.headings is not above:  # asked once for all lines under a heading
            above, is_owned = placed.headings, placed.is_under(owned)
        if placed.paragraph.is_cell or is_owned or index in taken:
            continue
        flat = without_ends(placed.paragraph)
        if not may_assign(flat, 0, len(flat)):
            continue
        line = bare(placed)
        sentences = [found.span() for found in _SENTENCE.finditer(flat)]
        for start, stop in sentences:
            end = min(stop, start + _LONGEST_SENTENCE)
            if len(sentences) == 1 or may_assign(flat, start, end):
                yield from map(line.as_written, assigner(line.placed, index, start, end))


def spoken_for(clauses: Sequence[Clause], items: Sequence[Placed]) -> tuple[frozenset[int], frozenset[Heading | None]]:
    """The paragraphs that hold a clause or a block's measures, and the headings that a line of labels closes."""
    held = frozenset(clause.index for clause in clauses)
    blocks = [clause for clause in clauses if clause.form is Form.LINE and clause.owner]
    taken = held.union(
        *(listed_below(items, block.index, block.owner, held) for block in blocks),
        *(_closed_by(items, block) for block in blocks),
    )
    owned = frozenset(
        clause.owner for clause in clauses if clause.owner and _is_closing(clause) and clause.form is not Form.TABLE
    )
    return taken, owned


def _closed_by(items: Sequence[Placed], block: Clause) -> Iterator[int]:
    """The items of the section that a block closes as a whole."""
    if block.owner is block.placed.owner or block.owner not in block.placed.headings[:-1]:
        return
    for at in range(block.index - 1, -1, -1):
        if block.owner not in items[at].headings:
            return
        yield at


def _is_closing(clause: Clause) -> bool:
    """Whether a clause closes the text of its heading: it stands below it, or under one of its fields (责任分工)."""
    return not clause.placed.own or clause.owner != clause.placed.heading


def _may_be_cued(flat: str, start: int, end: int) -> bool:
    """Whether a cue may stand there, and a doer anywhere."""
    return _IN_CUES.search(flat, start, end) is not None and may_name_doers(flat)


def _with_cues(placed: Placed, index: int, start: int, end: int) -> Iterator[Clause]:
    """由A牵头，B配合，… or A牵头，B配合，…: units in roles, then the deed."""
    flat = placed.paragraph.flat
    found = _BY.search(flat, start, end)
    assigned = _assigned(flat[found.end() : end]) if found else None
    begin = found.start() if found else end
    if not assigned:
        begin = end - len(without_number(flat[start:end]))
        begin += begin_of_names(flat[begin:end])
        dated = _DATE_BEFORE.match(flat, begin, end)
        assigned = _led(flat[dated.end() if dated else begin : end])
        if dated and assigned:
            fields, deed = assigned
            assigned = replace(fields, deadlines=_dates(dated.group()) + fields.deadlines), deed
    if assigned and not (found and flat.startswith("解释", found.end())):
        fields, deed = assigned
        yield _clause(placed, index, (begin, end), fields, _title(deed, placed, flat[:begin]))


def _led(sentence: str) -> tuple[Fields, str] | None:
    """The same of a sentence that begins with its units, one of which leads or helps: A牵头，B、C配合，9月底前完成…."""
    end = _end_of_cues(sentence)
    doer = doer_of(sentence) if end else None
    names_first = doer and not doer.by and doer.start == 0
    assigned = _assigned(sentence, end) if names_first else None
    if not doer or not assigned or _DESCRIBES.match(sentence, doer.end):
        return None
    units = assigned[0].units
    return (
        assigned if units[0].name == doer.units[0].name and any(u.role is not Role.RESPONSIBLE for u in units) else None
    )


def _clause(placed: Placed, index: int, span: tuple[int, int], fields: Fields, title: str) -> Clause:
    base = placed.paragraph.start
    return Clause(Form.PROSE, base + span[0], base + span[1], fields, placed, index, placed.heading, task=title)


def _with_doers(placed: Placed, index: int, start: int, end: int) -> Iterator[Clause]:
    """市民政局要…, …的，由属地政府…: each doer of a sentence with its deed."""
    flat = placed.paragraph.flat
    body = without_number(flat[start:end])
    base = end - len(body)
    doers = list(doers_of(body))
    for number, (doer, after) in enumerate(zip_longest(doers, doers[1:])):
        stop = after.start if after else len(body)
        deed = body[doer.end : stop].strip("，,：: 由")
        before = flat[: base + doer.start].removesuffix("由")
        if not _assigns(deed, before) or _is_title(placed, body) or _only_calls_for(doer, deed):
            continue
        lead = body[: doer.start].rstrip("，,由 ") if number == 0 else ""
        times = _dates(lead) if lead and not take_time(lead)[0] else ()
        fields = Fields(Sign.CUE, in_roles(doer, deed), times + _dates(deed))
        all_told = number == 0 and not after and body[doer.end : doer.end + 1] in _COLONS
        last = len(flat) if all_told else base + stop  # 市水利局：负责…；组织…。: the paragraph is the unit's
        span = _span(flat, base if number == 0 else base + doer.start, last)
        yield _clause(placed, index, span, fields, _title(partners_of(without_lead(deed))[1], placed, before))


def _assigns(deed: str, before: str) -> bool:
    """Whether a deed is one to be done: not an exhortation, not the past, not a penalty."""
    if _EXHORTS.match(deed) or _DONE_ALREADY.search(deed) or _NO_TASK.search(deed) or _DESCRIBES.match(deed):
        return False
    return len(deed) >= _SHORTEST_DEED or bool(_MATTER.search(before[-_LONGEST_TITLE:]))


def _only_calls_for(doer: Doer, deed: str) -> bool:
    """Whether a sentence without a date only calls on all (各单位要强化措施), or tells who will check on them."""
    names = [unit.name for unit in doer.units]
    on_all = _CALLS_FOR.match(deed) and all(_ALL.fullmatch(name) for name in names)
    checked = _CHECKS.search(deed) and any(_KEEPS_WATCH.search(name) for name in names)
    return bool(on_all or checked) and not any(_NAMES_DAY.search(phrase) for phrase in _dates(deed))


def _is_title(placed: Placed, body: str) -> bool:
    """Whether a paragraph is nothing but the name of a paper: 某市推进养老服务实施方案."""
    return len(body) == len(placed.paragraph.flat.strip()) and bool(_NAMES_PAPER.search(body))


def _span(flat: str, begin: int, end: int) -> tuple[int, int]:
    shown = flat[begin:end]
    return begin + len(shown) - len(shown.lstrip()), begin + len(shown.rstrip())


def _end_of_cues(sentence: str) -> int:
    """Where the first parts of a sentence end that only tell who is in which role: A牵头，B、C配合，制定…."""
    end = 0
    for part in _PARTS.finditer(sentence):
        cues = list(_CUE_PHRASE.finditer(part.group()))
        if cues and cues[-1].end() == len(part.group()):
            end = part.end()
        elif cues or not end:
            return end or (part.start() + cues[0].end() if cues else 0)
    return end


def _assigned(words: str, end: int | None = None) -> tuple[Fields, str] | None:
    """The units, roles and date of a sentence after its 由, and the deed that follows; None when it names no unit.

    Cues that stand after ``end`` tell no role of it, but another deed.
    """
    found = _CUE_PHRASE.finditer(words, 0, len(words) if end is None else end)
    cues = [cue for cue in found if words[cue.end() : cue.end() + 1] not in _NAMES_A_THING]
    for cue in reversed(cues):
        fields = read_cue_line(f"由{words[: cue.end()]}", one_may_do=True)
        if fields and not _DONE_ALREADY.search(words, cue.end()):
            partners, deed = partners_of(words[cue.end() :].strip("，, "))
            return replace(fields, units=fields.units + partners, deadlines=fields.deadlines + _dates(deed)), deed
    return None


def _dates(deed: str) -> tuple[str, ...]:
    """The phrases of the deed that name a day, a period or a season (主汛期前) by which it is done."""
    return tuple(deed[begin_of_term(deed, one) : one.end] for one in find_in_clause(deed, None) if _is_term(deed, one))


def _is_term(deed: str, one: Found) -> bool:
    if one.point.kind in (DeadlineKind.FIXED, DeadlineKind.RECURRING):
        return one.rule != "year"
    if one.point.kind is DeadlineKind.RELATIVE:
        return begin_of_term(deed, one) < one.start  # counted from something: 印发之日起10个工作日内
    return one.rule == "event" and deed[: one.end].endswith("前")


def _names_matter(words: str) -> bool:
    """Whether words before a comma can name a matter: no time (10月15日前) and no mere lead-in (会议要求)."""
    return bool(take_time(words)[0]) and begin_of_names(f"{words}，") <= len(words)


def _title(deed: str, placed: Placed, before: str) -> str:
    """The deed itself, up to its first comma; where hardly anything follows the units, what stands before them."""
    undated = deed
    for phrase in _dates(deed):
        undated = re.sub(f"(?:务必|必须|须|请)?[于在]?{re.escape(phrase)}", "", undated, count=1)
    matter = _MATTER.search(before[-_LONGEST_TITLE:])
    matter = matter if matter and _names_matter(without_number(matter["matter"])) else None
    parts = [tidy(part) for part in re.split(r"[，,]", undated.strip("，, "))]
    long_enough = [part for part in parts if len(_MODALS.sub("", part)) > _SHORTEST_DEED] or parts[:1]
    words = next((part for part in long_enough if not _SETTING.match(part)), long_enough[0])[:_LONGEST_TITLE]
    if (
        matter
        and len(matter["matter"]) > _SHORTEST_DEED
        and (len(words) <= _SHORTEST_DEED or "方面的事项" in matter["matter"])
    ):
        return tidy(without_number(matter["matter"])).replace("方面的事项", "事项")
    if len(words) > _SHORTEST_DEED - 1:
        return _MODALS.sub("", words)
    return placed.heading.title if placed.heading else tidy(deed.strip("，, "))[:_LONGEST_TITLE]
