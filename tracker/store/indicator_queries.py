"""Named questions about indicators of plans: theirs, a unit's, and the readings of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from tracker.domain.access import Actor, Permission
from tracker.store.measures import IndicatorReading
from tracker.store.plans import Indicator, Plan
from tracker.store.reach import within
from tracker.store.units import Unit


def indicator_shown(session: Session, indicator_id: int, *, to_change: bool = False) -> Indicator | None:
    """The indicator with its plan, the plan's scope and its owner; read afresh and held when it is to be changed."""
    if to_change:
        session.execute(select(Indicator.id).where(Indicator.id == indicator_id).with_for_update())
    return session.scalar(
        select(Indicator)
        .where(Indicator.id == indicator_id)
        .options(joinedload(Indicator.plan).joinedload(Plan.scope), joinedload(Indicator.owner))
        .execution_options(populate_existing=True)
    )


def indicators_of(session: Session, plan_id: int) -> Sequence[Indicator]:
    """A plan's indicators in the order of its tables, with their owners."""
    query = select(Indicator).where(Indicator.plan_id == plan_id).options(joinedload(Indicator.owner))
    return session.scalars(query.order_by(Indicator.position)).all()


def indicators_owned(session: Session, actor: Actor) -> Sequence[Indicator]:
    """The indicators that the units answer for at which the actor works, the newest plans first."""
    query = select(Indicator).join(Indicator.owner).join(Indicator.plan).options(joinedload(Indicator.plan))
    newest = (Plan.issued_on.is_(None), Plan.issued_on.desc(), Plan.id.desc(), Indicator.position)
    return session.scalars(query.where(within(actor, Permission.WORK_OWN)).order_by(*newest)).all()


def readings_of(session: Session, indicator_ids: Collection[int]) -> dict[int, list[IndicatorReading]]:
    """The readings of each indicator, by year."""
    found: dict[int, list[IndicatorReading]] = defaultdict(list)
    query = select(IndicatorReading).where(IndicatorReading.indicator_id.in_(indicator_ids))
    for row in session.scalars(query.order_by(IndicatorReading.year).execution_options(populate_existing=True)):
        found[row.indicator_id].append(row)
    return found


def owners_to_choose(session: Session, reach: Collection[ColumnElement[bool]]) -> Sequence[Unit]:
    """The active units that meet the conditions, in the order of lists."""
    return session.scalars(select(Unit).where(Unit.active, *reach).order_by(Unit.position, Unit.id)).all()
