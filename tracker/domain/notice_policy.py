"""The office's rules for notices as data: the ladder, quiet hours, the cap, and when other kinds are told.

A policy is a value. It is read from the JSON of a rule pack and written back to it; what cannot be meant is
refused with a sentence that says which line to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, TypeGuard

from tracker.domain.faults import Faulty, Gathering
from tracker.domain.notices import LADDER, NoticeKind, Paper, Step, step_label

FURTHEST, LATEST = 365, 365  # days before and after the due day that a step may lie
LONGEST_LABEL, MOST_STEPS, MOST_MILESTONE_DAYS, LARGEST_CAP, LONGEST_SIGNING = 30, 24, 12, 500, 60
STEP_FIELDS = ("days", "label", "copies_head", "paper")


class PolicyError(Faulty):
    """The rules cannot be used; each fault says in Chinese what to change, and names its rule.

    The name of a step's part holds the step's place in the list: ``step-0-label``.
    """


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """When units are told what.

    Nothing leaves the house from ``quiet_from`` to ``quiet_to`` o'clock, nor, with ``working_days_only``, on days
    off; the day's digest goes out from ``digest_hour`` on. ``cap_per_unit_per_day``: how many items of one unit a
    digest tells in full. ``unsigned_after``: working days after the dispatch at whose end a part that is not
    signed for is told of; 0 never. ``milestone_days``: days from a milestone's own day, as in a step.
    """

    ladder: tuple[Step, ...] = LADDER
    quiet_from: int = 20
    quiet_to: int = 8
    working_days_only: bool = True
    cap_per_unit_per_day: int = 50
    digest_hour: int = 8
    unsigned_after: int = 3
    milestone_days: tuple[int, ...] = (-7, -1, 1)
    milestones_from: tuple[tuple[int, date], ...] = ()

    @property
    def milestone_ladder(self) -> tuple[Step, ...]:
        """The rungs of a milestone, in the order of days."""
        since = dict(self.milestones_from)
        return tuple(Step(day, step_label(day, ()), counts_from=since.get(day)) for day in self.milestone_days)

    def label_of(self, kind: NoticeKind, step: int) -> str:
        """What a notice of that kind and step is called."""
        if kind in (NoticeKind.DUE_SOON, NoticeKind.OVERDUE):
            return step_label(step, self.ladder)
        if kind in (NoticeKind.MILESTONE_SOON, NoticeKind.MILESTONE_LATE):
            return f"节点{step_label(step, ())}"
        return kind.label


DEFAULT_POLICY = NoticePolicy()


def policy_of(rules: Mapping[str, Any]) -> NoticePolicy:
    """The policy that a pack's JSON holds; what it does not name is as the program has it. Raises PolicyError."""
    unknown = sorted(set(rules) - set(FIELDS))
    if unknown:
        raise PolicyError(f"不认识的规则项：{'、'.join(unknown)}，请删除。")
    found, values = Gathering(), {}
    for name, (attribute, read) in _RULES.items():
        if name in rules:
            with found.about(name):
                values[attribute] = read(rules[name])
    if not found:
        with found.about("quiet_from"):
            _check_hours(replace(DEFAULT_POLICY, **values))
    found.refuse_as(PolicyError)
    return replace(DEFAULT_POLICY, **values)


def rules_of(policy: NoticePolicy) -> dict[str, Any]:
    """The policy as the JSON of a pack: ``policy_of`` reads it back."""
    return {
        "steps": [_step_rules(step) for step in policy.ladder],
        "quiet_from": policy.quiet_from,
        "quiet_to": policy.quiet_to,
        "working_days_only": policy.working_days_only,
        "cap_per_unit_per_day": policy.cap_per_unit_per_day,
        "digest_hour": policy.digest_hour,
        "unsigned": {"after": policy.unsigned_after},
        "milestones": list(policy.milestone_days),
    }


def following(earlier: NoticePolicy, later: NoticePolicy, day: date) -> NoticePolicy:
    """The later policy, in force from ``day``: a rung that the earlier one lacked counts from that day on."""
    known = {step.days: step.counts_from for step in earlier.ladder}
    before = dict(earlier.milestones_from)
    return replace(
        later,
        ladder=tuple(replace(step, counts_from=known.get(step.days, day)) for step in later.ladder),
        milestones_from=tuple(
            (days, since)
            for days in later.milestone_days
            if (since := before.get(days) if days in earlier.milestone_days else day) is not None
        ),
    )


def _step_rules(step: Step) -> dict[str, Any]:
    rules: dict[str, Any] = {"days": step.days, "label": step.label, "copies_head": step.copies_head}
    return {**rules, "paper": step.paper.value} if step.paper else rules


