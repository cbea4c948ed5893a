"""The histories of the units' parts: read once for as many questions as a page has, and told as of any days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import groupby
from operator import is_not

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import Happening, PartThen, parts_then, task_state_of
from tracker.domain.division import Share, rolled_up
from tracker.domain.former import Former
from tracker.domain.lifecycle import TaskState
from tracker.domain.roles import needed_of
from tracker.store.among import among
from tracker.store.as_of_queries import PartFacts, PlanNames, facts_of_parts, happenings_of, parts_of_tasks, plan_names
from tracker.store.former_queries import former_values
from tracker.store.shortlists import open_then, shortlist
from tracker.store.tasks import Assignment, Task
from tracker.store.unit_queries import units_by_id
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Whose parts are asked for: ``unit_path`` stands for the unit at it and all below."""

    unit_path: str | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class UnitThen:
    """A unit as it was called on a day. ``path`` and ``position`` are its place in the tree of the present."""

    id: int
    path: str
    position: int
    name: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Histories:
    """What the database knows of the parts that are asked for: read once for as many questions as a page has.

    ``units`` and ``plans`` are called as they are at present; ``former`` tells what was otherwise.
    """

    wanted: LedgerFilter
    facts: Sequence[PartFacts]
    happenings: dict[int, list[Happening]]
    units: Mapping[int, UnitThen]
    former: Former = field(default_factory=Former)
    plans: Mapping[int, PlanNames] = field(default_factory=dict)

    def by_task(self) -> Iterator[list[PartFacts]]:
        """The parts' facts, task by task."""
        return (list(group) for _, group in groupby(self.facts, key=lambda each: each.task_id))

    def in_reach(self, actor: Actor, permission: Permission) -> set[int]:
        """The units whose parts are given."""
        return reached(self.units, self.wanted, actor, permission)

    def units_at(self, end: datetime) -> Mapping[int, UnitThen]:
        """The units as they were called at the end of a day; the very same mapping where none was called otherwise."""
        named = {key: values for key in self.former.units if (values := self.former.unit(key, end))}
        others = {key: replace(self.units[key], **values) for key, values in named.items() if key in self.units}
        return {**self.units, **others} if others else self.units

    def plan_at(self, plan_id: int, end: datetime) -> PlanNames:
        """What a plan was called at the end of a day."""
        called = self.former.plan(plan_id, end)
        return replace(self.plans[plan_id], **{_OF_PLAN[name]: value for name, value in called.items()})

    def facts_at(self, facts: PartFacts, end: datetime) -> PartFacts:
        """The facts as they stood at the end of a day, with the plan in which the task stood then."""
        values = self.former.of_part(facts.task_id, facts.assignment_id, end)
        if values.get("plan_id") not in self.plans:
            values.pop("plan_id", None)  # its plan is gone: the one that took it over is told
        plan_id = values.get("plan_id", facts.plan_id)
        if plan_id != facts.plan_id:
            values |= asdict(self.plans[plan_id])
        called = self.former.plan(plan_id, end)
        values |= {_OF_PLAN[name]: value for name, value in called.items()}
        return replace(facts, **values) if values else facts


_OF_PLAN = {"title": "plan_title", "number": "plan_number", "issued_on": "issued_on"}


def histories(
    session: Session, wanted: LedgerFilter | None = None, task_ids: Collection[int] | None = None
) -> Histories:
    """The histories of the parts, or of those in some tasks; who may see them is asked by whoever tells them."""
    wanted, of = wanted or LedgerFilter(), None
    if task_ids is not None:
        part_ids = parts_of_tasks(session, task_ids)
        of = {"task": task_ids, "assignment": part_ids}
    former = former_values(session, of)
    conditions = [_in_plan(wanted.plan_id, former)] if wanted.plan_id else []
    if task_ids is not None:
        conditions.append(among(session, Assignment.task_id, task_ids))
    return Histories(
        wanted,
        facts_of_parts(session, conditions),
        happenings_of(session, conditions),
        units_called(session),
        former,
        plan_names(session),
    )


def names_then(session: Session) -> Histories:
    """What units and plans were called on any day, and of no part anything."""
    former = former_values(session, {"task": (), "assignment": ()})
    return Histories(LedgerFilter(), (), {}, units_called(session), former, plan_names(session))


