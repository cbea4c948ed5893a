"""Named questions about milestones: which are late, whose they are, what was reported; and the sweep's flag."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased, contains_eager

from tracker.domain.lifecycle import CHASED_STATES
from tracker.domain.roles import Role
from tracker.store.given import in_words, is_given
from tracker.store.measures import MilestoneReport
from tracker.store.overdue import TASK_OPEN
from tracker.store.plans import Plan
from tracker.store.tasks import FLAG_OUTDATED, Assignment, Milestone, Task
from tracker.store.units import Unit

Condition = ColumnElement[bool]
_COMPLETING = tuple(role for role in Role if role.completes)
_PART, _OTHER = aliased(Assignment, name="awaited_part"), aliased(Assignment, name="other_part")


def answers_for_task(part: Any = Assignment) -> Condition:
    """Whether a part is one that must complete its task: lead or responsible, or any where support units are alone."""
    others = exists().where(_OTHER.task_id == part.task_id, _OTHER.role.in_(_COMPLETING))
    return or_(part.role.in_(_COMPLETING), ~others)


def awaited() -> Condition:
    """What ``tracker.domain.milestones`` calls awaited, of a Milestone that is joined with its Task."""
    chased_part = exists().where(
        _PART.task_id == Milestone.task_id, _PART.state.in_(CHASED_STATES), answers_for_task(_PART)
    )
    return and_(TASK_OPEN, chased_part)


def late_on(day: date) -> Condition:
    """What ``tracker.domain.milestones.is_milestone_late`` says of a milestone that nobody reported reached."""
    return and_(*_overdue(day), awaited())


def _overdue(day: date) -> tuple[Condition, ...]:
    return Milestone.reached_on.is_(None), Milestone.due_on.is_not(None), Milestone.due_on < day


def _with_parts(query: Any) -> Any:
    """Milestones with their task and the parts that must complete it, one row for each part."""
    joined = query.select_from(Milestone).join(Task, Milestone.task_id == Task.id)
    return joined.join(Assignment, and_(Assignment.task_id == Task.id, answers_for_task()))


def flag_late_milestones(session: Session, today: date) -> int:
    """Flags what is late and takes the flag from what was moved or is reached no more than that; how many are new.

    As many statements, however many there are. A row that somebody is changing at this moment is left to the next run.
    """
    late = set(session.scalars(late_milestones(today)))
    outdated = set(session.scalars(OUTDATED_MILESTONES)) - late
    if outdated:
        _flag(session, outdated, None, _OUTDATED)
    return _flag(session, late, today, *_overdue_unflagged(today)) if late else 0


_OUTDATED: Any = text(FLAG_OUTDATED)
OUTDATED_MILESTONES = select(Milestone.id).where(_OUTDATED)
"""The milestones whose flag is to be taken from them: their day was moved."""


def _flag(session: Session, ids: Collection[int], day: date | None, *still: Condition) -> int:
    """Gives the milestones the flag of the day, or takes it from them, where the conditions still hold."""
    wanted = select(Milestone.id).where(is_given(Milestone.id, "ids"), *still).with_for_update(skip_locked=True)
    changed = update(Milestone).where(Milestone.id.in_(wanted)).values(overdue_flagged_on=day)
    given = {"ids": in_words(ids)}
    done = session.execute(changed.execution_options(synchronize_session=False), given)
    return int(done.rowcount)  # type: ignore[attr-defined]


def late_milestones(today: date) -> Select[int]:
    """The milestones that are late and not flagged for their present date yet."""
    query = select(Milestone.id).join(Task, Milestone.task_id == Task.id)
    return query.where(*_overdue_unflagged(today), awaited())


def _overdue_unflagged(today: date) -> tuple[Condition, ...]:
    unflagged = or_(Milestone.overdue_flagged_on.is_(None), Milestone.due_on >= Milestone.overdue_flagged_on)
    return (*_overdue(today), unflagged)


def count_rows(session: Session, conditions: Sequence[Condition]) -> int:
    """How many (milestone, part) pairs meet the conditions."""
    query = _listed(select(func.count(Milestone.id)))
    return session.scalar(query.where(*conditions)) or 0


def rows(
    session: Session, conditions: Sequence[Condition], order: Sequence[Any], limit: int, offset: int = 0
) -> Sequence[Row[Milestone, Assignment]]:
    """Milestones that meet the conditions, each beside every part in reach that must complete its task."""
    query = _listed(select(Milestone, Assignment)).where(*conditions)
    query = query.options(
        contains_eager(Assignment.unit), contains_eager(Milestone.task).contains_eager(Task.plan)
    ).order_by(*order, Milestone.id, Assignment.id)
    return session.execute(query.limit(limit).offset(offset)).all()


def _listed(query: Any) -> Any:
    return _with_parts(query).join(Assignment.unit).join(Plan, Task.plan_id == Plan.id)


def milestones_about(words: str) -> Condition:
    """Every word stands in the milestone, the task's title, the unit's names, or the plan's title or number."""
    places = (Milestone.text, Task.title, Unit.name, Unit.full_name, Plan.title, Plan.number)
    return and_(*(or_(*(place.icontains(word, autoescape=True) for place in places)) for word in words.split()))


def last_reports(session: Session, milestone_ids: Collection[int]) -> dict[int, MilestoneReport]:
    """The last report on each milestone; those without one are left out."""
    newest = select(func.max(MilestoneReport.id)).where(MilestoneReport.milestone_id.in_(milestone_ids))
    newest = newest.group_by(MilestoneReport.milestone_id)
    found = session.scalars(select(MilestoneReport).where(MilestoneReport.id.in_(newest)))
    return {report.milestone_id: report for report in found}


def reports_on(session: Session, milestone_id: int) -> Sequence[MilestoneReport]:
    """Everything reported on a milestone, with the units, the latest first."""
    query = select(MilestoneReport).where(MilestoneReport.milestone_id == milestone_id)
    query = query.join(MilestoneReport.assignment).join(Assignment.unit)
    query = query.options(contains_eager(MilestoneReport.assignment).contains_eager(Assignment.unit))
    return session.scalars(query.order_by(MilestoneReport.id.desc())).all()
