"""The words of one clause to its fields: units with roles, deadlines, persons, rules, and how it was recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tracker.domain.drafts import UnitMention
from tracker.domain.roles import Role
from tracker.reading.brackets import top_level
from tracker.reading.cells import is_ditto
from tracker.reading.cues import SUPPLIES
from tracker.reading.inheritance import take_first_leads, take_rule
from tracker.reading.label_lines import LABEL_WORD, bare_labels, with_colons
from tracker.reading.labels import Label, Opens, bare_label, labels_in
from tracker.reading.naming import has_cue, read_units
from tracker.reading.unit_list import UnitList
from tracker.reading.unit_words import is_body, is_office, is_surely_unit, looks_like_unit
from tracker.reading.wrapping import unwrapped, with_fields_apart

_LONGEST = 1200
"""A bracket with more characters than this is an aside, not a clause."""

_LONGEST_NAME, _SHORT_NAME, _A_FEW = 40, 10, 3
_LONGEST_KIND = 2
"""政府, 部门, 企业: a kind of unit and no name."""

_ASIDE = re.compile(r"\s*(?:以下简称|下称|简称|即|如|例如|含|包括|原|注|详见|见|此件|不含|不包括|其中|除|\d{4}年?版)")
_PERSON_NOTE = re.compile(
    r"[（(][^（()）、，]{0,6}(?:领导|责任人|负责人|联系人|联络员)[^（()）]{0,20}[)）](?=[、，,；;]|$)"
)
"""Who does it inside a unit: 艺术科（分管领导：周某某）."""

_NO_NAME = re.compile("：|并报|报请|上报|报送")
_MAKES = re.compile("成立|组建|组成|设立|建立|抽调|选派")
"""成立巡查组 is a deed, though it ends like a name."""

_NO_SHORT_NAME = re.compile(f"{_NO_NAME.pattern}|[季月日期前后\\d]|年[底内]|完成|建|制定|实施|推")
_STAGED = re.compile(r"[^，,；;、]{2,}由.{2,40}(?:主办|承办|举办)$")
"""Who holds an event (候鸟节由市政府主办) is told, not assigned."""

_STRONG_SUPPLY = re.compile("供稿|撰稿|组稿|供图")
_AND_SO_ON = re.compile("(?<![高中初平同优])等")
_SEPARATOR = re.compile("[，,；;。、]")


class Sign(StrEnum):
    """By what a clause was recognised, from the surest to the weakest."""

    LABEL = "label"
    CUE = "cue"
    SUPPLY = "supply"
    WEAK_SUPPLY = "weak supply"
    BARE = "bare"
    DATE_ONLY = "date only"


@dataclass(frozen=True, slots=True)
class Fields:
    """What a clause's words say; ``added`` are units that its rule (不再列出) gives to all later clauses.

    ``marked`` are the names with a sign (市教育局*), whose meaning a note of the plan tells; ``told`` is what other
    fields tell of the task (年度目标：9月底前投用), whose dates are its targets.
    """

    sign: Sign
    units: tuple[UnitMention, ...] = ()
    deadlines: tuple[str, ...] = ()
    persons: bool = False
    added: tuple[UnitMention, ...] = ()
    doubts: tuple[str, ...] = ()
    first_leads: bool = False
    marked: tuple[str, ...] = ()
    told: str = ""


@dataclass(slots=True)
class _Gathering:
    listed: UnitList = field(default_factory=UnitList)
    deadlines: list[str] = field(default_factory=list)
    persons: bool = False
    doubts: dict[str, None] = field(default_factory=dict)

    def take(self, units: UnitList) -> None:
        """Adds another list's units, deadlines and doubts."""
        known = {unit.name for unit in self.listed.units}
        self.listed.units += [unit for unit in units.units if unit.name not in known]
        self.deadlines += units.deadlines
        self.listed.prefix = units.prefix
        self.listed.marked += units.marked
        self.persons = self.persons or bool(units.persons)
        self.doubts |= units.doubts

    def done(self, sign: Sign, added: tuple[UnitMention, ...] = ()) -> Fields:
        units = tuple(self.listed.units)
        if any(not looks_like_unit(unit.name) for unit in units):
            self.doubts["odd-name"] = None
        marked = tuple(self.listed.marked)
        return Fields(sign, units, tuple(self.deadlines), self.persons, added, tuple(self.doubts), marked=marked)


