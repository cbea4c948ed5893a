"""Elided prefixes: in 省科技厅、工业和信息化厅 the second name is 省工业和信息化厅."""

from __future__ import annotations

import re
from dataclasses import replace

from tracker.domain.drafts import UnitMention

_OWN_PREFIX = re.compile(
    r"^(?P<prefix>省委|市委|县委|区委|州委|旗委|自治区党委|自治区|省|市|县|区|州|盟|旗)(?!场|区|县|直|级|属|辖)"
)
_PARTY = re.compile(
    r"(?:组织部|宣传部|统战部|政法委|编办|人才办|网信办|社会工作部|党校|老干部局|巡察办|改革办|政研室|直属机关工委)$"
)
_ELIDED = re.compile(
    r"(?:[\u4e00-\u9fff]{1,14}(?:局|厅|委|办|部|(?<!便民服务)(?<!社区服务)(?<!活动)中心|检察院|法院)"
    r"|[\u4e00-\u9fff]{2,8}中心管委会|(?:农|林|社|水|畜)?科院|(?:[\u4e00-\u9fff]{2,4})?科学院|(?:公安)?交警[支大]队"
    r"|消防救援[总支大]队|检察院|法院|人武部|关工委|档案馆|党史研究室"
    r"|供销社|供销合作社|总工会|工商联|妇联|残联|科协|侨联|文联|社科联|作协|红十字会|贸促会)$"
)
_PLACE_INSIDE = re.compile(
    r"[省市县区州盟旗镇乡]|国家|中国|全国|总局|分局|各|有关|相关|其他|团|驻|人行|人民银行|街道?办|领导|指挥|海事|铁路|民航|专员办|国网|南网"
)
_FIELD_OFFICE = re.compile(
    r"[\u4e00-\u9fff]{2}"
    r"(?:银保监局|银监局|保监局|证监局|通信管理局|邮政管理局|(?<!地方)金融监管局|煤监局|能源监管(?:办|局)|供电(?:局|公司|中心|所))$"
)
"""Offices of the centre's own regulators carry their place's name without 省 or 市 (广东证监局)."""
_BRANCH = re.compile("[\u4e00-\u9fff]{1,2}(?![和与及、])[\u4e00-\u9fff](?:生态环境|自然资源|税务|气象|烟草专卖|水文)局")
"""Branches of a bureau above carry their place's name (丰岭生态环境局); 规划和自然资源局 is a bureau's own."""
_NO_PLACE = re.compile(r"城乡|城市|市场|市政(?!府|协|数|务|法)|市容|社区|园区|区域|镇街|乡村|乡镇|县域|省际")


def prefix_of(name: str) -> str | None:
    """The level that a name begins with (省, 市委, 自治区 …), or None."""
    found = _OWN_PREFIX.match(name)
    return found["prefix"] if found and not _NO_PLACE.match(name) else None


def with_prefix(name: str, prefix: str | None) -> str:
    """省科技厅、工业和信息化厅: the second takes the first's 省. Names with a place of their own are left alone."""
    if not prefix or prefix_of(name) or not _ELIDED.fullmatch(name) or _PLACE_INSIDE.search(_NO_PLACE.sub("", name)):
        return name
    if _FIELD_OFFICE.search(name) or _BRANCH.fullmatch(name):
        return name
    level = prefix.removesuffix("委").removesuffix("党")
    party = _PARTY.search(name)
    return f"{level}委{name}" if party and prefix.endswith("委") else f"{level}{name}"


_PLACE = re.compile(
    "(?P<stem>[\u4e00-\u9fff]{2,6}?)(?:(?:[\u4e00-\u9fff]{1,3}族)*(?:各族)?自治[州县旗区]|[省市县区州盟旗])"
)
_PLACES_FIRST = re.compile(f"(?:中共)?(?:{_PLACE.pattern.replace('?P<stem>', '')})+")


def own_places(issuer: str | None, title: str) -> tuple[str, ...]:
    """The names, without their level, of the places whose plan it is: 珠源 and 岭海 for 珠源市岭海区人民政府办公室."""
    found = _PLACES_FIRST.match(issuer or title)
    words = found.group().removeprefix("中共") if found else ""
    return tuple(place["stem"] for place in _PLACE.finditer(words))


def without_needless_prefix(
    units: tuple[UnitMention, ...], places: tuple[str, ...], written: str
) -> tuple[UnitMention, ...]:
    """The units of a clause ``written`` so; one that begins with the plan's own place keeps its name (岭海公路中心)."""
    return tuple(replace(unit, name=_as_named(unit.name, places, written)) for unit in units)


def _as_named(name: str, places: tuple[str, ...], written: str) -> str:
    bare = name.removeprefix(prefix_of(name) or "")
    return bare if bare != name and bare.startswith(places) and name not in written else name
