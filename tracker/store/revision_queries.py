"""Named questions about versions of plans and what was decided about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.store.division_queries import is_child
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.revisions import PlanRevision, RevisionDecision, Verdict
from tracker.store.tasks import Assignment, Task


def is_superseded() -> ColumnElement[bool]:
    """The condition that a plan has a newer version."""
    return exists().where(PlanRevision.revises_id == Plan.id)


def link_of(session: Session, plan_id: int) -> PlanRevision | None:
    """What the plan is a new version of, with that older plan."""
    return session.scalar(
        select(PlanRevision)
        .where(PlanRevision.plan_id == plan_id)
        .options(joinedload(PlanRevision.revises), joinedload(PlanRevision.linked_by))
        .execution_options(populate_existing=True)
    )


def newer_of(session: Session, plan_id: int) -> Plan | None:
    """The plan that is the next version of this one; None while this one is the newest."""
    return session.scalar(
        select(Plan).join(PlanRevision, PlanRevision.plan_id == Plan.id).where(PlanRevision.revises_id == plan_id)
    )


def links_of(session: Session, plan_ids: Collection[int]) -> dict[int, Plan]:
    """For those of the plans that are new versions, the plan that each revises."""
    rows = session.execute(
        select(PlanRevision.plan_id, Plan)
        .join(Plan, PlanRevision.revises_id == Plan.id)
        .where(PlanRevision.plan_id.in_(plan_ids))
    )
    return {plan_id: older for plan_id, older in rows}  # noqa: C416 - rows are no pairs to a type checker


def newer_versions(session: Session, plan_ids: Collection[int]) -> dict[int, Plan]:
    """For those of the plans that have a newer version, that version."""
    rows = session.execute(
        select(PlanRevision.revises_id, Plan)
        .join(Plan, PlanRevision.plan_id == Plan.id)
        .where(PlanRevision.revises_id.in_(plan_ids))
    )
    return {plan_id: newer for plan_id, newer in rows}  # noqa: C416 - rows are no pairs to a type checker


def earlier_versions(session: Session, plan_id: int) -> list[Plan]:
    """The versions before this one, the latest of them first."""
    found = list[Plan]()
    link = link_of(session, plan_id)
    while link is not None:
        found.append(link.revises)
        link = link_of(session, link.revises_id)
    return found


def and_later_versions(plan_id: Any) -> Select[int]:
    """The ids of a plan and of every version after it, as a subquery."""
    chain = select(PlanRevision.plan_id).where(PlanRevision.revises_id == plan_id).cte("later_versions", recursive=True)
    chain = chain.union(select(PlanRevision.plan_id).join(chain, PlanRevision.revises_id == chain.c.plan_id))
    return select(Plan.id).where(or_(Plan.id == plan_id, Plan.id.in_(select(chain.c.plan_id))))


def tasks_of_versions(session: Session, plan_ids: Collection[int]) -> Sequence[Task]:
    """Every task of these plans with parts, units and milestones, read afresh, in the order of the texts.

    Child tasks are left out: they are no clauses, and go along with the part that they are shares of.
    """
    return session.scalars(
        select(Task)
        .where(Task.plan_id.in_(plan_ids), ~is_child())
        .options(
            selectinload(Task.assignments).joinedload(Assignment.unit),
            selectinload(Task.milestones),
            joinedload(Task.plan),
        )
        .order_by(Task.position, Task.id)
        .execution_options(populate_existing=True)
    ).all()


def drafts_of_versions(session: Session, plan_ids: Collection[int]) -> Sequence[Draft]:
    """Every draft of these plans, read afresh, in the order of each text."""
    return session.scalars(
        select(Draft)
        .where(Draft.plan_id.in_(plan_ids))
        .order_by(Draft.plan_id, Draft.position)
        .execution_options(populate_existing=True)
    ).all()


def decisions_of(session: Session, plan_id: int) -> Sequence[RevisionDecision]:
    """What was decided about the changes of this version, the latest first."""
    return session.scalars(
        select(RevisionDecision)
        .where(RevisionDecision.plan_id == plan_id)
        .options(joinedload(RevisionDecision.task), joinedload(RevisionDecision.draft))
        .order_by(RevisionDecision.id.desc())
    ).all()


def kept_although_left_out(session: Session, plan_ids: Collection[int]) -> frozenset[int]:
    """Tasks that one of these versions left out and a supervisor kept."""
    return frozenset(
        session.scalars(
            select(RevisionDecision.task_id).where(
                RevisionDecision.plan_id.in_(plan_ids),
                RevisionDecision.draft_id.is_(None),
                RevisionDecision.verdict == Verdict.DECLINED,
            )
        )
    )


def hold_versions(session: Session, plan_id: int, earlier: Collection[int]) -> None:
    """Keeps others from deciding about this version, and from acting on the earlier ones' tasks, until the commit."""
    session.execute(select(Plan.id).where(Plan.id == plan_id).with_for_update())
    held = select(Task.id).where(Task.plan_id.in_(earlier)).order_by(Task.id)
    session.execute(held.with_for_update())


def newest_plans(session: Session, scope_id: int, *, but_source: int | None) -> Sequence[Row[Any]]:
    """Id, title, number, issuer and issue date of the scope's plans that assign something and have no newer version.

    Those of the source ``but_source`` are left out: a file does not revise itself.
    """
    assigns = or_(exists().where(Draft.plan_id == Plan.id), exists().where(Task.plan_id == Plan.id))
    wanted = [Plan.scope_id == scope_id, assigns, ~is_superseded()]
    if but_source is not None:
        wanted.append(or_(Plan.source_id.is_(None), Plan.source_id != but_source))
    columns: tuple[Any, ...] = (Plan.id, Plan.title, Plan.number, Plan.issuer, Plan.issued_on)
    return session.execute(select(*columns).where(*wanted).order_by(Plan.issued_on.desc(), Plan.id.desc())).all()


def forget_links(session: Session, plan_id: int) -> None:
    """Removes what says that the plan is a new version, and every decision about it."""
    session.execute(delete(RevisionDecision).where(RevisionDecision.plan_id == plan_id))
    session.execute(delete(PlanRevision).where(PlanRevision.plan_id == plan_id))


def adopted_in_source(session: Session, source_id: int) -> tuple[int, int]:
    """How many tasks stand in the plans of a source, and how many of its drafts were ever adopted."""
    plans = select(Plan.id).where(Plan.source_id == source_id)
    tasks = session.scalars(select(Task.id).where(Task.plan_id.in_(plans), ~is_child())).all()
    adopted = select(Draft.id).where(Draft.plan_id.in_(plans), Draft.state == DraftState.ADOPTED)
    return len(tasks), len(session.scalars(adopted).all())
