"""A list of units to its units: split at the top level of brackets, cues taken off, roles read from the cues.

Names are kept as written; no list of known units is used, so that any place's names can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise, zip_longest

from tracker.domain.roles import Role
from tracker.domain.text import compact, tidy
from tracker.reading.brackets import top_level
from tracker.reading.cues import CUE, MAY_CUE, role_of
from tracker.reading.joints import ROLE_NOTE, with_signs
from tracker.reading.notes import without_note
from tracker.reading.prefixes import prefix_of, with_prefix
from tracker.reading.shared_names import with_shared_parts
from tracker.reading.told import Told, told_by_label
from tracker.reading.told_times import take_time
from tracker.reading.unit_list import UnitList
from tracker.reading.unit_words import (
    COLLECTIVE_HEAD,
    COLLECTIVE_TAIL,
    is_person,
    looks_like_unit,
)

_LONGEST_NAME = 60
_LISTS_IN_MEMORY = 256  # those of the document that is being read
_MARKS = "*\uff0a★▲△☆#"
_SEPARATORS = "、，,；;。/／｜|\n"
_SEPARATOR = re.compile(f"[{re.escape(_SEPARATORS)}]")
_PREFIX = re.compile(
    r"^(?:[（(]?\d{1,2}[)）.．、](?=[\u4e00-\u9fff])|[①-⑳]|其[他它余](?:内容)?由|由|会同|联合|协同|以及|并由|并|其中|同时|具体由|分别由|主要由|及|和|与|：|:|的)+"
)
_AND_MORE = re.compile(r"^(?P<name>.*?[^高中初同平优])等(?!级|院|专|学|教育|额)(?P<rest>.*)$")
_MORE_UNITS = re.compile(
    r"(?:有关|相关|各|市直|省直|县直|区直|州直|职能|责任|成员单位|其他|涉[\u4e00-\u9fff]|主管|行业)"
)
_WHOSE = re.compile(r"^(?:国务院|中央|国家|自治区|[省市县区州镇]级?)+")
_AND_OTHERS = re.compile(
    r"(?:[\d一二三四五六七八九十]+个?|多个?|几个)?(?:市级|省级|县级|区级)?(?:部门|单位|机构|企业|地区?|县区|乡镇|镇街|方面)?(?:[和、及](?:部门|单位|地区))?"
)
_THINGS = ("实验室", "教研室", "街道", "社区", "学院", "学校", "医院")
"""Words that end like a unit and begin names of one: 实验室与设备管理处."""

_PARTY_COMMITTEE = ("党委", "党工委", "党（工）委")
_ITS_GOVERNMENT = ("政府", "人民政府", "管委会", "办事处", "政府（办事处）", "人民政府（街道办事处）")
"""各乡镇党委、政府 is one entry: the second word says whose government only together with the first."""

_COMMITTEES = re.compile("各[市县区州盟旗（）()、，设]*[市县区州盟旗）)]工?委")

_ZONE = re.compile("(?:经济|高新|经开)?(?:技术)?(?:产业)?(?:开发|高新|经开|园|新)区")
"""A zone is no kind of county: 各县（市、区）、开发区 are two."""

_ABOVE = ("中央", "国家", "部", "省", "中", "自治区")
"""中央、省驻市有关单位 is one entry."""

_AND = re.compile(r"(?:以及|及其?|和|与|暨|会同|联合)")

_JUNK = re.compile(r"(?:无|略|/|-|—|同上|同前|如上|空|暂无|[\d\s.%]*|等|下同|…+|在.+(?:指导|领导|统筹|协调|支持)下)$")
_TRAILING = re.compile(r"(?:为(?:责任|牵头|主要)单位|为主|（?下同）?|等|按)$")
_DUTY_TOLD = re.compile(
    r"(?<=[局厅委办部院处室队站会司行心府道镇乡团])[：:]?(?:具体|牵头)?负责(?!人|单位|部门|同志)[\u4e00-\u9fff].*$"
)
"""A duty told after its unit (市公安局负责交通疏导): the unit alone is named."""


def read_units(
    words: str, role: Role = Role.RESPONSIBLE, prefix: str | None = None, *, second_names: bool = True
) -> UnitList:
    """The units that a list names, each once, in order.

    ``role`` is that of the list's label; a cue inside (A牵头，B配合) speaks for the names before it.
    ``prefix`` is the level (省) that the list before it left standing for names that say none.
    A second name in brackets stays (市住建局（市城管局）), but not where ``second_names`` is False.
    """
    return _listed(words, role, prefix, second_names).copy()


@lru_cache(maxsize=_LISTS_IN_MEMORY)
def _listed(words: str, role: Role, prefix: str | None, second_names: bool) -> UnitList:
    """The same. A plan names the same units again and again, and each of its clauses is looked at more than once."""
    result, last_prefix = UnitList(), prefix
    named: list[tuple[str, Role]] = []
    for segment, given in _by_cue(with_signs(words), role):
        for piece, separator in _pieces(segment):
            if separator and separator in "；;。":
                last_prefix = None
            told = _told(piece, given, second_names)
            result.take(told)
            for name, own_role in told.names:
                full = with_prefix(name, last_prefix)
                if full != name:
                    result.doubts["elided-prefix"] = None
                last_prefix = None if full.startswith("各") else prefix_of(full) or last_prefix
                named.append((full, own_role))
    whole = with_shared_parts(named)
    if whole != named:
        result.doubts["elided-prefix"] = None
    for name, own_role in whole:
        result.add(name, own_role)
    result.prefix = last_prefix
    return result


def has_cue(words: str) -> bool:
    """Whether a cue (牵头, 按职责分工负责, 配合 …) stands at the top level of the words, with names before it."""
    found = CUE.search(top_level(words)) if MAY_CUE.search(words) else None
    return bool(found and found.start())


def _by_cue(words: str, role: Role) -> Iterator[tuple[str, Role]]:
    """The list cut at its cues: each part with the role that its cue gives, or the label's."""
    open_words = top_level(words) if MAY_CUE.search(words) else ""
    at = 0
    led = False
    for cue in CUE.finditer(open_words):
        given = role_of(cue)
        segment = words[at : cue.start()]
        if led and given is Role.RESPONSIBLE and _JOINED_BY_LEAD.match(segment):
            given = Role.SUPPORT
        own = _before_last_group(open_words[: cue.start()]) if at == 0 and given in (Role.SUPPORT, Role.LEAD) else 0
        if own:
            yield segment[:own], role
        if segment[own:].strip(_SEPARATORS + " "):
            yield segment[own:], role if given is Role.RESPONSIBLE else given
        at = cue.end()
        led = led or given is Role.LEAD
    if words[at:].strip():
        yield words[at:], Role.SUPPORT if led and _JOINED_BY_LEAD.match(words[at:]) else role


