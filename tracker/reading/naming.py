"""A list of units to its units: split at the top level of brackets, cues taken off, roles read from the cues.

Names are kept as written; no list of known units is used, so that any place's names can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest

from tracker.domain.deadlines import find_in_clause
from tracker.domain.drafts import DeadlineKind, UnitMention
from tracker.domain.roles import Role
from tracker.domain.text import compact, tidy
from tracker.reading.brackets import top_level
from tracker.reading.prefixes import prefix_of, with_prefix
from tracker.reading.unit_words import (
    COLLECTIVE_HEAD,
    COLLECTIVE_TAIL,
    ONLY_ADMIN,
    is_person,
    is_surely_unit,
    looks_like_unit,
)

_BY_DUTY = (
    r"(?:(?:依法)?(?:按照?|根据|依据|依|结合)(?:各自|本部门|本单位)?的?(?:法定)?(?:职责"
    r"|职能|分工|责任|任务|工作|权限|业务|管理)+(?:和|及|、)?(?:分工|权限|范围|职责|任务)*)"
)
_DOING = r"(?:负责|落实|抓好|推进|承担|实施|做好|开展|组织|配合|推动|办理|完成|执行|具体|分别|共同|各自|分头|联合|协同)"
_CUES: tuple[tuple[Role | None, str], ...] = (
    (Role.LEAD, r"(?:分别|共同)?(?:作?为|是)(?:总?牵头|主办|主要责任|第一责任)(?:责任)?(?:单位|部门)"),
    (Role.SUPPORT, r"(?:分别|共同)?(?:作?为|是)(?:配合|协办|参与|协助|会办)(?:责任)?(?:单位|部门)"),
    (Role.RESPONSIBLE, r"(?:分别|共同)?(?:作?为|是)(?:责任|落实|实施|承办)(?:单位|部门|主体)"),
    (
        Role.SUPPORT,
        rf"(?:等)?(?:{_BY_DUTY})?(?:积极|共同|分别|协同)*(?:配合|(?<!政)协办(?!公)|(?<!委)会办(?!公)|协助|参与|(?<!业务)指导(?=$|[，,；;。、）)]))(?!单位|部门|处室|科室)(?:落实|实施|做好|推进|完成|负责|办理)*",
    ),
    (
        Role.LEAD,
        r"(?:负责|总|双|共同|具体|联合|分别|各自|均|为)*(?:牵头|主办(?!公))(?!单位|部门|领导|人|处室|科室|机构)(?:抓总|负责|组织|实施|落实|推进|推动|办理|制定|开展|完成)*",
    ),
    (
        Role.RESPONSIBLE,
        rf"(?:均|要|需|应|须|都)?{_BY_DUTY}{_DOING}*|(?:均|要|需|应|须|都)?(?:分别|共同|具体|分头|各自|组织|按要求|统筹|依法依规|认真|抓好|结合(?:本地区?|各自|自身|工作)?实际)*(?:负责|落实|承办|实施|依法(?:依规)?(?:办理|处理))(?!人|单位|部门|领导)(?:落实|实施|推进|组织|抓好|完成)*(?=$|[，,；;。、）)]|等)",
    ),
)
_CUE = re.compile("|".join(f"(?P<c{n}>{pattern})" for n, (_, pattern) in enumerate(_CUES)))
SUPPLIES = re.compile(
    r"[，,]?(?:各|分别|共同|负责)?(?:供稿|撰稿|提供|收集|撰写|编写|组稿|汇总(?!表)|(?<![月季度年旬周日期时])报送|供图)(?!单位|部门|人|服务|保障|支持)"
)
"""The cues by which a contributor to a yearbook or a collection is named."""

_LONGEST_NAME = 60
_SEPARATORS = "、，,；;。/／｜|\n"
_SEPARATOR = re.compile(f"[{re.escape(_SEPARATORS)}]")
_ROLE_NOTE = re.compile(r"[（(](?P<role>牵头|主办|主责|配合|协办|会办|参与|负责)(?:单位|部门)?[)）]")
_PREFIX = re.compile(
    r"^(?:其[他它余](?:内容)?由|由|会同|联合|协同|以及|并由|并|其中|同时|具体由|分别由|主要由|及|和|与|：|:|的)+"
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

_PARTY_COMMITTEE = ("党委", "党工委")
_ITS_GOVERNMENT = ("政府", "人民政府", "管委会", "办事处")
"""各乡镇党委、政府 is one entry: the second word says whose government only together with the first."""

_AND = re.compile(r"(?:以及|及其?|和|与|暨|会同|联合)")
_NOTE = re.compile(r"[（(〈<](?P<words>[^（()）〈〉<>]*)[)）〉>]$")
_KIND_NOTE = re.compile(r"[处部室办系院所局委馆科组校]|中心|研究院|实验室|党组|管委会|办事处|党工委")
"""A note that says what else the unit is called is part of its name: 学生工作部（处）."""

_NO_NAME = re.compile("^(?:原|代|由|其中)|[、，,；;]|负责|牵头|配合|协助|有关|相关")
_JUNK = re.compile(r"(?:无|略|/|-|—|同上|同前|如上|空|暂无|[\d\s.%]*|等|下同|…+)$")
_TRAILING = re.compile(r"(?:为(?:责任|牵头|主要)单位|为主|（?下同）?|等|按)$")
_DATE_HINT = re.compile(r"[\d年月季日]|节前|汛|学期|十[二三四五六]五|长期|持续|常态|立行|每|底前")
_AROUND_DATE = re.compile(
    r"^(?:并|且|到|至|截至|力争|确保|于|在|前|完成|取得|落实|达到|见|阶段性|成效|基本|全面|全部|整改|到位|实施|启动|推进|长期|坚持|并|任务|建设|(?:自|从)?\d{4}年(?:\d+月)?(?:\d+日)?起|(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}日)?[—–－\-~～至到]+|[年月周季][底末]|以?上|之?前|内|[，,：:（）()\s])*$"
)

_DUTY_TOLD = re.compile(
    r"(?<=[局厅委办部院处室队站会司行心府道镇乡团])(?:具体|牵头)?负责(?!人|单位|部门|同志)[\u4e00-\u9fff].*$"
)
"""A duty told after its unit (市公安局负责交通疏导): the unit alone is named."""
_DEED = re.compile(
    r"\s*(?:基本|全面|全部|初步|率先|陆续|分批)?"
    r"(?:完成|建成|建立|投用|启动|报送|出台|达到|取得|实现|兑现|印发|形成|见效|到位|报)"
)
"""What follows a date in a phrase that tells the deed and no unit (2024年6月底前完成一期)."""


@dataclass(slots=True)
class UnitList:
    """What a list of units says: the units with their roles, deadline phrases found among them, persons left out."""

    units: list[UnitMention] = field(default_factory=list)
    deadlines: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    doubts: dict[str, None] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    prefix: str | None = None
    second_names: bool = True


def read_units(
    words: str, role: Role = Role.RESPONSIBLE, prefix: str | None = None, *, second_names: bool = True
) -> UnitList:
    """The units that a list names, each once, in order.

    ``role`` is that of the list's label; a cue inside (A牵头，B配合) speaks for the names before it.
    ``prefix`` is the level (省) that the list before it left standing for names that say none.
    A second name in brackets stays (市住建局（市城管局）), but not where ``second_names`` is False.
    """
    result = UnitList(second_names=second_names)
    last_prefix = prefix
    for segment, given in _by_cue(words, role):
        for piece, separator in _pieces(segment):
            if separator and separator in "；;。":
                last_prefix = None
            for name, own_role in _names(piece, given, result):
                full = with_prefix(name, last_prefix)
                if full != name:
                    result.doubts["elided-prefix"] = None
                last_prefix = None if full.startswith("各") else prefix_of(full) or last_prefix
                _add(result, full, own_role)
    result.prefix = last_prefix
    return result


def has_cue(words: str) -> bool:
    """Whether a cue (牵头, 按职责分工负责, 配合 …) stands at the top level of the words, with names before it."""
    found = _CUE.search(top_level(words))
    return bool(found and found.start())


def _by_cue(words: str, role: Role) -> Iterator[tuple[str, Role]]:
    """The list cut at its cues: each part with the role that its cue gives, or the label's."""
    open_words = top_level(words)
    at = 0
    led = False
    for cue in _CUE.finditer(open_words):
        given = next(r for n, (r, _) in enumerate(_CUES) if cue[f"c{n}"])
        segment = words[at : cue.start()]
        if led and given is Role.RESPONSIBLE and _JOINED_BY_LEAD.match(segment):
            given = Role.SUPPORT
        own = _before_last_group(open_words[: cue.start()]) if at == 0 and given is Role.SUPPORT else 0
        if own:
            yield segment[:own], role
        if segment[own:].strip(_SEPARATORS + " "):
            yield segment[own:], role if given in (Role.RESPONSIBLE, None) else given
        at = cue.end()
        led = led or given is Role.LEAD
    if words[at:].strip():
        yield words[at:], Role.SUPPORT if led and _JOINED_BY_LEAD.match(words[at:]) else role