def read_bracket(inner: str) -> Fields | None:
    """The fields of a bracket's words if it is a clause, else None."""
    if not 2 < len(inner) <= _LONGEST:
        return None
    inner = _PERSON_NOTE.sub("", unwrapped(with_fields_apart(inner)))
    noted, first_leads = take_first_leads(inner)
    fields = _bracket_fields(*take_rule(noted))
    return replace(fields, first_leads=first_leads) if fields and first_leads else fields


def _bracket_fields(words: str, added: tuple[UnitMention, ...]) -> Fields | None:
    labels = labels_in(words) if "：" in words or ":" in words else ()
    may_be_several = not labels and len(LABEL_WORD.findall(words)) > 1
    several = bare_labels(words.rstrip("。；; "), 0) if may_be_several else ()
    if len(several) > 1:
        words = with_colons(words.rstrip("。；; "), several)
        labels = labels_in(words)
    first = bare_label(words)
    if first and (not labels or labels[0].start > first.start):
        labels = (first, *labels)
    if any(label.opens in (Opens.UNITS, Opens.DEADLINE) for label in labels):
        return read_labelled(words, labels, added)
    named = _without_persons(words, labels)
    return None if named is None or _ASIDE.match(named) else _unlabelled(named, added)


def _without_persons(words: str, labels: Sequence[Label]) -> str | None:
    """Words without the fields of persons (县水利局，分管领导：某某); None where a label tells something else."""
    if any(label.opens is not Opens.PERSONS for label in labels):
        return None
    kept, at = list[str](), 0
    for label in labels:
        kept.append(words[at : label.start])
        stop = _SEPARATOR.search(words, label.end)
        at = stop.end() if stop else len(words)
    return "".join([*kept, words[at:]]).strip(" \t　，,；;")


def read_labelled(words: str, labels: Sequence[Label], added: tuple[UnitMention, ...] = ()) -> Fields | None:
    """The fields of words that hold these labels; None when they name neither a unit nor a deadline."""
    got = _Gathering()
    head = words[: labels[0].start].strip(" ，,；;。　")
    if head:
        got.take(_only_sure(read_units(head)))
    for label, after in zip(labels, [*labels[1:], None], strict=True):
        _take_value(got, label, words[label.end : after.start if after else len(words)])
    if any(label.slip for label in labels):
        got.doubts["label-slip"] = None
    has_units = any(label.names_units for label in labels) or got.listed.units
    if not has_units and not got.deadlines:
        return None
    fields = got.done(Sign.LABEL if has_units else Sign.DATE_ONLY, added)
    return replace(fields, told="。".join(_told(words, labels)))


def _told(words: str, labels: Sequence[Label]) -> Iterator[str]:
    for label, after in zip(labels, [*labels[1:], None], strict=True):
        if label.opens is Opens.OTHER:
            yield words[label.end : after.start if after else len(words)].strip(" ；;。，,")


def _take_value(got: _Gathering, label: Label, value: str) -> None:
    value = value.strip(" \t　，,；;。\n")
    if label.opens is Opens.PERSONS:
        got.persons = True
    elif label.opens is Opens.DEADLINE and value:
        _take_deadline(got, value, label.names_units)
    elif label.opens is Opens.UNITS and is_ditto(value):
        got.doubts["units-as-above"] = None
    elif label.opens is Opens.UNITS:
        listed = read_units(value, label.role, got.listed.prefix)
        got.take(listed)
        if listed.persons:
            got.doubts["person-dropped"] = None


def _take_deadline(got: _Gathering, value: str, names_units: bool) -> None:
    """A deadline label's value; units that follow the day with a cue (2024年7月底前，A牵头，B配合) are taken too.

    ``names_units`` tells that the label speaks of both (完成时限及责任单位).
    """
    listed = read_units(value) if names_units or has_cue(value) else UnitList()
    fits = looks_like_unit if names_units else is_surely_unit
    if listed.units and listed.deadlines and all(fits(unit.name) for unit in listed.units):
        got.take(listed)
    else:
        got.deadlines.append(value)


def _only_sure(units: UnitList) -> UnitList:
    one_is_sure = any(is_surely_unit(unit.name) for unit in units.units)
    units.units = [u for u in units.units if is_surely_unit(u.name) or (one_is_sure and is_office(u.name))]
    return units


