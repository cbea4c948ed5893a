"""The histories of the units' parts: read once for as many questions as a page has, and told as of any days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby
from operator import is_not

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import Happening, PartThen, parts_then, task_state_of
from tracker.domain.division import Share, rolled_up
from tracker.domain.former import Former
from tracker.domain.lifecycle import TaskState
from tracker.domain.roles import needed_of
from tracker.store.as_of_queries import PartFacts, facts_of_parts, happenings_of
from tracker.store.former_queries import former_values
from tracker.store.tasks import Task
from tracker.store.unit_queries import units_by_id
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Whose parts are asked for: ``unit_path`` stands for the unit at it and all below."""

    unit_path: str | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class Histories:
    """What the database knows of the parts that are asked for: read once for as many questions as a page has."""

    wanted: LedgerFilter
    facts: Sequence[PartFacts]
    happenings: dict[int, list[Happening]]
    units: dict[int, Unit]
    former: Former = field(default_factory=Former)

    def by_task(self) -> Iterator[list[PartFacts]]:
        """The parts' facts, task by task."""
        return (list(group) for _, group in groupby(self.facts, key=lambda each: each.task_id))

    def in_reach(self, actor: Actor, permission: Permission) -> set[int]:
        """The units whose parts are given."""
        below = self.wanted.unit_path or "/"
        return {u.id for u in self.units.values() if u.path.startswith(below) and actor.may(permission, u.path)}


def histories(session: Session, wanted: LedgerFilter | None = None) -> Histories:
    """The histories of the parts; who may see them is asked by whoever tells them."""
    wanted = wanted or LedgerFilter()
    conditions: list[ColumnElement[bool]] = [Task.plan_id == wanted.plan_id] if wanted.plan_id else []
    return Histories(
        wanted,
        facts_of_parts(session, conditions),
        happenings_of(session, conditions),
        units_by_id(session),
        former_values(session),
    )


@dataclass(frozen=True, slots=True)
class PartOn:
    """One unit's part at the end of one day, without its light; ``unit`` is the one that had it then.

    ``task_state`` and ``task_completed_on`` are those of the whole task on that day; ``needed`` says whether the task
    waits for this part. ``facts`` is the part's row of ``facts_of_parts``, with title, role and day to sign of then.
    """

    facts: PartFacts
    unit: Unit
    then: PartThen
    task_state: TaskState
    task_completed_on: date | None
    needed: bool

    @property
    def assignment_id(self) -> int:
        return self.facts.assignment_id

    @property
    def plan_id(self) -> int:
        return self.facts.plan_id

    @property
    def parent_assignment_id(self) -> int | None:
        """The part that was divided into this part's task, where there is one."""
        return self.facts.parent_assignment_id


def parts_on_days(known: Histories, days: Iterable[date], zone: tzinfo) -> dict[date, list[PartOn]]:
    """Every part as it stood at the end of each of the days, by plan, task and place, whoever asks.

    The one way in which the past is told: ledgers, figures and lists are all cut from it. The histories are told once
    for all the days. Parts dispatched later are left out; a divided part has the percent of its children.
    """
    in_order = sorted(set(days))
    found: dict[date, list[PartOn]] = {day: [] for day in in_order}
    for facts in known.by_task():
        told = known.happenings
        pasts = [parts_then(told.get(each.assignment_id, ()), each.unit_id, in_order, zone) for each in facts]
        altered = known.former.touches(facts[0].task_id, (each.assignment_id for each in facts))
        before: Sequence[PartThen | None] = ()
        parts: list[PartOn] = []
        for day, *thens in zip(in_order, *pasts, strict=True):
            # Most tasks stand still on most days: then they are as they were on the day before.
            if altered or len(before) != len(thens) or any(map(is_not, before, thens)):
                stood = [_facts_then(known.former, each, end_of(day, zone)) for each in facts] if altered else facts
                parts, before = _parts_of_task(stood, thens, known.units), thens
            found[day] += parts
    return {day: _with_rolled_up(parts) for day, parts in found.items()}


def end_of(day: date, zone: tzinfo) -> datetime:
    """The instant at which the office's day ends."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def _facts_then(former: Former, facts: PartFacts, end: datetime) -> PartFacts:
    """The facts as they stood before the instant."""
    values = former.of_part(facts.task_id, facts.assignment_id, end)
    return replace(facts, **values) if values else facts


def _parts_of_task(
    facts: Sequence[PartFacts], thens: Sequence[PartThen | None], units: dict[int, Unit]
) -> list[PartOn]:
    """The parts of one task that had been dispatched; the task's own state follows from them all."""
    there = [(each, then) for each, then in zip(facts, thens, strict=True) if then is not None]
    state, completed_on = task_state_of((each.role, then.state, then.completed_on) for each, then in there)
    needed = {each.assignment_id for each, _ in needed_of(there, lambda pair: pair[0].role)}
    return [
        PartOn(each, units[then.unit_id], then, state, completed_on, each.assignment_id in needed)
        for each, then in there
    ]


def _with_rolled_up(parts: list[PartOn]) -> list[PartOn]:
    """The parts, divided ones with the percent that their children had reached on that day."""
    shares: dict[int, dict[int, list[PartOn]]] = {}
    for part in parts:
        if part.parent_assignment_id is not None:
            shares.setdefault(part.parent_assignment_id, {}).setdefault(part.facts.task_id, []).append(part)
    return [_rolled_up(part, shares) for part in parts] if shares else parts


def _rolled_up(part: PartOn, shares: Mapping[int, Mapping[int, Sequence[PartOn]]]) -> PartOn:
    """The part with its children's percent; a child may have been divided itself."""
    children = shares.get(part.assignment_id)
    if not children or part.then.state.is_closed:
        return part
    told = [[_rolled_up(each, shares) for each in parts] for parts in children.values()]
    percent = rolled_up(
        (each[0].task_state, [Share(one.facts.role, one.then.state, one.then.percent) for one in each]) for each in told
    ).percent
    return part if percent is None else replace(part, then=replace(part.then, percent=percent))
