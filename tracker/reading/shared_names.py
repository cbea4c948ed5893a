"""Parts of names that the members of a list share: 花源县、古阳县人民政府; 洪滨市委、市政府; 荆襄开发区工委、管委会.

Only neighbours are completed, and only where the last one (or the first) says what the others leave out: a list in
which no county has its 人民政府 stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.roles import Role
from tracker.reading.unit_words import ONLY_ADMIN, looks_like_unit

_ZONE = "(?:(?:开发|高新|经开|保税|综保|示范|度假|合作|功能|管理|试验|园|景|新)区|产业园|工业园|新城|科技城)"
_KINDS = (
    ("(?:自治[县旗州]|[市县区州盟旗镇乡]|苏木)", "(?:人民)?政府"),
    ("街道", "(?:办事处|办|党工委)"),
    (_ZONE, "(?:管委会|管理委员会)"),
    ("村", "(?:村委会|村民委员会)"),
    ("社区", "(?:居委会|居民委员会)"),
)
"""What places are called, and which organ each kind has."""

_FULL = re.compile(
    "|".join(f"[\u4e00-\u9fff]{{0,12}}?(?P<k{n}>{kind})(?P<o{n}>{organ})" for n, (kind, organ) in enumerate(_KINDS))
)
_PLACES = tuple(re.compile(f"[\u4e00-\u9fff]{{0,12}}{kind}") for kind, _ in _KINDS)
_NO_DISTRICT = re.compile(f"(?:{_ZONE}(?<!新区)|高新区)$")
"""A zone has no 人民政府; a 新区 may be a district."""

_COLLECTIVE = re.compile("[各全]|有关|相关|所在|属地|其他")
_STEM = re.compile("[\u4e00-\u9fff]{2,4}")
_WITH_STEMS = (0, 1)
"""Kinds whose word may be left out as well: 广州、深圳市人民政府; 东风、建设街道办事处."""

_COMMITTEE = re.compile("(?:中共)?(?P<place>[\u4e00-\u9fff]{2,12}?(?P<level>[市县区州盟旗]))委")
_WORK_COMMITTEE = re.compile("(?P<place>[\u4e00-\u9fff]{2,16}?)党?工委")
_OF_COMMITTEE = re.compile("管委会|管理委员会|办事处|街道办事处")

Named = tuple[str, Role]


def with_shared_parts(names: Sequence[Named]) -> list[Named]:
    """The names in order, each with the part that a neighbour of the same role tells for it as well."""
    whole = list(names)
    for at in range(1, len(whole)):
        whole[at] = _of_the_place(whole[at - 1], whole[at])
    for at in range(len(whole) - 1, 0, -1):
        whole[at - 1] = _with_organ(whole[at - 1], whole[at])
    return whole


def _of_the_place(above: Named, named: Named) -> Named:
    """洪滨市委、市政府: the government is that of the place whose committee stands right before it."""
    name, role = named
    if not name.endswith(("政府", "会", "处")) or above[1] is not role or _COLLECTIVE.match(above[0]):
        return named
    committee = _COMMITTEE.fullmatch(above[0])
    if committee and name.removeprefix(committee["level"]) in ("政府", "人民政府"):
        return committee["place"] + name.removeprefix(committee["level"]), role
    at_work = _WORK_COMMITTEE.fullmatch(above[0]) if _OF_COMMITTEE.fullmatch(name) else None
    return (at_work["place"] + name, role) if at_work else named


def _with_organ(named: Named, below: Named) -> Named:
    """花源县 before 古阳县人民政府: the county's government is meant."""
    name, role = named
    found = _FULL.fullmatch(below[0]) if below[1] is role and below[0][-1] in "府处办会委" else None
    if not found or not found.lastgroup or ONLY_ADMIN.fullmatch(name) or _COLLECTIVE.match(below[0]):
        return named
    kind = int(found.lastgroup[1:])
    word, organ = found[f"k{kind}"], found[f"o{kind}"]
    if _COLLECTIVE.match(name) or (kind == 0 and _NO_DISTRICT.search(name)):
        return named
    if _PLACES[kind].fullmatch(name) and not (name[-1] == "州" != word):
        return name + organ, role
    is_stem = kind in _WITH_STEMS and _STEM.fullmatch(name) and (name[-1] == "州" or not looks_like_unit(name))
    return (name + word + organ, role) if is_stem else named
