"""The rules of the lights as data: read from JSON with every fault told, written back, and said in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.domain.lateness import JudgedBy
from tracker.domain.lights import DEFAULT_PACK, LightPack
from tracker.domain.report_rhythm import NUMBERS, Every, ReportRhythm

SOON_BETWEEN = (0, 90)
SIGN_BETWEEN = (1, 30)
_KEYS = {"due_soon_days", "sign_within", "reports", "support_red", "judged_by"}
_REPORT_KEYS = {"every", "number"}


class PackFault(ValueError):
    """Rules that cannot be used; the message is Chinese and tells every fault."""


def light_pack_of(rules: object) -> LightPack:
    """The pack that the JSON holds; what it does not name is as the program has it. Raises PackFault."""
    if not isinstance(rules, Mapping):
        raise PackFault("亮灯规则应为一组“名称：数值”，请检查。")
    faults = [f"亮灯规则中没有“{key}”这一项，请删去。" for key in sorted(map(str, rules)) if key not in _KEYS]
    default = DEFAULT_PACK
    soon = _whole(rules, "due_soon_days", default.due_soon_days, "临期天数", SOON_BETWEEN, faults)
    sign = _whole(rules, "sign_within", default.sign_within, "签收期限", SIGN_BETWEEN, faults)
    reports = _reports(rules.get("reports"), faults)
    red = rules.get("support_red", default.support_red)
    if not isinstance(red, bool):
        faults.append("“配合单位逾期是否亮红灯”只能是“是”或“否”，请修改。")
    judged_by = rules.get("judged_by", default.judged_by.value)
    if judged_by not in [each.value for each in JudgedBy]:
        faults.append(f"按期的认定只能是{'或'.join(f'“{each.label}”' for each in JudgedBy)}，请修改。")
    if faults:
        raise PackFault(" ".join(faults))
    return LightPack(soon, sign, reports, bool(red), JudgedBy(judged_by))


def _whole(  # noqa: PLR0917 - a value, its name and its bounds
    rules: Mapping[str, Any], key: str, default: int, name: str, between: tuple[int, int], faults: list[str]
) -> int:
    """A whole number within its bounds; else the default, and a fault."""
    value, (least, most) = rules.get(key, default), between
    if type(value) is int and least <= value <= most:  # bool is no number here
        return value
    faults.append(f"{name}应为{least}至{most}之间的整数，请修改。")
    return default


def _reports(given: object, faults: list[str]) -> ReportRhythm:
    if given is None:
        return DEFAULT_PACK.reports
    if not isinstance(given, Mapping) or given.get("every") not in {each.value for each in Every}:
        faults.append("报进展的频次应为“不要求”“每隔若干天”“每月”“每周”之一，请修改。")
        return DEFAULT_PACK.reports
    faults += [
        f"报进展的频次中没有“{key}”这一项，请删去。" for key in sorted(map(str, given)) if key not in _REPORT_KEYS
    ]
    every = Every(given["every"])
    return ReportRhythm(every, _whole(given, "number", 0, _NUMBER_NAMES[every], NUMBERS[every], faults))


_NUMBER_NAMES = {
    Every.NEVER: "不要求报进展时的数值",
    Every.DAYS: "每隔的天数",
    Every.MONTH: "每月的日子",
    Every.WEEK: "每周的日子（1为星期一）",
}


def rules_of(pack: LightPack) -> dict[str, Any]:
    """The pack as JSON, whole: so a stored version stays what it was when the program's own rules change."""
    return {
        "due_soon_days": pack.due_soon_days,
        "sign_within": pack.sign_within,
        "reports": {"every": pack.reports.every.value, "number": pack.reports.number},
        "support_red": pack.support_red,
        "judged_by": pack.judged_by.value,
    }


def pack_words(pack: LightPack) -> dict[str, tuple[str, ...]]:
    """What makes each light, in sentences, under the lights' names."""
    red = "过了完成时限仍未办结（牵头、责任、配合单位相同）。"
    if not pack.support_red:
        red = "牵头、责任单位过了完成时限仍未办结。"
    return {
        "红灯": (red,),
        "黄灯": tuple(_yellow(pack)),
        "绿灯": ("有完成时限，且没有以上情形的；已办结的。超期办结的始终注明“超期办结”。" + pack.judged_by.meaning,),
        "不亮灯": ("未定时限且没有以上情形的；已中止（挂账）、已撤销的；任务已办结后仍未办结的配合单位。",),
    }


def _yellow(pack: LightPack) -> list[str]:
    soon = f"离完成时限不超过{pack.due_soon_days}天仍未办结。" if pack.due_soon_days else "完成时限当天仍未办结。"
    said = [soon, f"下达后超过{pack.sign_within}个工作日仍未签收；另行规定签收期限的，过了所定日期仍未签收。"]
    if pack.reports.every is not Every.NEVER:
        said.append(f"签收后应定期报进展（{pack.reports.words}），过了应报日期仍未报。{_counting(pack.reports.every)}")
    if not pack.support_red:
        said.append("配合单位过了完成时限仍未办结（不亮红灯）。")
    return said


def _counting(every: Every) -> str:
    match every:
        case Every.MONTH:
            return "当月签收或报过的，从下月算起。"
        case Every.WEEK:
            return "当周签收或报过的，从下周算起。"
        case _:
            return "从签收或上次报进展之日算起。"


def pack_settings(pack: LightPack) -> dict[str, str]:
    """Each threshold with its value in words, to hold two packs against each other."""
    soon = f"离时限{pack.due_soon_days}天以内" if pack.due_soon_days else "时限当天"
    return {
        "临期亮黄灯": soon,
        "签收期限": f"下达后{pack.sign_within}个工作日",
        "定期报进展": "不要求" if pack.reports.every is Every.NEVER else pack.reports.words,
        "配合单位逾期": "亮红灯" if pack.support_red else "只亮黄灯",
        "按期的认定": pack.judged_by.label,
    }
