"""Which units an actor reaches, as a condition for queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from tracker.domain.access import Actor, Office, Permission, Standing
from tracker.store.units import Unit


def within(
    actor: Actor, permission: Permission, path: InstrumentedAttribute[str] | Any = Unit.path
) -> ColumnElement[bool]:
    """The condition that a unit lies within a standing of the actor that permits it.

    ``path`` is the unit's path column, an alias's where the query has several units. The same rule in
    Python is ``Actor.may``; a test holds the two against each other.
    """
    shape, values = shape_of(actor.reach(permission))
    return _covered(zip(shape, values.values(), strict=True), path)


Shape = tuple[bool, ...]
"""Of each standing of a reach, whether it is one unit's alone: one statement asks for all reaches of a shape."""


def shape_of(reach: Sequence[Standing]) -> tuple[Shape, dict[str, str]]:
    """The reach's shape, and the values that ``within_shape`` takes."""
    shape = tuple(standing.office is Office.LIAISON for standing in reach)
    paths = (standing.unit_path + ("" if alone else "%") for standing, alone in zip(reach, shape, strict=True))
    return shape, {f"reach_{number}": path for number, path in enumerate(paths)}


def within_shape(shape: Shape) -> ColumnElement[bool]:
    """The same as ``within``, for whichever reach of that shape is given."""
    return _covered(
        ((alone, bindparam(f"reach_{number}", "", String)) for number, alone in enumerate(shape)), Unit.path
    )


def _covered(standings: Iterable[tuple[bool, Any]], path: Any) -> ColumnElement[bool]:
    return or_(false(), *(path == wanted if alone else path.like(wanted) for alone, wanted in standings))


def below(unit_path: str, path: Any = Unit.path) -> ColumnElement[bool]:
    """The condition that a unit is the one at ``unit_path`` or stands below it."""
    # A path holds digits and slashes alone, so nothing in it needs escaping.
    return path.like(f"{unit_path}%")  # type: ignore[no-any-return]
