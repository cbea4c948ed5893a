"""Named questions about tasks and the units' parts in them; none asks once per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload, undefer

from tracker.domain.lifecycle import OPEN_STATES, State
from tracker.domain.lights import Light, LightPack
from tracker.domain.roles import Role
from tracker.store.handling import Division
from tracker.store.overdue import DATED, chased, overdue_on
from tracker.store.pages import Mark
from tracker.store.plans import Draft, Plan, Source
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

Condition = ColumnElement[bool]
Ts = TypeVarTuple("Ts")

# The order in which a list is shown; every order ends with the id, so that pages never overlap.
PLACES_OF_STATES = {state: place for place, state in enumerate(State)}
BY_STATE = case(PLACES_OF_STATES, value=Assignment.state)
BY_ROLE = case({role: place for place, role in enumerate(Role)}, value=Assignment.role)
UNDATED_LAST = case((Assignment.due_on.is_(None), 1), else_=0)


def assignment_to_change(session: Session, assignment_id: int) -> Assignment | None:
    """The assignment with unit, task and the task's other parts, read afresh and held until the transaction ends.

    The task's row is what is held: parts of one task are decided one after the other, because the task's
    own state follows from all of them. Child tasks made out of the part are held after it, for they are told of it.
    """
    task = select(Assignment.task_id).where(Assignment.id == assignment_id).scalar_subquery()
    children = select(Division.task_id).where(Division.parent_id == assignment_id)
    held = select(Task.id).where(or_(Task.id == task, Task.id.in_(children))).order_by(Task.id)
    session.execute(held.with_for_update())
    return session.scalar(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(
            joinedload(Assignment.unit), joinedload(Assignment.task, innerjoin=True).selectinload(Task.assignments)
        )
        .execution_options(populate_existing=True)
    )


def task_to_change(session: Session, task_id: int) -> Task | None:
    """The task with its parts and their units, read afresh and held until the transaction ends."""
    session.execute(select(Task.id).where(Task.id == task_id).with_for_update())
    return session.scalar(
        select(Task)
        .where(Task.id == task_id)
        .options(selectinload(Task.assignments).joinedload(Assignment.unit))
        .execution_options(populate_existing=True)
    )


def assignment_shown(session: Session, assignment_id: int) -> Assignment | None:
    """The assignment with its unit, its task, the task's plan and milestones, and its history."""
    return session.scalar(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(
            joinedload(Assignment.unit),
            joinedload(Assignment.task).options(joinedload(Task.plan), selectinload(Task.milestones)),
            selectinload(Assignment.history),
            undefer(Assignment.took_up_at),
        )
        .execution_options(populate_existing=True)
    )


def task_shown(session: Session, task_id: int) -> Task | None:
    """The task with its plan, its milestones and its units' parts."""
    return session.scalar(
        select(Task)
        .where(Task.id == task_id)
        .options(
            joinedload(Task.plan),
            selectinload(Task.milestones),
            selectinload(Task.assignments).options(joinedload(Assignment.unit), undefer(Assignment.took_up_at)),
        )
    )


def text_around(session: Session, task: Task | Draft, width: int) -> tuple[str, str, str] | None:
    """The clause of a task, or of a draft, in the text that was read: what stands before it, itself, what follows.

    None when the plan's text is not kept here. Only that piece of the text leaves the database.
    """
    source_id = task.plan.source_id
    if source_id is None or task.start is None or task.end is None:
        return None
    first = max(task.start - width, task.plan.start or 0)
    last = min(task.end + width, task.plan.end or task.end + width)
    piece = select(func.substr(Source.text, first + 1, last - first)).where(Source.id == source_id)
    text = session.scalar(piece) or ""
    return text[: task.start - first], text[task.start - first : task.end - first], text[task.end - first :]


def latest_entries(session: Session, assignment_id: int, count: int) -> list[HistoryEntry]:
    """The last things that happened to an assignment, the latest last."""
    newest = select(HistoryEntry).where(HistoryEntry.assignment_id == assignment_id).order_by(HistoryEntry.id.desc())
    return list(session.scalars(newest.limit(count)))[::-1]