def _unlabelled(words: str, added: tuple[UnitMention, ...]) -> Fields | None:
    supplied = _supply(words)
    if supplied:
        return supplied
    got = _Gathering()
    got.take(read_units(words))
    units = got.listed.units
    if not units and got.deadlines:
        return got.done(Sign.DATE_ONLY)
    if not units or _STAGED.match(words):
        return None
    if not all(_fits(unit) for unit in units) and not _is_dated_list(got):
        units = _without_deeds(got, words)
    sure_enough = [_is_sure_enough(unit) for unit in units]
    if not sure_enough:
        return None
    if has_cue(words) and any(sure_enough):
        return got.done(Sign.CUE, added)
    named = len(units) > 1 and any(is_office(unit.name) or is_body(unit.name) for unit in units)
    dated = bool(got.deadlines) and any(sure_enough) and len(units) > 1
    return got.done(Sign.BARE, added) if all(sure_enough) or named or dated else None


def _without_deeds(got: _Gathering, words: str) -> list[UnitMention]:
    """The units alone, where a bracket also tells deeds (A牵头制定办法；B配合); [] where it is no list of units."""
    units = got.listed.units
    fitting = [unit for unit in units if _fits(unit)]
    if not has_cue(words) or len(fitting) * 2 < len(units) or not (_fits(units[0]) and _is_sure_enough(units[0])):
        return []
    got.listed.units = fitting
    got.doubts["words-passed-over"] = None
    return fitting


def _is_dated_list(got: _Gathering) -> bool:
    """Whether names with a date are a list of units though some end in no way known: 县教体局、县人社局、县少年宫."""
    units = got.listed.units
    sure = [unit for unit in units if _fits(unit) and is_surely_unit(unit.name)]
    if not got.deadlines or len(sure) < _A_FEW - 1 or len(sure) * 2 <= len(units) or units[0] is not sure[0]:
        return False
    return all(len(unit.name) <= _SHORT_NAME and not _NO_SHORT_NAME.search(unit.name) for unit in units)


def _fits(unit: UnitMention) -> bool:
    fits = looks_like_unit(unit.name) and len(unit.name) <= _LONGEST_NAME and not _NO_NAME.search(unit.name)
    return fits and not _MAKES.match(unit.name)


def _is_sure_enough(unit: UnitMention) -> bool:
    return is_surely_unit(unit.name) or is_office(unit.name) or is_body(unit.name)


def _supply(words: str) -> Fields | None:
    """A contribution (市民政局供稿2000字，图表1张): the names before each cue; amounts after it are left out."""
    plain = top_level(words)
    got, at = _Gathering(), 0
    for cue in SUPPLIES.finditer(plain):
        names = words[at : cue.start()]
        if at:
            amount = _SEPARATOR.search(plain, at, cue.start())
            names = words[amount.end() : cue.start()] if amount else ""
        got.take(read_units(names, second_names=False))
        at = cue.end()
    units = got.listed.units
    if not units or not all(len(unit.name) <= _LONGEST_NAME for unit in units):
        return None
    if _STRONG_SUPPLY.search(plain):
        return got.done(Sign.SUPPLY)
    return got.done(Sign.WEAK_SUPPLY) if all(looks_like_unit(unit.name) for unit in units) else None


def read_cue_line(words: str, *, one_may_do: bool = False) -> Fields | None:
    """The fields of a sentence that is nothing but units and cues (A牵头，B、C配合), else None.

    A single unit that is only said to be 负责 counts where ``one_may_do`` (after 由), and with a date.
    """
    words = unwrapped(words)
    if len(words) > 300 or "的" in words or "：" in words or not has_cue(words):
        return None
    got = _Gathering()
    got.take(read_units(words))
    units = got.listed.units
    if not units or not all(_fits(unit) and not _AND_SO_ON.search(unit.name) for unit in units):
        return None
    sure = [is_surely_unit(unit.name) for unit in units]
    if not all(sure) and not _led_by_a_name(units, any(sure)):
        return None
    plain_responsible = all(unit.role is Role.RESPONSIBLE for unit in units)
    alone = plain_responsible and len(units) < 2 and not got.deadlines
    return None if alone and not one_may_do else got.done(Sign.CUE)


def _led_by_a_name(units: Sequence[UnitMention], one_is_sure: bool) -> bool:
    """Whether units that do not all say whose they are can be a whole sentence: 教务处牵头，研究生院配合.

    One of them leads, or they are many; and none is a mere kind (政府牵头、部门配合).
    """
    by_duty = len(units) > _A_FEW and one_is_sure
    led = (any(unit.role is Role.LEAD for unit in units) or by_duty) and len(units) > 1
    return led and (one_is_sure or all(len(unit.name) > _LONGEST_KIND for unit in units))
