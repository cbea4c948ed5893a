"""Scores of units (评分) out of their figures by a scheme that is data; none unless the office switches one on.

Scored is what the figures of the work say, and nothing else: nobody gains or loses by logging in or by clicks.
Source: offices start at 100 and take points off, each kind of fault up to a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tracker.domain.measures import Measure, Numbers

FAULTS = (Measure.LATE, Measure.OVERDUE, Measure.RETURNED, Measure.EXTENDED)
MOST_POINTS = 1000
MOST_PLACES = 4


class WrongScheme(ValueError):
    """Rules that make no scheme; the message is Chinese and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """Points: ``base`` to begin with, ``rate`` lost in the share not completed on time, ``each`` for one part of a
    fault, up to ``most`` for that kind of fault (no limit where it is absent); never less than ``floor``."""

    on: bool = False
    base: Decimal = Decimal(100)
    rate: Decimal = Decimal(40)
    each: Mapping[Measure, Decimal] = field(
        default_factory=lambda: {
            Measure.LATE: Decimal(1),
            Measure.OVERDUE: Decimal(2),
            Measure.RETURNED: Decimal("0.5"),
            Measure.EXTENDED: Decimal("0.5"),
        }
    )
    most: Mapping[Measure, Decimal] = field(
        default_factory=lambda: {
            Measure.LATE: Decimal(15),
            Measure.OVERDUE: Decimal(20),
            Measure.RETURNED: Decimal(10),
            Measure.EXTENDED: Decimal(10),
        }
    )
    floor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Score:
    """What a unit reached, to a tenth of a point, and how, in sentences."""

    points: Decimal
    words: tuple[str, ...]


def scheme_of(rules: Mapping[str, Any]) -> Scheme:
    """The scheme that a stored pack holds; raises WrongScheme for numbers that are none, below 0 or above 1000."""
    plain = Scheme()
    each, most = rules.get("each", {}), rules.get("most", {})
    return Scheme(
        rules.get("on") is True,
        _points(rules.get("base", plain.base), "基础分"),
        _points(rules.get("rate", plain.rate), "按期办结率分值"),
        {fault: _points(each.get(fault.value, 0), f"{fault.label}每项扣分") for fault in FAULTS},
        {f: _points(most[f.value], f"{f.label}最多扣分") for f in FAULTS if most.get(f.value) is not None},
        _points(rules.get("floor", plain.floor), "最低分"),
    )


def rules_of(scheme: Scheme) -> dict[str, Any]:
    """The scheme as a pack keeps it: numbers as text, so that 0.1 stays 0.1."""
    return {
        "on": scheme.on,
        "base": str(scheme.base),
        "rate": str(scheme.rate),
        "each": {fault.value: str(points) for fault, points in scheme.each.items()},
        "most": {fault.value: str(points) for fault, points in scheme.most.items()},
        "floor": str(scheme.floor),
    }


def _points(value: Any, what: str) -> Decimal:
    try:
        points = Decimal(str(value))
    except ArithmeticError:
        raise WrongScheme(f"{what}应为数字。") from None
    if not points.is_finite() or not 0 <= points <= MOST_POINTS:
        raise WrongScheme(f"{what}应在0到{MOST_POINTS}之间。")
    if places_of(points) > MOST_PLACES:
        raise WrongScheme(f"{what}最多{MOST_PLACES}位小数。")
    return points


def places_of(points: Decimal) -> int:
    """How many decimal places a number is written with; 0 for what is no number."""
    exponent = points.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def score_of(numbers: Numbers, scheme: Scheme) -> Score | None:
    """The unit's score; None where there is nothing to score it by: nothing due and no fault."""
    if numbers.rate is None and not any(numbers.count(fault) for fault in FAULTS):
        return None
    lost = list(_lost(numbers, scheme))
    points = max(scheme.base - sum((each for each, _ in lost), Decimal(0)), scheme.floor)
    words = [f"基础分{_said(scheme.base)}分", *(said for _, said in lost)]
    if scheme.base - sum((each for each, _ in lost), Decimal(0)) < scheme.floor:
        words.append(f"扣完不低于最低分{_said(scheme.floor)}分")
    return Score(_tenths(points), (*words, f"得{_said(_tenths(points))}分"))


def _lost(numbers: Numbers, scheme: Scheme) -> Iterator[tuple[Decimal, str]]:
    """The points taken off, and why, one after the other."""
    due, on_time = numbers.count(Measure.DUE), numbers.count(Measure.ON_TIME)
    if due and scheme.rate:
        lost = _tenths(scheme.rate * (due - on_time) / due)
        share = _tenths(Decimal(100 * on_time) / due)
        yield (
            lost,
            f"应办结{due}项、按期办结{on_time}项，按期办结率{share}%，占{_said(scheme.rate)}分，扣{_said(lost)}分",
        )
    for fault in FAULTS:
        count, each = numbers.count(fault), scheme.each.get(fault, Decimal(0))
        if not count or not each:
            continue
        most = scheme.most.get(fault)
        lost = count * each if most is None else min(count * each, most)
        limit = f"，最多扣{_said(most)}分" if most is not None and count * each > most else ""
        yield lost, f"{fault.label}{count}项，每项扣{_said(each)}分{limit}，扣{_said(lost)}分"


def told(scheme: Scheme) -> tuple[str, ...]:
    """The scheme in sentences, for those who are scored."""
    faults = [
        f"{fault.label}每项扣{_said(each)}分"
        + (f"，最多扣{_said(scheme.most[fault])}分" if fault in scheme.most else "")
        for fault, each in scheme.each.items()
        if each
    ]
    return (
        f"基础分{_said(scheme.base)}分，最低{_said(scheme.floor)}分。",
        f"按期办结率占{_said(scheme.rate)}分，未按期办结的部分按比例扣分。",
        *(f"{said}。" for said in faults),
        "没有应办结事项、也没有扣分事项的单位，不评分。登录次数、点击次数一律不计分。",
    )


def _tenths(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _said(points: Decimal) -> str:
    """Without zeros that say nothing: 40, 0.5."""
    return format(points.normalize(), "f")
