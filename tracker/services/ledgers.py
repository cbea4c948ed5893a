"""The ledger of several days at once: the history is read once and told once for them all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from itertools import groupby
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import Happening, PartThen, parts_then
from tracker.services.ledger import LedgerFilter, LedgerRow, rows_of_parts
from tracker.services.lit import When
from tracker.store.as_of_queries import facts_of_parts, happenings_of
from tracker.store.tasks import Task
from tracker.store.unit_queries import units_by_id

Facts = Row[*tuple[Any, ...]]
Past = list[tuple[Facts, PartThen]]


def ledgers(
    session: Session, actor: Actor, whens: Sequence[When], permission: Permission = Permission.READ
) -> list[list[LedgerRow]]:
    """What ``ledger`` gives for each of the days, in the order asked for. All are in one zone."""
    books = whole_ledgers(session, whens)
    return [[row for row in rows if actor.may(permission, row.unit.path)] for rows in books]


def whole_ledgers(session: Session, whens: Sequence[When], wanted: LedgerFilter | None = None) -> list[list[LedgerRow]]:
    """Every part on each of the days, whoever asks: for pages that name a task's other units beside those in reach.

    Of ``wanted`` the plan alone counts.
    """
    conditions = [Task.plan_id == wanted.plan_id] if wanted and wanted.plan_id else []
    units, told = units_by_id(session), happenings_of(session, conditions)
    days = sorted({when.today for when in whens})
    books: list[list[LedgerRow]] = [[] for _ in whens]
    for _, group in groupby(facts_of_parts(session, conditions), key=lambda each: each.task_id):
        pasts = _pasts(list(group), told, days, whens[0].zone) if whens else {}
        for book, when in zip(books, whens, strict=True):
            book.extend(rows_of_parts(pasts[when.today], units, when))
    return books


def _pasts(
    facts: Sequence[Facts], told: dict[int, list[Happening]], days: Sequence[date], zone: tzinfo
) -> dict[date, Past]:
    """The parts of one task that had been dispatched by each of the days."""
    pasts: dict[date, Past] = {day: [] for day in days}
    for each in facts:
        thens = parts_then(told.get(each.assignment_id, ()), each.unit_id, days, zone)
        for day, then in zip(days, thens, strict=True):
            if then is not None:
                pasts[day].append((each, then))
    return pasts