_JOINED_BY_LEAD = re.compile(r"[\s，,；;、]*(?:并|要)?(?:会同|联合|协同)")
"""A牵头，会同B办理: B helps the one that leads."""


def _before_last_group(open_words: str) -> int:
    """How much of a first list stands before the group that 配合 speaks for: A，B、C配合 leaves A its own role."""
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
    plain = re.sub(r"[、]", "", first)
    if first.endswith(_PARTY_COMMITTEE) and second in _ITS_GOVERNMENT:
        return True
    return bool(COLLECTIVE_HEAD.fullmatch(plain) and COLLECTIVE_TAIL.fullmatch(second)) and (
        first.startswith("各") or second.endswith(("政府", "办事处"))
    )


def _by_blanks(words: str) -> list[str]:
    """Names set apart by blanks alone; blanks inside one name are type-setting."""
    parts = words.split()
    if len(parts) > 1 and all(looks_like_unit(part) or is_person(part) for part in parts):
        return parts
    return [words] if is_person(words) else [compact(words)]


def _names(piece: str, role: Role, result: UnitList) -> Iterator[tuple[str, Role]]:
    noted = _ROLE_NOTE.search(piece)
    if noted:
        role = _note_role(noted["role"])
        piece = piece[: noted.start()] + piece[noted.end() :]
    piece = _PREFIX.sub("", piece.strip(" \t　：:.．*★—-"))
    piece = _take_deadline(piece, result)
    for name in _split_and(_DUTY_TOLD.sub("", _after_by(piece))):
        for one in _split_more(_TRAILING.sub("", name)):
            clean = _without_note(_PREFIX.sub("", one), result.second_names).strip("“”\"' 　（(")
            if not clean or _JUNK.fullmatch(clean):
                continue
            if is_person(clean):
                result.persons.append(clean)
            else:
                yield tidy(clean), role