def last_entry_of_each(session: Session, assignment_ids: Sequence[int], *events: str) -> dict[int, HistoryEntry]:
    """For each assignment the last of its entries that is one of these events; those without one are left out."""
    newest = (
        select(func.max(HistoryEntry.id))
        .where(HistoryEntry.assignment_id.in_(assignment_ids), HistoryEntry.event.in_(events))
        .group_by(HistoryEntry.assignment_id)
    )
    found = session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(newest)))
    return {entry.assignment_id: entry for entry in found}


def entries_of(session: Session, assignment_ids: Iterable[int]) -> list[HistoryEntry]:
    """Everything that happened to these assignments, the latest first."""
    ids = list(assignment_ids)
    return list(
        session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.assignment_id.in_(ids))
            .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
        )
    )


def parts(
    session: Session, conditions: Sequence[Condition], order: Sequence[Any], limit: int | None = None, offset: int = 0
) -> Sequence[Assignment]:
    """Assignments that meet the conditions, with unit, task and plan at hand."""
    if limit is not None:
        page = _joined(select(Assignment.id)).where(*conditions).order_by(*order, Assignment.id)
        conditions = [Assignment.id.in_(_page(page, limit, offset))]
    query = (
        _joined(select(Assignment))
        .where(*conditions)
        .order_by(*order, Assignment.id)
        .options(
            contains_eager(Assignment.unit),
            contains_eager(Assignment.task).contains_eager(Task.plan),
            undefer(Assignment.took_up_at),
        )
    )
    return session.scalars(query).all()


def _page(ids: Select[int], limit: int, offset: int) -> Select[int]:
    """One page of ids, found before the rows are fetched: ids are sorted by the thousand, wide rows by the page."""
    return ids.limit(limit).offset(offset).correlate(None)


def count_parts_up_to(session: Session, conditions: Sequence[Condition], order: Sequence[Any], most: int) -> int:
    """How many assignments meet the conditions; beyond ``most`` one more, whatever their number.

    ``order`` is that of the list: its index is then used for the counting too.
    """
    some = _joined(select(Assignment.id)).where(*conditions).order_by(*order, Assignment.id).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def beyond(mark: Mark, *, later: bool) -> Condition:
    """The condition that a part comes after the mark by day and id, or before it."""
    day, part_id = Assignment.due_on, Assignment.id
    if later:
        return and_(day >= mark.day, or_(day > mark.day, part_id > mark.id))
    return and_(day <= mark.day, or_(day < mark.day, part_id < mark.id))


def count_parts(session: Session, conditions: Sequence[Condition]) -> int:
    """How many assignments meet the conditions."""
    return session.scalar(_joined(select(func.count(Assignment.id))).where(*conditions)) or 0


def _joined(query: Select[*Ts]) -> Select[*Ts]:
    return query.select_from(Assignment).join(Assignment.unit).join(Assignment.task).join(Task.plan)


def counts_by_unit(session: Session, conditions: Sequence[Condition], limit: int) -> list[tuple[Unit, int]]:
    """The units with the most parts that meet the conditions, and how many each has."""
    found = func.count(Assignment.id).label("found")
    counted = _joined(select(Assignment.unit_id, found)).where(*conditions).group_by(Assignment.unit_id).subquery()
    query = select(Unit, counted.c.found).join(counted, counted.c.unit_id == Unit.id)
    ordered = query.order_by(counted.c.found.desc(), Unit.position, Unit.id).limit(limit)
    return [(unit, count) for unit, count in session.execute(ordered)]


def counts_of(session: Session, base: Condition, **groups: Condition) -> dict[str, int]:
    """How many parts that meet ``base`` meet each group's condition too, in one statement."""
    sums = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in groups.items()]
    counted = select(*sums).select_from(Assignment).join(Assignment.unit).join(Assignment.task)
    row = session.execute(counted.where(base)).one()
    return {name: value or 0 for name, value in row._mapping.items()}