_JOINED_BY_LEAD = re.compile(r"[\s，,；;、]*(?:并|要)?(?:会同|联合|协同)")
"""A牵头，会同B办理: B helps the one that leads."""


def _before_last_group(open_words: str) -> int:
    """How much of a first list stands before the group that a cue speaks for: A，B、C配合 leaves A its own role."""
    comma = max(open_words.rfind(mark) for mark in "，,；;")
    listed = comma > 0 and all(mark not in open_words[:comma] for mark in "，,；;")
    return comma if listed else 0


def _pieces(segment: str) -> Iterator[tuple[str, str]]:
    """The parts between top-level separators, each with the separator before it; collectives stay whole."""
    cuts = [found.start() for found in _SEPARATOR.finditer(top_level(segment))]
    bounds = [-1, *cuts, len(segment)]
    parts = [(segment[a + 1 : b], segment[a] if a >= 0 else "") for a, b in pairwise(bounds)]
    parts = [(words.strip(), separator) for words, separator in parts]
    at = 0
    while at < len(parts):
        words, separator = parts[at]
        while at + 1 < len(parts) and parts[at + 1][1] == "、" and _is_one_collective(words, parts[at + 1][0]):
            at += 1
            words = f"{words}、{parts[at][0]}"
        for word in _by_blanks(words):
            yield word, separator
        at += 1


def _is_one_collective(first: str, second: str) -> bool:
    """各市、县（区）人民政府 is one: the first part has no organ of its own, the second only kinds of places."""
    if first in _ABOVE and "驻" in second:
        return True
    if _ZONE.match(second):
        return False
    plain = re.sub(r"[、]", "", first)
    if _is_party_committee(first) and second in _ITS_GOVERNMENT:
        return True
    return bool(COLLECTIVE_HEAD.fullmatch(plain) and COLLECTIVE_TAIL.fullmatch(second)) and (
        first.startswith("各") or second.endswith(("政府", "办事处"))
    )


