"""Indicators of a plan live (指标): who answers for each, what it was each year, and whether it is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.figures_asked import value_given
from tracker.domain.indicator_chart import Chart, chart_of
from tracker.domain.indicator_course import Course, Goal, Written, course_of, goal_of, number_said, years_missing
from tracker.domain.units import UnitMatch
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.work import SAME_PRESS
from tracker.store import indicator_queries as ask
from tracker.store.measures import IndicatorReading
from tracker.store.plan_lists import visible_plan
from tracker.store.plans import Indicator, Plan
from tracker.store.reach import below
from tracker.store.unit_directory import OfficeNames, names_for
from tracker.store.units import Unit

LONGEST_WORDS = 2000
LARGEST = 1e15
FIRST_YEAR = 1990


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator with its readings by year, its goal and how it stands."""

    indicator: Indicator
    readings: Sequence[IndicatorReading]
    goal: Goal
    course: Course
    missing: tuple[int, ...]

    @property
    def latest(self) -> IndicatorReading | None:
        return self.readings[-1] if self.readings else None


@dataclass(frozen=True, slots=True)
class IndicatorList:
    """A plan's indicators. ``may_decide``: the reader sets owners; ``proposed``: owners by the names as written."""

    plan: Plan
    rows: Sequence[IndicatorRow]
    may_decide: bool
    proposed: dict[int, Unit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """One indicator: its row and picture, what this person may do, and what the owner may be chosen from."""

    row: IndicatorRow
    chart: Chart | None
    may_decide: bool
    may_report: bool
    units: Sequence[Unit] = ()
    proposed: Unit | None = None

    @property
    def indicator(self) -> Indicator:
        return self.row.indicator


class ReadMeanwhile(Stale):
    """The owner, or the value of that year, was changed after the page was opened."""


def row_of(indicator: Indicator, readings: Sequence[IndicatorReading], today: date) -> IndicatorRow:
    """The indicator as it stands: judged by the latest year that has a reading."""
    goal = goal_of(_written(indicator))
    last = readings[-1] if readings else None
    course = course_of(goal, last.year if last else None, last.value if last else None)
    missing = years_missing(goal, {each.year for each in readings}, today.year - 1)
    return IndicatorRow(indicator, readings, goal, course, missing)


def _written(one: Indicator) -> Written:
    base, target = (one.base, one.base_value, one.base_year), (one.target, one.target_value, one.target_year)
    return Written(one.name, one.measure, *base, *target, one.growth)


def indicator_list(session: Session, actor: Actor, today: date, plan_id: int) -> IndicatorList:
    """The indicators of a plan that the actor may see, with proposals for those without owner; else NotFound."""
    plan = visible_plan(session, actor, plan_id)
    if plan is None:
        raise NotFound("没有找到这份文件。网址可能有误，或文件不在您的单位范围内。")
    found = ask.indicators_of(session, plan_id)
    readings = ask.readings_of(session, [each.id for each in found])
    rows = [row_of(each, readings.get(each.id, []), today) for each in found]
    decides = actor.may(Permission.DECIDE, plan.scope.path)
    ownerless = [each for each in found if each.owner_id is None] if decides else []
    return IndicatorList(plan, rows, decides, _proposals(session, plan, ownerless))


def own_indicators(session: Session, actor: Actor, today: date) -> list[IndicatorRow]:
    """The indicators that a liaison's units answer for."""
    found = ask.indicators_owned(session, actor)
    readings = ask.readings_of(session, [each.id for each in found])
    return [row_of(each, readings.get(each.id, []), today) for each in found]


def _proposals(session: Session, plan: Plan, indicators: Sequence[Indicator]) -> dict[int, Unit]:
    """By indicator: the first unit that one of its names as written means."""
    if not any(each.units for each in indicators):
        return {}
    names = names_for(session, plan.scope)
    found = {each.id: _proposed(names, each) for each in indicators}
    return {key: unit for key, unit in found.items() if unit is not None}


def _proposed(names: OfficeNames, indicator: Indicator) -> Unit | None:
    for name in indicator.units:
        match = names.directory.resolve(name)
        if isinstance(match, UnitMatch) and match.ref in names.units and match.ref not in names.beyond:
            return names.units[match.ref]
    return None


def indicator_page(session: Session, actor: Actor, today: date, indicator_id: int) -> IndicatorPage:
    """One indicator; raises NotFound when it does not exist or lies out of reach."""
    one = ask.indicator_shown(session, indicator_id)
    if one is None:
        raise NotFound("没有这项指标，可能已随文件删除，请从文件页面重新进入。")
    if visible_plan(session, actor, one.plan_id) is None:
        raise NotFound("没有找到这项指标。网址可能有误，或指标不在您的单位范围内。")
    row = row_of(one, ask.readings_of(session, [one.id]).get(one.id, []), today)
    chart = chart_of(row.goal, {each.year: each.value for each in row.readings})
    decides = actor.may(Permission.DECIDE, one.plan.scope.path)
    units = ask.owners_to_choose(session, [below(one.plan.scope.path)]) if decides else ()
    proposed = _proposals(session, one.plan, [one]).get(one.id) if decides else None
    return IndicatorPage(row, chart, decides, _may_report(actor, one), units, proposed)


def _may_report(actor: Actor, one: Indicator) -> bool:
    own = one.owner is not None and actor.may(Permission.WORK_OWN, one.owner.path)
    return own or actor.may(Permission.DECIDE, one.plan.scope.path)


def set_owner(session: Session, actor: Actor, indicator_id: int, unit_id: int | None, seen: int | None) -> Indicator:
    """Gives an indicator to a unit, or to none, and commits. ``seen`` is the owner that the form showed.

    Raises NotFound, Forbidden, Invalid, or ReadMeanwhile when another owner was given meanwhile.
    """
    one = _to_change(session, indicator_id)
    if not actor.may(Permission.DECIDE, one.plan.scope.path):
        raise Forbidden(Permission.DECIDE, "确定指标的责任单位")
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit_id is not None and (unit is None or not unit.active or not unit.path.startswith(one.plan.scope.path)):
        raise Invalid("所选单位不存在、已停用或不在本级管理范围内，请重新选择。")
    if one.owner_id not in (seen, unit_id):
        now_owner = f"“{one.owner.name}”" if one.owner else "空"
        raise ReadMeanwhile(f"您打开页面之后，责任单位已被改为{now_owner}。本次没有保存，请核对后再提交。")
    one.owner = unit
    session.commit()
    return one


def accept_proposals(session: Session, actor: Actor, today: date, plan_id: int, expected: int) -> int:
    """Gives every indicator without owner the unit that its names as written mean; how many.

    Raises Stale when they are not as many as the supervisor was shown.
    """
    listed = indicator_list(session, actor, today, plan_id)
    if not listed.may_decide:
        raise Forbidden(Permission.DECIDE, "确定指标的责任单位")
    if listed.proposed and len(listed.proposed) != expected:
        raise Stale(
            f"可按文件写法确定的指标现在是{len(listed.proposed)}项，与您看到的{expected}项不同，请核对后再办理。"
        )
    for row in listed.rows:
        if row.indicator.id in listed.proposed:
            row.indicator.owner = listed.proposed[row.indicator.id]
    session.commit()
    return len(listed.proposed)


def _to_change(session: Session, indicator_id: int) -> Indicator:
    one = ask.indicator_shown(session, indicator_id, to_change=True)
    if one is None:
        raise NotFound("没有这项指标，可能已随文件删除，请从文件页面重新进入。")
    return one


@dataclass(frozen=True, slots=True)
class ReadingGiven:
    """What a form brings: year and value as typed, words, and the version of that year's reading (0: none yet)."""

    year: str
    value: str
    words: str = ""
    version: int = 0


def record_reading(  # noqa: PLR0917 - who tells what, when
    session: Session, actor: Actor, now: datetime, today: date, indicator_id: int, given: ReadingGiven
) -> IndicatorReading:
    """Stores the value of a year, or corrects it, and commits.

    Raises NotFound, Forbidden, Invalid, or ReadMeanwhile when that year's value is another one by now. The same form
    sent twice is done once.
    """
    one = _to_change(session, indicator_id)
    if not _may_report(actor, one):
        raise Forbidden(Permission.WORK_OWN, "填报该指标的完成值")
    year, value, words = _year(one, given.year, today), _value(one, given.value), given.words.strip()
    if len(words) > LONGEST_WORDS:
        raise Invalid(f"说明不能超过{LONGEST_WORDS}字，现有{len(words)}字，请精简后再提交。")
    known = {each.year: each for each in ask.readings_of(session, [one.id]).get(one.id, [])}.get(year)
    if known and known.version != given.version:
        if _is_same(known, actor, value, words, now):
            session.rollback()
            return known
        said = f"{known.reported_by_name}已填报{year}年完成值{number_said(known.value)}{one.measure or ''}"
        raise ReadMeanwhile(f"{said}。本次没有保存；要更正的，请核对后再提交。")
    reading = known or IndicatorReading(indicator_id=one.id, year=year)
    reading.value, reading.words, reading.reported_at = value, words, now
    reading.reported_by_id, reading.reported_by_name = actor.person_id, actor.name
    session.add(reading)
    try:
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise ReadMeanwhile("有人同时填报了这一年的完成值，本次没有保存。请核对后再提交。") from None
    return reading


def _is_same(known: IndicatorReading, actor: Actor, value: float, words: str, now: datetime) -> bool:
    same = (known.value, known.words, known.reported_by_id) == (value, words, actor.person_id)
    return same and now - known.reported_at <= SAME_PRESS


def _year(one: Indicator, typed: str, today: date) -> int:
    text = typed.strip().removesuffix("年")
    first = one.base_year or (one.plan.issued_on.year - 1 if one.plan.issued_on else FIRST_YEAR)
    first = max(first, FIRST_YEAR)
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and first <= int(text) <= today.year):
        raise Invalid(f"年份应是{first}年至{today.year}年之间的四位数，请修改。")
    return int(text)


def _value(one: Indicator, typed: str) -> float:
    value = value_given(typed, one.measure or "") if typed.strip() else None
    if value is None or abs(value) > LARGEST:
        measure = f"（计量单位：{one.measure}）" if one.measure else ""
        raise Invalid(
            f"请填写一个数{measure}，如1,234.5或95%。" + (f"“{typed.strip()}”不是一个数。" if typed.strip() else "")
        )
    return value
