"""Who a sentence names as its doer: 市民政局、市财政局要…, 民政、卫健等部门负责…, …的，由属地政府….

A doer is nothing but names of units before a word that begins a predicate (要, 应, 负责, 组织, 按照 …). What is not
wholly names is no doer: the reader then says nothing rather than guess.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.domain.drafts import UnitMention
from tracker.reading.brackets import top_level
from tracker.reading.cues import MAY_CUE
from tracker.reading.naming import read_units
from tracker.reading.unit_words import is_surely_unit, looks_like_unit

_BINDING = (
    "要|应(?!急|用|对|收|届)|须|必须|需(?!求)|务必|均|将|负责|负总责|牵头|具体|组织|会同|协同(?!机制|性)|协助|协调(?!机制|性)|协商|配合(?!机制)|做好|抓好|落实|强化|承担|履行|推进|推动|加强|加大"
    "|加快|制定|制订|编制|建立|完善|健全|统筹|汇总|督促|不得|只需|直接|切实|认真|足额|出台|拟定|受理|保障|监督|征求|包案|答复|设立|划定"
    "|提出|成立|安排|选派|共同|分别|定期|及时|每[年月季周日天半两]"
    "|抓紧|尽快|立即|逐(?=[一个户项宗家村企])"
)
_OPENING = (
    r"\d{1,2}月(?:\d{1,2}日|[底末前份]|[上中下]旬)|也|还|都|可|对|把|以|于|在|为|自(?!然|治|身|主|动|建)|从|根据|按|依|参照|比照|结合|围绕|通过|联合|开展|提供|研究|指导|同步|全面|严格|发布|审核|实施|支持"
    r"|给予|抓|明确|进行|收到|接到|填写|报|向|年底前|今年|20(?=\d\d年)"
)
_NAME_GOES_ON = re.compile(
    r"组织部|统筹部|协调(?:小组|办|组)|推进(?:小组|办|组)|监督(?:局|管理|委|检|执法)|指导(?:中心|站)|保障(?:局|部|处|中心)|支持中心"
)
_PART_OF_NAME = re.compile("组织|协调|推进|监督|指导|保障|统筹|研究|支持|发布|审核|实施|安排|对外|对口|应急")
_LAST_OF_NAMES = (
    "局委办厅部院署处科股所站社校队心府会室馆团行门位构业织体台区县市州盟旗省镇乡道村"
    "地组专班公司集关方面街）)协联政司园企院财"
)
_PREDICATE = re.compile(f"{_BINDING}|{_OPENING}")
_END = re.compile(
    f"[{''.join(sorted(_LAST_OF_NAMES))}](?P<comma>[，,]?|[：:][ 　]?)(?=(?P<binding>{_BINDING})|{_OPENING})"
)
"""The last character of a name before words that begin a predicate: those that bind, or those that may merely tell."""

_DOES = re.compile(
    "(?:及时|迅速|严格|定期|全面|全力|积极|认真)*(?:核定|核查|修订|修编|审核|审批|收集|整理|汇总|储备|采购|拆除|清理|清查|排查|整治|整改|巡查|抢修|疏导|维护|维修|更新|改造|建设|建成|完成|出台|印发|编制"
    "|拟定|起草|研究|召开|举办|宣传|发布|公布|公开|拨付|筹措|争取|申报|上报|报送|查处|打击|救助|救治|转移|安置|调度|监测|预报|供应|抓|做|加强|强化|组织(?!部)|建立|推进|推动|落实|指导|健全|完善|加快|规范|开展|实施|优化|制定|制订|提供|协调|配合|协助|督促|监督|保障|引导)"
)
_TOLD = re.compile(r"(?P<names>[^：:，,。；;]{2,80})[：:]\s*")
_REACH = 160
"""A doer with all its units is looked for in this many characters of a sentence."""

_LEAD_IN = re.compile(
    r"[\s　—●★▲◆■·※]*(?:【[^【】]{2,30}】\s*)?"
    r"(?:(?:会议(?:要求|决定|明确|强调|指出|议定|确定|同意)|备?注|说明|并?请|责成"
    r"|同时|此外|另外|其中|对此|为此|届时|原则上|必要时|首先|其次|最后"
    r"|[一二三四五六七八九十]是|第[一二三四五六七八九十])[，,：:]?)*"
)
_CONDITION = re.compile(
    r"(?:^(?:对|对于|涉及|凡|在|根据|按照|依据|依照|为|除|经|如|若|当|围绕|针对|结合|以上|上述|从|自|因|分"
    r"|实行|未|参与|采取|通过|到|截至|于|每|今年|明年|本|各项|全市|全省|全县|全区|其中)|(?:的|前|后|时|外|中|内|上|底|起|间|件|下)$)"
)
_DATE_FIRST = re.compile(
    r"[ 　]*(?:20\d\d年)?(?:\d{1,2}月(?:\d{1,2}日|底|末|[上中下]旬)?|年底|年内)(?:之?前)?[，,]?"
    r"|[ 　由]*(?:所在地的?|属地的?|当地)?"
)
_COMMA = re.compile("[，,]")
_COMMA_OR_COLON = re.compile("[，,：:]")
_COLONS = ("：", ":")
_ELIDED = re.compile(r"[\u4e00-\u9fff]{1,10}")
_SEATED = re.compile(r"设(?:在|于)(?P<name>[^，,。；]{2,30})[，,](?=(?:具体)?(?:负责|承担))")
_ONE_LEVEL = r"县（市、区）|区（县）|县（区）|乡镇|街道|[省市县区乡镇村]"
_LEVELS = re.compile(
    rf"(?P<levels>(?:{_ONE_LEVEL})(?:[、和及](?:{_ONE_LEVEL}))+)"
    r"(?P<grade>[两二三四五]级|各级|级)?(?P<organ>[\u4e00-\u9fff（）()]{2,40})"
)
_LEVEL = re.compile(_ONE_LEVEL)
_NOT_IN_NAME = re.compile(
    r"于(?=[每今明\d])|前向|[了是这那我你他“”《》：]|或者?(?:通过|以|由)|的|已|曾|关于|责任制|情况|决定|授予|设在|设于|按照|根据|坚持|清理|除|(?<!有关)(?<!各)(?<!相关)方面|建设(?=[、，和及与以]|$)"
    r"|服务(?=[、，和及与以]|$)|工作(?=[、，和及与以]|$)"
)
_VERB_FIRST = re.compile(
    r"(?:进一步|持续|不断|积极|精心|充分|深入|全面|大力|加快|稳步|着力|切实|统筹|迅速)?(?:鼓励|支持|引导|加强|强化|组织(?!部)|建立|推进|推动|落实|指导|完善|健全|明确|将|在|以|按照|按|为|对|向|经|持|由"
    r"|培育|发展(?!和?改革)|扩大|加大|规范|开展|实施|优化|坚持|依托|依法|依据|根据|围绕|针对|发挥|扶持|新增|新建|开发(?!区)|瞄准|制定|贯彻|不|须|需(?!求)|应(?!急|用)|要|可|就|与|和|并|让|把|被|从|到|于|利用"
    r"|通过|参与|(?:原则)?同意|批准|批转|听取|审议|审定|协助|协调|配合|安排|部署|动员|发动|调动|整合|打造|构建|形成|实现|提高|提升|促进|增强|保障|督促|监督|检查|考核|聘请|邀请|联合|会同|借助|抢抓|借势|逐步|时|务必|持续|动态|定期|及时|共同|分别|具体|成立|设立|选择|确定|包括|其中)"
)
_ADDRESSED = re.compile(
    r"(?:部门|机关|海关|法院|检察院|各地|街道|村|方面|企业|机构|单位|政府|委员会|办公室|管委会|街道|街道办事处|乡镇|局|委|办|厅|各[^、，]{1,12})(?:（[^（）]*）)?$"
)
_LONGEST_NAME = 32
_TOO_WIDE = frozenset(
    ["部门", "单位", "政府", "企业", "城乡", "社会", "机构", "组织", "责任单位", "牵头单位", "配合单位", "责任部门"]
)


@dataclass(frozen=True, slots=True)
class Doer:
    """The units a sentence names as its doer, where their names begin and end, and whether 由 stands before them."""

    units: tuple[UnitMention, ...]
    start: int
    end: int
    by: bool
    binding: bool


def may_name_doers(text: str, start: int = 0, end: int = sys.maxsize) -> bool:
    """Whether any word of ``text[start:end]`` could end a doer; cheap, to pass over what cannot."""
    has_sign = text.find("设", start, end) >= 0 or text.find("：", start, end) >= 0 or text.find(":", start, end) >= 0
    return has_sign or _END.search(text, start, end) is not None


def begin_of_names(sentence: str) -> int:
    """Where a sentence's first names may begin: after words that only lead in (同时，; 会议要求，; 请)."""
    found = _LEAD_IN.match(sentence)
    return found.end() if found else 0


