"""Named questions about child tasks: what a unit's part was divided into, and what a task is a share of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, exists, or_, select, union, update
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from tracker.domain.access import Actor, Permission
from tracker.store.handling import Division
from tracker.store.reach import within
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

PARENT, PARENT_UNIT = aliased(Assignment, name="parent_part"), aliased(Unit, name="parent_unit")


def is_child() -> ColumnElement[bool]:
    """The condition that a task was made by dividing a unit's part in another."""
    return exists().where(Division.task_id == Task.id).correlate(Task)


def stands_for_itself(actor: Actor, sees_all: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that a list of tasks counts this one: a child task counts only where its parent is not seen.

    ``sees_all``: whoever it holds for sees every task of the plan, and so every parent.
    """
    parent_seen = (
        select(Division.task_id)
        .join(PARENT, Division.parent_id == PARENT.id)
        .join(PARENT_UNIT, PARENT.unit_id == PARENT_UNIT.id)
        .where(Division.task_id == Task.id, or_(sees_all, within(actor, Permission.READ, PARENT_UNIT.path)))
    )
    return ~exists(parent_seen)


def children_of(session: Session, parent_id: int) -> Sequence[Task]:
    """The child tasks of a part with their units' parts, in the order in which they were made."""
    query = (
        select(Task)
        .join(Division, Division.task_id == Task.id)
        .where(Division.parent_id == parent_id)
        .options(selectinload(Task.assignments).joinedload(Assignment.unit))
        .order_by(Task.id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def divided_among(session: Session, part_ids: Collection[int]) -> frozenset[int]:
    """Those of the parts that were divided into child tasks."""
    return frozenset(session.scalars(select(Division.parent_id).where(Division.parent_id.in_(part_ids))))


def divided_or_shares(session: Session, part_ids: Collection[int]) -> set[int]:
    """Those of the parts that were divided into child tasks, or stand in a child task themselves."""
    divided = select(Division.parent_id).where(Division.parent_id.in_(part_ids))
    shares = (
        select(Assignment.id).join(Division, Division.task_id == Assignment.task_id).where(Assignment.id.in_(part_ids))
    )
    return set(session.scalars(union(divided, shares)))


def ids_below(session: Session, parent_id: int) -> list[int]:
    """The ids of the part's child tasks and of all below them, however deep; a child's is higher than its parent's."""
    below = select(Division.task_id).where(Division.parent_id == parent_id).cte("tasks_below", recursive=True)
    again = select(Division.task_id).join(PARENT, Division.parent_id == PARENT.id)
    below = below.union(again.join(below, PARENT.task_id == below.c.task_id))
    return sorted(session.scalars(select(below.c.task_id)))


def division_of(session: Session, task_id: int) -> Division | None:
    """What the task is a share of, with the parent part, its unit and its task; None for a task of its own."""
    return session.scalar(
        select(Division)
        .where(Division.task_id == task_id)
        .options(
            joinedload(Division.parent).options(joinedload(Assignment.task), joinedload(Assignment.unit)),
        )
    )


def parent_id_of(session: Session, task_id: int) -> int | None:
    """The part that the task is a share of."""
    return session.scalar(select(Division.parent_id).where(Division.task_id == task_id))


def task_of_part(session: Session, assignment_id: int) -> int:
    """The task that a part belongs to."""
    return session.scalars(select(Assignment.task_id).where(Assignment.id == assignment_id)).one()


def hold_part(session: Session, assignment_id: int) -> None:
    """Keeps others from writing the part until the end of the transaction."""
    session.execute(select(Assignment.id).where(Assignment.id == assignment_id).with_for_update())


def set_percent(session: Session, assignment_id: int, percent: int) -> None:
    """Writes what the children have reached; no new version: nobody acted on the parent itself."""
    session.execute(
        update(Assignment).where(Assignment.id == assignment_id, Assignment.percent != percent).values(percent=percent),
        execution_options={"synchronize_session": False},
    )


def units_under(session: Session, unit: Unit) -> Sequence[Unit]:
    """Every active unit below this one, in the order of lists."""
    below = Unit.path.like(f"{unit.path}_%")
    return session.scalars(select(Unit).where(Unit.active, below).order_by(Unit.position, Unit.id)).all()
