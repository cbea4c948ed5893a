"""Named questions about requests for a later date."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager

from tracker.domain.lifecycle import OPEN_STATES
from tracker.store.extensions import Extension, ExtensionState
from tracker.store.tasks import Assignment, Task

Ts = TypeVarTuple("Ts")
_WAITS = Extension.state == ExtensionState.ASKED


def waiting_of(session: Session, assignment_id: int) -> Extension | None:
    """The part's request that is still to be decided, read afresh."""
    query = select(Extension).where(Extension.assignment_id == assignment_id, _WAITS)
    return session.scalar(query.execution_options(populate_existing=True))


def parts_that_ask(session: Session, part_ids: Collection[int]) -> frozenset[int]:
    """Those of the parts that have a request still to be decided."""
    return frozenset(
        session.scalars(select(Extension.assignment_id).where(Extension.assignment_id.in_(part_ids), _WAITS))
    )


def part_of_request(session: Session, extension_id: int) -> int | None:
    """The id of the part whose date the request is about."""
    return session.scalar(select(Extension.assignment_id).where(Extension.id == extension_id))


def request_afresh(session: Session, extension_id: int) -> Extension:
    """A request that exists, as it now stands."""
    query = select(Extension).where(Extension.id == extension_id)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def requests_of(session: Session, assignment_id: int) -> list[Extension]:
    """All requests of a part, the latest first."""
    query = select(Extension).where(Extension.assignment_id == assignment_id).order_by(Extension.id.desc())
    return list(session.scalars(query))


def waiting_requests(session: Session, conditions: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Extension]:
    """Requests of open parts that wait and meet the conditions, the longest waiting first, with part, unit and plan."""
    part = contains_eager(Extension.assignment)
    loaded = (
        part.contains_eager(Assignment.unit),
        part.contains_eager(Assignment.task).contains_eager(Task.plan),
    )
    query = _waiting(select(Extension), conditions).order_by(Extension.asked_at, Extension.id).limit(limit)
    return session.scalars(query.options(*loaded)).all()


def count_waiting(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many such requests there are."""
    return session.scalar(_waiting(select(func.count(Extension.id)), conditions)) or 0


def _waiting(query: Select[*Ts], conditions: Sequence[ColumnElement[bool]]) -> Select[*Ts]:
    joined = query.select_from(Extension).join(Extension.assignment).join(Assignment.unit).join(Assignment.task)
    return joined.join(Task.plan).where(_WAITS, Assignment.state.in_(OPEN_STATES), *conditions)
