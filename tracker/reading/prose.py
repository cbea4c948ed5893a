"""Sentences that assign in running words: 由市应急管理局牵头，市财政局配合，2022年10月底前完成全市摸排."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.domain.deadlines import find_in_clause
from tracker.domain.drafts import DeadlineKind, Form, UnitMention
from tracker.domain.roles import Role
from tracker.domain.text import tidy
from tracker.reading.clauses import Clause
from tracker.reading.fields import Fields, read_cue_line
from tracker.reading.naming import read_units
from tracker.reading.outline import Placed
from tracker.reading.unit_words import is_surely_unit

_BY = re.compile(r"(?:^|(?<=[。；;，,\s：:）)]))(?:具体)?由(?=[^。；;\n]{2,120}?(?:牵头|主办|负责))")
_SENTENCE_END = re.compile(r"[。；;\n]")
_LONGEST_SENTENCE = 300
_CUE_PHRASE = re.compile(
    r"(?:牵头|主办|负责)(?:负责|抓总|组织|落实|实施)*|(?:积极|共同|协同)?(?:配合|协助|参与|协办|会办)|按照?(?:各自)?职责分工(?:负责|落实)|分别负责|共同负责"
)
_LONGEST_TITLE = 60
_NAMES_A_THING = ("的", "人", "同")
"""What follows a cue that describes and does not assign: 负责的项目, 负责人."""

_WITH = re.compile(r"(?:会同|联合|协同)(?P<names>[^，,]{2,120}?)等(?:有关|相关)?(?:部门|单位|地方)")
_DONE_ALREADY = re.compile(r"已(?:于|经|全部|基本|完成|建成|办结)|曾")
_MATTER = re.compile(r"(?:^|[。；;\n])(?:涉及|凡|有关)?(?P<matter>[^。；;，,\n]+?)(?:的)?[，,]\s*$")


def prose_clauses(items: Sequence[Placed]) -> Iterator[Clause]:
    """The sentences 由A牵头，B配合，… and 由A负责…, each with what follows its units; always to be reviewed."""
    for index, placed in enumerate(items):
        if placed.paragraph.is_cell or "由" not in placed.paragraph.flat:
            continue
        examined = 0
        for found in _BY.finditer(placed.paragraph.flat):
            if found.start() < examined:
                continue
            clause = _sentence(placed, index, found)
            if clause:
                examined = clause.end - placed.paragraph.start
                yield clause


def _sentence(placed: Placed, index: int, found: re.Match[str]) -> Clause | None:
    flat, base = placed.paragraph.flat, placed.paragraph.start
    stop = _SENTENCE_END.search(flat, found.end(), found.end() + _LONGEST_SENTENCE)
    end = stop.start() if stop else min(len(flat.rstrip()), found.end() + _LONGEST_SENTENCE)
    words = flat[found.end() : end]
    assigned = _assigned(words)
    if assigned is None:
        return None
    fields, deed = assigned
    start = found.start() + (0 if flat[found.start()] in "由具" else 1)
    return Clause(
        Form.PROSE,
        base + start,
        base + end,
        fields,
        placed,
        index,
        placed.heading,
        task=_title(deed, placed, flat[: found.start()]),
    )


def _assigned(words: str) -> tuple[Fields, str] | None:
    """The units, roles and date of a sentence after its 由, and the deed that follows; None when it names no unit."""
    cues = [cue for cue in _CUE_PHRASE.finditer(words) if words[cue.end() : cue.end() + 1] not in _NAMES_A_THING]
    for cue in reversed(cues):
        fields = read_cue_line(f"由{words[: cue.end()]}", one_may_do=True)
        if fields and not _DONE_ALREADY.search(words, cue.end()):
            partners, deed = _partners(words[cue.end() :].strip("，, "))
            return replace(fields, units=fields.units + partners, deadlines=fields.deadlines + _dates(deed)), deed
    return None


def _partners(deed: str) -> tuple[tuple[UnitMention, ...], str]:
    """The units that 会同 names at the deed's beginning (会同市财政局等部门制定…), and the deed without them."""
    found = _WITH.match(deed)
    units = tuple(read_units(found["names"], Role.SUPPORT).units) if found else ()
    if not found or not units or not all(is_surely_unit(unit.name) for unit in units):
        return (), deed
    return units, deed[found.end() :]


def _dates(deed: str) -> tuple[str, ...]:
    """The dated phrases of the deed that name a day or period by which it is done."""
    dated = (DeadlineKind.FIXED, DeadlineKind.RECURRING)
    found = [one for one in find_in_clause(deed, None) if one.point.kind in dated and one.rule != "year"]
    return tuple(deed[one.start : one.end] for one in found)


def _title(deed: str, placed: Placed, before: str) -> str:
    """The deed itself, up to its first comma; where nothing follows the units, what stands before them."""
    undated = deed
    for phrase in _dates(deed):
        undated = undated.replace(phrase, "", 1)
    words = tidy(re.split(r"[，,]", undated.strip("，, "), maxsplit=1)[0])[:_LONGEST_TITLE]
    if len(words) > 3:
        return words
    matter = _MATTER.search(before[-_LONGEST_TITLE:])
    if matter and len(matter["matter"]) > 3:
        return tidy(matter["matter"]).replace("方面的事项", "事项")
    return placed.heading.title if placed.heading else words