def _ladder(given: Any) -> tuple[Step, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise PolicyError("提醒步骤不能为空，请至少填写一步。")
    if len(given) > MOST_STEPS:
        raise PolicyError(f"提醒步骤最多{MOST_STEPS}步，现有{len(given)}步，请删减。")
    found, steps = Gathering(), []
    for place, each in enumerate(given):
        with found.about("steps"):
            steps.append(_step(each, place))
    found.refuse_as(PolicyError)
    steps.sort(key=lambda step: step.days)
    for one, other in pairwise(steps):
        if one.days == other.days:
            raise PolicyError(f"“{one.label}”与“{other.label}”是同一天，请只留一步。")
    return tuple(steps)


def _step(given: Any, place: int) -> Step:
    where, name = f"第{place + 1}步", f"step-{place}"
    if not isinstance(given, Mapping) or set(given) - set(STEP_FIELDS):
        raise PolicyError(f"{where}的内容无法识别，请重新填写。")
    found = Gathering()
    days: Any = given.get("days")
    label: Any = given.get("label")
    paper = given.get("paper")
    if not _is_whole(days) or not -FURTHEST <= days <= LATEST:
        found.add(f"天数应为1至{LATEST}之间的整数，请修改。", f"{name}-days")
    if not isinstance(label, str) or not label.strip() or len(label) > LONGEST_LABEL:
        found.add(f"请写明名称，不超过{LONGEST_LABEL}字。", f"{name}-label")
    if paper and paper not in set(Paper):
        found.add(f"文书只能是{'、'.join(Paper)}，请修改。", f"{name}-paper")
    elif paper and _is_whole(days) and days <= 0:
        found.add(f"这一步在到期之前，不能附{paper}，请去掉文书或改为逾期之后。", f"{name}-paper")
    with found.about(f"{name}-copies_head"):
        _yes_or_no(given.get("copies_head", False), where)
    found.refuse_as(PolicyError)
    return Step(days, label.strip(), given.get("copies_head", False), Paper(paper) if paper else None)


def _unsigned(given: Any) -> int:
    if not isinstance(given, Mapping) or set(given) != {"after"}:
        raise PolicyError("签收时限应写明工作日天数，请修改。")
    return _whole("签收时限", 0, LONGEST_SIGNING)(given["after"])


def _milestones(given: Any) -> tuple[int, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MOST_MILESTONE_DAYS:
        raise PolicyError(f"节点提醒应写成天数的清单，最多{MOST_MILESTONE_DAYS}个，请修改。")
    for days in given:
        if not _is_whole(days) or not -FURTHEST <= days <= LATEST:
            raise PolicyError(f"节点提醒的天数应为整数，前后都不超过{LATEST}天，请修改。")
    return tuple(sorted(set(given)))


def _check_hours(policy: NoticePolicy) -> None:
    if policy.quiet_to >= policy.quiet_from:
        raise PolicyError("免打扰应从晚间开始、次日早晨结束：开始时间须晚于结束时间，例如20点至次日8点。")
    if not policy.quiet_to <= policy.digest_hour < policy.quiet_from:
        raise PolicyError(
            f"每日汇总在{policy.digest_hour}点发送，正在免打扰时段内，"
            f"请改为{policy.quiet_to}点至{policy.quiet_from - 1}点之间。",
            "digest_hour",
        )


def _whole(label: str, least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if not _is_whole(value) or not least <= value <= most:
            raise PolicyError(f"{label}应为{least}到{most}之间的整数，请修改。")
        return int(value)

    return read


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _yes_or_no(value: Any, label: str) -> bool:
    if not isinstance(value, bool):
        raise PolicyError(f"{label}：是否一项只能填是或否，请修改。")
    return value


# Each rule of a pack: the attribute of the policy, and what reads its value.
_RULES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "steps": ("ladder", _ladder),
    "quiet_from": ("quiet_from", _whole("免打扰开始时间", 1, 24)),
    "quiet_to": ("quiet_to", _whole("免打扰结束时间", 0, 23)),
    "working_days_only": ("working_days_only", lambda value: _yes_or_no(value, "只在工作日发送")),
    "cap_per_unit_per_day": ("cap_per_unit_per_day", _whole("每单位每日上限", 1, LARGEST_CAP)),
    "digest_hour": ("digest_hour", _whole("每日汇总发送时间", 0, 23)),
    "unsigned": ("unsigned_after", _unsigned),
    "milestones": ("milestone_days", _milestones),
}
FIELDS = tuple(_RULES)
