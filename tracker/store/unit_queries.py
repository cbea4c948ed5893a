"""Named questions about units, the names they go by and the groups they belong to; none asks once per row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import OPEN_STATES, State
from tracker.domain.units import UnitKind, UnitMatch, name_key
from tracker.store.overdue import overdue_on
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.reach import within
from tracker.store.tasks import Assignment, Task
from tracker.store.unit_directory import names_for
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName

Condition = ColumnElement[bool]
_BY_KIND = case({kind.value: place for place, kind in enumerate(UnitKind)}, value=Unit.kind)


@dataclass(frozen=True, slots=True)
class PartCounts:
    """How many of a unit's parts are open, and how many of those are overdue."""

    open: int = 0
    overdue: int = 0


def root_units(session: Session) -> Sequence[Unit]:
    """The units that stand under no other."""
    return session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).all()


def unit_named(session: Session, scope: Unit, name: str) -> Unit | None:
    """The active unit that the name means in the scope; None when it fits none, several or a group."""
    names = names_for(session, scope)
    match = names.directory.resolve(name)
    return names.units[match.ref] if isinstance(match, UnitMatch) else None


def units_by_id(session: Session) -> dict[int, Unit]:
    """Every unit, closed ones too."""
    return {unit.id: unit for unit in session.scalars(select(Unit))}


def units_page(session: Session, words: str, kind: UnitKind | None, *, closed: bool, page: int) -> Page[Unit]:
    """Units by kind, in their own order, found by any of their names."""
    conditions = [*_matching(words), *_standing(closed=closed), *([Unit.kind == kind] if kind else [])]
    total = session.scalar(select(func.count(Unit.id)).where(*conditions)) or 0
    number = page_number(page, total)
    found = select(Unit).where(*conditions).order_by(_BY_KIND, Unit.position, Unit.id)
    rows = session.scalars(found.options(joinedload(Unit.parent)).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE))
    return Page(rows.all(), number, total)


def count_by_kind(session: Session, words: str, *, closed: bool) -> dict[UnitKind, int]:
    """How many units of each kind the search finds, in the order of the kinds."""
    found = select(Unit.kind, func.count(Unit.id)).where(*_matching(words), *_standing(closed=closed))
    counts = dict(session.execute(found.group_by(Unit.kind)).all())
    return {kind: counts[kind] for kind in UnitKind if kind in counts}


def _standing(*, closed: bool) -> list[Condition]:
    return [] if closed else [Unit.active.is_(True)]


def _matching(words: str) -> list[Condition]:
    """Every word has to be found in one of the unit's names; blanks and punctuation do not count."""
    keys = [key for word in words.split() if (key := name_key(word))]
    return [
        or_(
            Unit.names.any(UnitName.key.contains(key, autoescape=True)),
            Unit.full_name.contains(key, autoescape=True),
        )
        for key in keys
    ]


def part_counts(session: Session, actor: Actor, today: date, unit_ids: Sequence[int]) -> dict[int, PartCounts]:
    """Open and overdue parts of these units, for those that the actor may read; others are left out."""
    readable = select(Unit.id).where(Unit.id.in_(unit_ids), within(actor, Permission.READ))
    # Two questions: what is open is counted in an index alone, and only what is late is looked up in its task.
    counted = select(Assignment.unit_id, func.count()).where(Assignment.unit_id.in_(unit_ids))
    opened = counted.where(Assignment.state.in_(OPEN_STATES)).group_by(Assignment.unit_id)
    late = counted.join(Task, Assignment.task_id == Task.id).where(overdue_on(today)).group_by(Assignment.unit_id)
    total, overdue = (dict(session.execute(query).all()) for query in (opened, late))
    return {
        unit_id: PartCounts(total.get(unit_id, 0), overdue.get(unit_id, 0)) for unit_id in session.scalars(readable)
    }


def count_by_state(session: Session, unit_id: int) -> Mapping[State, int]:
    """How many parts the unit itself has in each state."""
    found = select(Assignment.state, func.count()).where(Assignment.unit_id == unit_id).group_by(Assignment.state)
    return Counter(dict(session.execute(found).all()))


def open_parts(session: Session, unit_id: int) -> int:
    """How many of the unit's own parts are open."""
    found = select(func.count(Assignment.id)).where(Assignment.unit_id == unit_id, Assignment.state.in_(OPEN_STATES))
    return session.scalar(found) or 0


def unit_shown(session: Session, unit_id: int) -> Unit | None:
    """The unit with its names and the unit above it, read afresh."""
    return session.scalar(
        select(Unit)
        .where(Unit.id == unit_id)
        .options(joinedload(Unit.parent), selectinload(Unit.names))
        .execution_options(populate_existing=True)
    )


def units_above(session: Session, unit: Unit) -> Sequence[Unit]:
    """The units from the root down to the one above."""
    ids = [int(part) for part in unit.path.strip("/").split("/")][:-1]
    return session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(func.length(Unit.path))).all()


def units_below(session: Session, unit: Unit) -> Sequence[Unit]:
    """The active units that stand directly under this one."""
    found = select(Unit).where(Unit.parent_id == unit.id, Unit.active)
    return session.scalars(found.order_by(_BY_KIND, Unit.position, Unit.id)).all()


def groups_of(session: Session, unit_id: int) -> Sequence[UnitGroup]:
    """The groups that the unit is a member of."""
    member = UnitGroup.members.any(UnitGroupMember.unit_id == unit_id)
    return session.scalars(select(UnitGroup).where(member).order_by(UnitGroup.id)).all()


def all_groups(session: Session) -> Sequence[UnitGroup]:
    """Every group with its members and names."""
    return session.scalars(select(UnitGroup).order_by(UnitGroup.id).options(*_WHOLE_GROUP)).all()


def group_shown(session: Session, group_id: int) -> UnitGroup | None:
    """The group with its members and names, read afresh."""
    return session.scalar(
        select(UnitGroup)
        .where(UnitGroup.id == group_id)
        .options(*_WHOLE_GROUP)
        .execution_options(populate_existing=True)
    )


_WHOLE_GROUP = (selectinload(UnitGroup.members).joinedload(UnitGroupMember.unit), selectinload(UnitGroup.names))


def name_owner(session: Session, scope_id: int, name: str) -> UnitName | None:
    """Whoever is known by this name in the scope."""
    found = select(UnitName).where(UnitName.scope_id == scope_id, UnitName.key == name_key(name))
    return session.scalar(found.options(joinedload(UnitName.unit), joinedload(UnitName.group)))


def units_to_choose(session: Session, actor: Actor, permission: Permission) -> dict[int, str]:
    """Id and name of the active units within the actor's reach, for a choice on a form.

    Those that do not stand right under a root tell the unit above them too.
    """
    above = aliased(Unit)
    found = (
        select(Unit.id, Unit.name, above.name, above.parent_id)
        .outerjoin(above, Unit.parent_id == above.id)
        .where(Unit.active, within(actor, permission))
        .order_by(_BY_KIND, Unit.position, Unit.id)
    )
    return {
        unit_id: f"{name}（{parent}）" if parent and grand else name
        for unit_id, name, parent, grand in session.execute(found)
    }


def unit_names(session: Session, actor: Actor, permission: Permission) -> list[str]:
    """The short names of the active units within the actor's reach."""
    found = select(Unit.name).where(Unit.active, within(actor, permission))
    return list(session.scalars(found.order_by(_BY_KIND, Unit.position, Unit.id)))
