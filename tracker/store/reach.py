"""Which units an actor reaches, as a condition for queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from tracker.domain.access import Actor, Office, Permission, Standing
from tracker.store.units import Unit

REACHES = 64
"""For how many reaches a statement is kept: an office has hundreds of units, and a few dozen people with a reach."""


def within(
    actor: Actor, permission: Permission, path: InstrumentedAttribute[str] | Any = Unit.path
) -> ColumnElement[bool]:
    """The condition that a unit lies within a standing of the actor that permits it.

    ``path`` is the unit's path column, an alias's where the query has several units. The same rule in
    Python is ``Actor.may``; a test holds the two against each other.
    """
    return covered(actor.reach(permission), path)


def covered(standings: Iterable[Standing], path: InstrumentedAttribute[str] | Any = Unit.path) -> ColumnElement[bool]:
    """The condition that a unit lies within any of the standings."""
    return or_(false(), *(_covers(standing, path) for standing in standings))


def _covers(standing: Standing, path: Any) -> ColumnElement[bool]:
    if standing.office is Office.LIAISON:
        return path == standing.unit_path  # type: ignore[no-any-return]
    return below(standing.unit_path, path)


def below(unit_path: str, path: Any = Unit.path) -> ColumnElement[bool]:
    """The condition that a unit is the one at ``unit_path`` or stands below it."""
    # A path holds digits and slashes alone, so nothing in it needs escaping.
    return path.like(f"{unit_path}%")  # type: ignore[no-any-return]