def _is_party_committee(name: str) -> bool:
    """Whether a name is that of committees whose government is told only together with them: 各县（市、区）委."""
    return name.endswith(_PARTY_COMMITTEE) or bool(_COMMITTEES.fullmatch(name))


def _by_blanks(words: str) -> list[str]:
    """Names set apart by blanks alone; blanks inside one name are type-setting."""
    parts = words.split()
    named = len(parts) > 1 and looks_like_unit(parts[0])
    if named and all(looks_like_unit(part) or is_person(part) or not take_time(part)[0] for part in parts):
        return parts
    return [words] if is_person(words) else [compact(words)]


@lru_cache(maxsize=4096)
def _told(piece: str, role: Role, second_names: bool) -> Told:
    """What a piece tells; remembered, as a plan names the same units again and again."""
    noted = ROLE_NOTE.search(piece)
    if noted:
        role = _note_role(noted["role"])
        piece = piece[: noted.start()] + piece[noted.end() :]
    is_marked = piece[:1] in _MARKS or piece[-1:] in _MARKS
    piece = _PREFIX.sub("", piece.strip(" \t　：:.．—-" + _MARKS))
    labelled = told_by_label(piece, role)
    if labelled:
        return labelled
    piece, deadline = take_time(piece)
    names, persons = list[str](), list[str]()
    for name in _split_and(_DUTY_TOLD.sub("", _after_by(piece))):
        for one in _split_more(_TRAILING.sub("", name)):
            clean = without_note(_PREFIX.sub("", one), second_names).strip("“”\"' 　（(")
            if not clean or _JUNK.fullmatch(clean) or clean.startswith(("是指", "指的是", "是")):
                continue
            if is_person(clean):
                persons.append(clean)
            else:
                names.append(tidy(clean))
    return Told(
        names=tuple((name, role) for name in names),
        persons=tuple(persons),
        deadlines=(deadline,) if deadline else (),
        marked=tuple(names) if is_marked else (),
    )


def _note_role(word: str) -> Role:
    if word in ("牵头", "主办", "主责"):
        return Role.LEAD
    return Role.RESPONSIBLE if word == "负责" else Role.SUPPORT


def _after_by(piece: str) -> str:
    """What stands after 由: 领导名单由市委组织部 names 市委组织部."""
    _, by, tail = piece.rpartition("由")
    return tail if by and tail and (looks_like_unit(tail) or not looks_like_unit(piece)) else piece


def _split_and(piece: str) -> list[str]:
    """Names joined by 和, 及, 与: cut only where the part before is a whole name (not 自然资源和规划局)."""
    names, begin = [], 0
    joints = list(_AND.finditer(top_level(piece)))
    for joint, following in zip_longest(joints, joints[1:]):
        before = piece[begin : joint.start()]
        after = piece[joint.end() : following.start() if following else None]
        rest = piece[joint.end() : joint.end() + _LONGEST_NAME]
        whole = before if "等" not in before else before.split("等", 1)[1] or before
        if len(before) > 1 and looks_like_unit(whole) and (_stands_alone(before, after) or _stands_alone(before, rest)):
            names.append(before)
            begin = joint.end()
    return [*names, piece[begin:]]


def _stands_alone(before: str, after: str) -> bool:
    """Whether the part after 和 is a name of its own; 部门和单位 is one name."""
    kinds = ("部门", "单位", "机构", "企业")
    if before in _THINGS:
        return False
    if _is_party_committee(before) and _TRAILING.sub("", after) in _ITS_GOVERNMENT:
        return False
    return not (before.endswith(kinds) and after in kinds) and looks_like_unit(_TRAILING.sub("", after))


def _split_more(name: str) -> list[str]:
    """A、B等市有关部门: the last name, and 市有关部门 as a unit of its own; 等部门 alone adds nothing."""
    found = _AND_MORE.match(name)
    if not found or "（" in found["rest"][:1]:
        return [name]
    rest = found["rest"].strip()
    if _AND_OTHERS.fullmatch(rest):
        return [found["name"]]
    more = _MORE_UNITS.match(_WHOSE.sub("", rest)) or _MORE_UNITS.match(rest)
    return [found["name"], rest] if more and looks_like_unit(rest) else [name]