def _note_role(word: str) -> Role:
    if word in ("牵头", "主办", "主责"):
        return Role.LEAD
    return Role.RESPONSIBLE if word == "负责" else Role.SUPPORT


def _take_deadline(piece: str, result: UnitList) -> str:
    """The piece without the deadline that stands in it (市住建局2023年底前完成); a pure deadline leaves nothing."""
    if _OTHERS_TIME.match(piece) or _UNREAD_TIME.fullmatch(piece):
        result.deadlines.append(piece)
        return ""
    found = find_in_clause(piece, None) if _DATE_HINT.search(piece) else ()
    if not found:
        return piece
    before, after = piece[: found[0].start], piece[found[-1].end :]
    dated = any(one.point.kind in _DATED and one.rule != "year" for one in found)
    if _AROUND_DATE.match(before) and (_AROUND_DATE.match(after) or (dated and _tells_deed(after))):
        result.deadlines.append(piece)
        return ""
    dated = any(one.point.kind in _FIXED and one.rule != "year" for one in found)
    if dated and looks_like_unit(before.rstrip("于在：:")) and _AROUND_DATE.match(after):
        result.deadlines.append(piece[found[0].start :])
        return before.rstrip("于在：:")
    if dated and _AROUND_DATE.match(before) and looks_like_unit(after.lstrip("，由")):
        result.deadlines.append(piece[: found[-1].end])
        return after.lstrip("，由")
    return piece


_FIXED = (DeadlineKind.FIXED, DeadlineKind.RECURRING)
_DATED = (*_FIXED, DeadlineKind.RELATIVE, DeadlineKind.EVENT)
_OTHERS_TIME = re.compile(
    r"(?:以|按|按照|根据)[^，,；;]{2,30}(?:时间|时限|进度|要求|规定|安排)(?:为准|执行|完成|推进|落实)"
)
"""A time that someone else sets: 以省局通知时间为准."""

_UNREAD_TIME = re.compile(
    r"[\u4e00-\u9fff]{2,8}(?:前|后|起)(?:\d{1,3}个?(?:工作)?[日天周月])?内?(?:全部|全面|基本)?(?:完成|到位|启动)"
)
"""A time that hangs on an event of the matter itself: 供热前15日完成."""


def _tells_deed(words: str) -> bool:
    """Whether the words after a date tell what is done by then (启动修订, 建成榕川大桥), and name no unit."""
    if looks_like_unit(words) and not _DEED.match(words):
        return False
    return bool(_DEED.match(words)) or not looks_like_unit(words)


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
    if before.endswith(_PARTY_COMMITTEE) and _TRAILING.sub("", after) in _ITS_GOVERNMENT:
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


def _without_note(name: str, second_names: bool) -> str:
    """The name without a note at its end (市委研究室（原市委改革办）); 各县（市、区）, （含…） and second names stay."""
    while True:
        found = _NOTE.search(name)
        if not found or not found.start() or ONLY_ADMIN.fullmatch(found["words"]) or found["words"][:1] in ("含", "包"):
            return name
        head = name[: found.start()]
        if head.startswith("各") or not looks_like_unit(head) or _KIND_NOTE.fullmatch(found["words"]):
            return name
        if second_names and is_surely_unit(found["words"]) and not _NO_NAME.search(found["words"]):
            return name
        name = head


def _add(result: UnitList, name: str, role: Role) -> None:
    """Each unit once; a unit named twice keeps its first role, unless the second is the lead."""
    at = result.places.setdefault(name, len(result.units))
    if at == len(result.units):
        result.units.append(UnitMention(name, role))
    elif role is Role.LEAD:
        result.units[at] = UnitMention(name, role)