def doer_of(sentence: str) -> Doer | None:
    """The doer named in the first characters of a sentence, or after its 由; None when there is none for sure."""
    begin = begin_of_names(sentence)
    return _first(sentence, begin) or _by(sentence) or _before_colon(sentence, begin)


def _before_colon(sentence: str, begin: int) -> Doer | None:
    """Units that a colon sets apart from what they do: 市发改委：核定供水价格; no addressees, no rosters."""
    found = _TOLD.match(sentence, begin)
    units = _units(found["names"]) if found else ()
    if not found or not units or not all(is_surely_unit(unit.name) for unit in units):
        return None
    return Doer(units, begin, found.end("names"), False, True) if _DOES.match(sentence, found.end()) else None


def doer_between(sentence: str, begin: int, end: int) -> Doer | None:
    """The doer that the words from ``begin`` to ``end`` are, if they are nothing but names that say whose they are."""
    units = _units(sentence[begin:end])
    return Doer(units, begin, end, False, True) if units and all(is_surely_unit(unit.name) for unit in units) else None


def doers_of(sentence: str) -> Iterator[Doer]:
    """Every doer of a sentence in order: the first, and those that a later part names (…，市财政局要…)."""
    first = doer_of(sentence) or _seat(sentence)
    if first:
        yield first
    at = first.end if first else 0
    ends = [found.start() for found in _END.finditer(sentence, at)]
    for comma in _COMMA_OR_COLON.finditer(top_level(sentence)) if ends else ():
        may_end = bisect_right(ends, comma.end()) < len(ends) and comma.start() >= at
        later = _strict(sentence, comma.end()) if may_end else None
        if later:
            yield later
            at = later.end