def signed_and_open() -> Condition:
    """Neither waiting to be signed for nor closed."""
    return Assignment.state.in_([state for state in OPEN_STATES if state is not State.DISPATCHED])


@dataclass(frozen=True, slots=True)
class Limits:
    """What was dispatched before ``late_to_sign`` should have been signed for by the day; what was taken up or last
    reported before ``late_to_report`` is owed a report, None where the pack asks for none."""

    late_to_sign: datetime
    late_to_report: datetime | None = None


def light_is(light: Light, day: date, limits: Limits, pack: LightPack) -> Condition:
    """What ``tracker.domain.lights.light_of`` says, as a condition; a test holds the two against each other."""
    worrying = and_(chased(), _gives_cause(day, limits, pack))
    red = overdue_on(day) if pack.support_red else and_(overdue_on(day), Assignment.role != Role.SUPPORT)
    completed = Assignment.state == State.COMPLETED
    calm = and_(DATED, or_(and_(chased(), ~worrying), completed))
    return {
        Light.RED: red,
        Light.YELLOW: and_(worrying, ~red),
        Light.GREEN: calm,
        Light.NONE: and_(~worrying, ~calm),
    }[light]


def lights_of_chased(day: date, limits: Limits, pack: LightPack) -> tuple[Condition, Condition]:
    """Whether a part shows a red light, and whether a yellow one, where it is known that it is chased."""
    late = and_(DATED, Assignment.due_on < day)
    red = late if pack.support_red else and_(late, Assignment.role != Role.SUPPORT)
    return red, and_(~red, _gives_cause(day, limits, pack))


def _gives_cause(day: date, limits: Limits, pack: LightPack) -> Condition:
    """Due soon or overdue, late to be signed for, or late with its report."""
    unsigned = and_(Assignment.state == State.DISPATCHED, late_unsigned(day, limits.late_to_sign))
    soon = and_(DATED, Assignment.due_on <= day + timedelta(days=pack.due_soon_days))
    return or_(soon, unsigned, report_late(limits.late_to_report))


def late_unsigned(day: date, late_to_sign: datetime) -> Condition:
    """Should have been signed for by ``day``: by its own last day where it has one, else by the pack's working days."""
    by_pack = and_(Assignment.sign_by_on.is_(None), Assignment.dispatched_at < late_to_sign)
    by_day = and_(Assignment.sign_by_on.is_not(None), Assignment.sign_by_on < day)
    return or_(by_day, by_pack)


def report_late(before: datetime | None) -> Condition:
    """In progress, and taken up or last reported on before the instant; nothing where no reports are asked for."""
    if before is None:
        return false()
    return and_(Assignment.state == State.IN_PROGRESS, taken_up_at() < before)


def taken_up_at() -> ColumnElement[datetime]:
    """The instant from which the unit's next report is owed."""
    return func.coalesce(Assignment.took_up_at, Assignment.dispatched_at)


def about(words: str) -> Condition:
    """Every word stands in the task's title, the unit's names, or the plan's title or number."""
    places = (Task.title, Unit.name, Unit.full_name, Plan.title, Plan.number)
    return and_(*(or_(*(_holds(place, word) for place in places)) for word in words.split()))


def about_anything(words: str) -> Condition:
    """The same for the whole ledger: units and plans, few beside tasks, are looked through by themselves."""
    return and_(*map(_about_anything, words.split()))


def _about_anything(word: str) -> Condition:
    units, plans = aliased(Unit, name="named_unit"), aliased(Plan, name="named_plan")
    named_so = select(units.id).where(or_(*(_holds(name, word) for name in (units.name, units.full_name))))
    titled_so = select(plans.id).where(or_(*(_holds(name, word) for name in (plans.title, plans.number))))
    return or_(_holds(Task.title, word), Assignment.unit_id.in_(named_so), Task.plan_id.in_(titled_so))


def _holds(place: Any, word: str) -> Condition:
    return place.icontains(word, autoescape=True)  # type: ignore[no-any-return]
