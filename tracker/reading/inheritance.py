"""Rules that add units to every later clause: 以下各项任务均需各县（市、区）政府按职责分工负责，不再单独列出."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.domain.drafts import UnitMention
from tracker.domain.roles import Role
from tracker.reading.naming import read_units
from tracker.reading.unit_words import looks_like_unit

_NO_MORE = (
    r"不再(?:单独|一一|逐一|逐项|逐条|重复|另行|分别|赘)*(?:(?:[做作](?:责任)?)?分[工解]|"
    r"列出|列明|列示|列|标注|注明|标明|赘述|重复|说明|述)"
)
_ALL_TASKS = "(?:具体|各项|所有|全部|文中|本方案)(?=(?:任务|工作|事项|措施)均?(?:涉及|包[含括]|需|由))"
_RULE = re.compile(
    rf"[，,；;。]?\s*(?P<rule>(?:以下|以上|上述|前述|下列|下述|后续|其余|下面|{_ALL_TASKS})(?P<units>[^。；;]*?)[，,]?\s*(?:以下|文中|后文)?均?{_NO_MORE}[^，,。；;]*)"
)
_REVERSED = re.compile(
    rf"[，,；;。]?\s*(?P<rule>(?P<units>[^，,。；;：:]*?)(?:均|都)?(?:为|是|作为|负责|参与)(?:以下|下列|下述|后续)[^。；;]*?{_NO_MORE}[^，,。；;]*)"
)
_BEGINNING = re.compile(
    r"^[^，,]*?(?:任务|措施|工作|事项|条款|内容|各项|各条|责任单位|牵头单位|配合单位|责任主体|^)(?:的)?(?:责任单位|牵头单位|配合单位|责任主体)?"
    r"[，,]?(?:均|都|皆|还|也|同时|全部)*(?:包含|包括|涉及|需要|应当|需|须|由|为|含|要|应|有|属)*(?:由|为)?(?=\S)"
)
_LONGEST_RULE = 1000
_SUPPORTS = re.compile(r"配合|协办|参与")


_FIRST_LEADS = re.compile(
    r"[，,；;。]?\s*(?:以下|下列)?(?:各项)?(?:任务)?(?:的)?(?:责任单位|责任部门|单位|部门)?(?:中)?(?:[，,])?(?:均|都)?(?:以)?(?:排|列)?(?:名)?(?:在)?"
    r"(?:第一位|第一个|首位|首个|第一|首|最前)(?:的)?(?:责任)?(?:单位|部门|者)?(?:均|都)?(?:为|是|系)(?:该项任务的?|此项任务的?|该项|本项)?(?:工作|总|主要)?牵头(?:责任|负责)?(?:单位|部门)"
    r"(?:[或和、/][^，,；;。）)]{2,10})?(?:[，,]?(?:以)?下同)?"
)


_EMPTY = re.compile(r"[（(]\s*[)）]")


def take_first_leads(words: str) -> tuple[str, bool]:
    """The words without the note that the unit named first leads (排在第一位的为牵头单位), and whether it was there."""
    if "牵头" not in words or len(words) > _LONGEST_RULE:
        return words, False
    rest = _FIRST_LEADS.sub("", words, count=1)
    return (_EMPTY.sub("", rest), True) if rest != words else (words, False)


def first_leads(units: tuple[UnitMention, ...]) -> tuple[UnitMention, ...]:
    """The units with the first as lead, where no role is written (牵头, 配合) already."""
    if not units or any(unit.role is not Role.RESPONSIBLE for unit in units):
        return units
    return (UnitMention(units[0].name, Role.LEAD), *units[1:])


@dataclass(frozen=True, slots=True)
class AddedUnits:
    """Units that a rule adds to the clauses after ``at``, the offset at which the rule stands."""

    at: int
    units: tuple[UnitMention, ...]


def take_rule(words: str) -> tuple[str, tuple[UnitMention, ...]]:
    """The clause's words without its rule, and the units the rule adds; () when it states none."""
    if "不再" not in words or len(words) > _LONGEST_RULE:
        return words, ()
    for pattern in (_RULE, _REVERSED):
        found = pattern.search(words)
        units = _units_of(found["units"]) if found else ()
        if found and units:
            return words[: found.start()] + words[found.end() :], units
    return words, ()


def _units_of(words: str) -> tuple[UnitMention, ...]:
    body = words
    while True:
        units = tuple(u for u in read_units(body).units if looks_like_unit(u.name))
        shorter = _BEGINNING.sub("", body, count=1)
        if shorter == body:
            break
        body = shorter
    role = Role.SUPPORT if _SUPPORTS.search(words) else Role.RESPONSIBLE
    return tuple(
        UnitMention(unit.name, role if unit.role is Role.RESPONSIBLE else unit.role, inherited=True) for unit in units
    )


class Standing:
    """The rules in force as a reader goes on through a document; asked in the order of the text."""

    def __init__(self, rules: list[AddedUnits]) -> None:
        self._waiting = sorted(rules, key=lambda rule: rule.at, reverse=True)
        self._added: dict[str, UnitMention] = {}

    def inherited_by(self, own: tuple[UnitMention, ...], at: int) -> tuple[UnitMention, ...]:
        """The units that the rules stated up to ``at`` add to a clause there that does not name them itself."""
        while self._waiting and self._waiting[-1].at <= at:
            self._added |= {_key(unit.name): unit for unit in self._waiting.pop().units}
        named = {_key(unit.name) for unit in own}
        return tuple(unit for key, unit in self._added.items() if key not in named)


def _key(name: str) -> str:
    """A name for comparison: 各县（市、区）政府 and 各县（市、区）人民政府 are the same."""
    return re.sub(r"人民(?=政府)|[\s（）()、，]", "", name)