def those_open(session: Session, day: date, zone: tzinfo, *conditions: ColumnElement[bool]) -> set[int]:
    """The tasks of which a part may have been open at the end of the day, and met the conditions on its row."""
    return shortlist(session, [end_of(day, zone)], open_then(day, *conditions))


def those_of_unit(session: Session, day: date, zone: tzinfo, unit_id: int) -> set[int]:
    """The tasks of which the unit may have had a part at the end of the day."""
    return shortlist(session, [end_of(day, zone)], [true()], [unit_id])


def _in_plan(plan_id: int, former: Former) -> ColumnElement[bool]:
    """The condition that a task stands in the plan, or once did."""
    left = former.once_in(plan_id)
    return or_(Task.plan_id == plan_id, Task.id.in_(left)) if left else Task.plan_id == plan_id


def reached(units: Mapping[int, UnitThen], wanted: LedgerFilter, actor: Actor, permission: Permission) -> set[int]:
    """The units among those asked for whose parts the actor may be told."""
    below = wanted.unit_path or "/"
    return {u.id for u in units.values() if u.path.startswith(below) and actor.may(permission, u.path)}


def unless_all(in_reach: Collection[int], units: Collection[int]) -> Collection[int] | None:
    """The units for a question to the database; None where they are all there are, and it need not look."""
    return None if len(in_reach) == len(units) else in_reach


def units_called(session: Session) -> dict[int, UnitThen]:
    """Every unit as it is called at present, by its id."""
    return {key: _as_called(unit) for key, unit in units_by_id(session).items()}


def _as_called(unit: Unit) -> UnitThen:
    return UnitThen(unit.id, unit.path, unit.position, unit.name, unit.full_name)


@dataclass(frozen=True, slots=True)
class PartOn:
    """One unit's part at the end of one day, without its light; ``unit`` is the one that had it then.

    ``task_state`` and ``task_completed_on`` are those of the whole task on that day; ``needed`` says whether the task
    waits for this part. ``facts`` is the part's row of ``facts_of_parts``, with title, role and day to sign of then.
    """

    facts: PartFacts
    unit: UnitThen
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
    ends = [end_of(day, zone) for day in in_order]
    called = [known.units_at(end) for end in ends]
    for facts in known.by_task():
        told = known.happenings
        pasts = [parts_then(told.get(each.assignment_id, ()), each.unit_id, in_order, zone) for each in facts]
        altered = known.former.touches(facts[0].plan_id, facts[0].task_id, (each.assignment_id for each in facts))
        before: Sequence[object] = ()
        parts: list[PartOn] = []
        for day, end, *present in zip(in_order, ends, called, *pasts, strict=True):
            # Most tasks stand still on most days: then they are as they were on the day before.
            if altered or len(before) != len(present) or any(map(is_not, before, present)):
                stood = [known.facts_at(each, end) for each in facts] if altered else facts
                units, *thens = before = present
                parts = _parts_of_task(stood, thens, units) if _is_asked_for(stood[0], known.wanted) else []
            found[day] += parts
    if known.former.plans or known.former.tasks:
        # The reading came in the order of the plans' present dates.
        found = {day: sorted(parts, key=_place) for day, parts in found.items()}
    return {day: _with_rolled_up(parts) for day, parts in found.items()}


def _place(part: PartOn) -> tuple[int, int, int, int]:
    """A task's place in the ledger: newest plans first, those without a date last."""
    facts = part.facts
    return *newest_first(facts.issued_on, facts.plan_id), facts.position, facts.task_id


def newest_first(issued_on: date | None, plan_id: int) -> tuple[int, int]:
    """A plan's place in the ledger: the newest first, those without a date last."""
    return -issued_on.toordinal() if issued_on else 0, plan_id


def end_of(day: date, zone: tzinfo) -> datetime:
    """The instant at which the office's day ends."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def _is_asked_for(facts: PartFacts, wanted: LedgerFilter) -> bool:
    """Whether the task stood in the plan that is asked for."""
    return wanted.plan_id is None or facts.plan_id == wanted.plan_id


def _parts_of_task(
    facts: Sequence[PartFacts], thens: Sequence[PartThen | None], units: Mapping[int, UnitThen]
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