def _strict(sentence: str, begin: int) -> Doer | None:
    """A doer that stands right at ``begin``, after 由 or before a predicate that binds."""
    if sentence.startswith(("会同", "联合", "协同"), begin):
        return None
    by = sentence.startswith("由", begin)
    predicate = _PREDICATE.search(sentence, begin + 2, begin + _REACH)
    if predicate is None or sentence[predicate.start() - 1] not in _LAST_OF_NAMES:
        return None
    found = _first(sentence, begin + by, by=by)
    return found if found and found.start <= begin + 1 and (by or found.binding) else None


def _seat(sentence: str) -> Doer | None:
    """The unit at which an office sits that is charged with something: 办公室设在市统计局，负责…."""
    found = _SEATED.search(sentence) if "设" in sentence else None
    units = _units(found["name"]) if found else ()
    return Doer(units, found.start("name"), found.end("name"), False, True) if found and units else None


def _by(sentence: str) -> Doer | None:
    at = sentence.find("由")
    while at >= 0:
        found = None if sentence[at - 1 : at] in ("理", "事", "自", "缘", "经") else _first(sentence, at + 1, by=True)
        if found:
            return found
        at = sentence.find("由", at + 1)
    return None


def _first(sentence: str, begin: int, *, by: bool = False) -> Doer | None:
    best: Doer | None = None
    for end, binding in _ends(sentence, begin):
        found = _read(sentence, (begin, end), by=by, binding=binding)
        if best and not (found and _goes_on(best, found)):
            break
        best = found or best
    return best


def _ends(sentence: str, begin: int) -> Iterator[tuple[int, bool]]:
    """Where a doer may end, before a predicate that follows a name, and whether that predicate binds."""
    for found in _END.finditer(sentence, begin + 1, begin + _REACH):
        if found["comma"].startswith(_COLONS) and not found["binding"]:
            continue  # 各县人民政府：为…: whom a paper addresses
        after = found.start("comma") if found["comma"] else found.end()
        if not _NAME_GOES_ON.match(sentence, found.end()):
            yield after, bool(found["binding"])


def _goes_on(best: Doer, found: Doer) -> bool:
    """Whether a longer doer only has a longer last name: 市委 and then 市委组织部."""
    return (
        found.start == best.start
        and len(found.units) == len(best.units)
        and found.units[-1].name.startswith(best.units[-1].name)
        and bool(_PART_OF_NAME.match(found.units[-1].name, len(best.units[-1].name)))
    )


def _read(sentence: str, span: tuple[int, int], *, by: bool, binding: bool) -> Doer | None:
    begin, end = span
    words = sentence[begin:end]
    cut = 0 if by else _after_condition(words)
    names = words[cut:]
    led = _DATE_FIRST.match(names)
    stripped = names[led.end() :] if led else names
    units = _units(stripped)
    is_told = binding and sentence[end : end + 1] in _COLONS  # 武警支队：负责…: no name needs to say whose it is
    if not units or not (by or is_told or _are_bound(units, binding)):
        return None
    start = begin + cut + len(names) - len(stripped)
    return Doer(units, start, end, by, binding)


def _after_condition(words: str) -> int:
    """Where the names begin after conditions (涉及经费的，) that stand before them."""
    cut = 0
    for comma in _COMMA.finditer(top_level(words)):
        if _CONDITION.search(words[cut : comma.start()].strip()):
            cut = comma.end()
    return cut


def _units(words: str) -> tuple[UnitMention, ...]:
    if not 1 < len(words) <= _REACH or _NOT_IN_NAME.search(words) or _begins_with_deed(words):
        return ()
    words = _with_levels(words)
    listed = read_units(_with_departments(words))
    units = tuple(listed.units)
    if not units or listed.persons or listed.deadlines:
        return ()
    return units if all(_is_name(unit.name) for unit in units) and _is_covered(words, units) else ()


def _begins_with_deed(words: str) -> bool:
    """Whether a verb stands where the first name would, and no cue says that names begin behind it; cheap."""
    return _VERB_FIRST.match(words) is not None and "由" not in words and not MAY_CUE.search(words)


def _is_name(name: str) -> bool:
    return (
        name not in _TOO_WIDE and len(name) <= _LONGEST_NAME and looks_like_unit(name) and not _VERB_FIRST.match(name)
    )


_NO_WORDS = re.compile(r"[（(][^（()）]*[)）]|[、，,和及与等其\s]|以及|部门")


def _is_covered(words: str, units: tuple[UnitMention, ...]) -> bool:
    """Whether the words are hardly more than the names, so that no predicate hides in them."""
    named = sum(len(_NO_WORDS.sub("", unit.name)) for unit in units)
    return len(_NO_WORDS.sub("", words)) <= named + 6


def _with_levels(words: str) -> str:
    """市、县（市、区）残联 as 市残联、县（市、区）残联; 市、县两级民政部门 as 市民政部门、县民政部门."""
    found = _LEVELS.match(words)
    if not found or not looks_like_unit(found["organ"]) or looks_like_unit(found["organ"][:1]):
        return words
    level = "级" if found["grade"] else ""
    named = [f"{one}{level if one != '市' else ''}{found['organ']}" for one in _LEVEL.findall(found["levels"])]
    return "、".join(named) + words[found.end() :]


def _with_departments(words: str) -> str:
    """民政、卫健等部门 as 民政部门、卫健部门: a field of work stands for its department."""
    head = re.fullmatch(r"(?P<fields>.+?)(?:等)?(?:有关|相关)?(?P<kind>(?:主管|职能|行政)?部门)", words)
    if not head:
        return words
    parts = re.split("[、，]", head["fields"])
    if len(parts) < 2 or parts[-1].endswith("各") or not all(_ELIDED.fullmatch(part) for part in parts):
        return words
    if sum(looks_like_unit(part) for part in parts) > len(parts) // 2:
        return words
    return "、".join(part if looks_like_unit(part) else f"{part}{head['kind']}" for part in parts)


def _are_bound(units: tuple[UnitMention, ...], binding: bool) -> bool:
    """Whether the names mean organs or units that a plan binds; where the predicate only tells, organs for sure."""
    first, last = units[0].name, units[-1].name
    if binding:
        return all(_ADDRESSED.search(name) or is_surely_unit(name) for name in (first, last))
    return bool(_ADDRESSED.search(first)) and (is_surely_unit(first) or first.endswith("部门"))
