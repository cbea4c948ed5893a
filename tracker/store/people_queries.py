"""Named questions about people and the roles they hold; none asks once per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.domain.access import Actor, Office, Permission
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.people import Person, PersonStanding
from tracker.store.reach import within
from tracker.store.units import Unit

_WITH_STANDINGS = selectinload(Person.standings).joinedload(PersonStanding.unit)


def people_page(
    session: Session,
    actor: Actor,
    *,
    words: str = "",
    office: Office | None = None,
    closed: bool = False,
    page: int = 1,
) -> Page[Person]:
    """The people whom the actor administers, by name, login or unit, with their roles; closed accounts on request."""
    conditions = [managed_by(actor), *_matching(words), *([] if closed else [Person.active])]
    if office:
        conditions.append(Person.standings.any(PersonStanding.office == office))
    total = session.scalar(select(func.count(Person.id)).where(*conditions)) or 0
    number = page_number(page, total)
    found = select(Person).where(*conditions).order_by(Person.name, Person.id).options(_WITH_STANDINGS)
    rows = session.scalars(found.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    return Page(rows, number, total)


def managed_by(actor: Actor) -> ColumnElement[bool]:
    """The condition that a person holds a role within the actor's reach; those without any belong to the root."""
    within_reach = Person.standings.any(PersonStanding.unit.has(within(actor, Permission.MANAGE_PEOPLE)))
    if not administers_root(actor):
        return within_reach
    return or_(within_reach, ~Person.standings.any())


def administers_root(actor: Actor) -> bool:
    """Whether the actor administers a whole tree of units."""
    return any(standing.unit_path.count("/") == 2 for standing in actor.reach(Permission.MANAGE_PEOPLE))


def _matching(words: str) -> list[ColumnElement[bool]]:
    """Every word has to be found in the name, the login or the name of a unit."""
    return [_matches(word) for word in words.split()]


def _matches(word: str) -> ColumnElement[bool]:
    at_unit = Person.standings.any(PersonStanding.unit.has(Unit.name.icontains(word, autoescape=True)))
    return or_(Person.name.icontains(word, autoescape=True), Person.login.icontains(word, autoescape=True), at_unit)


def person_with_standings(session: Session, person_id: int) -> Person | None:
    """The person, read afresh, with the roles held."""
    return session.scalar(
        select(Person).where(Person.id == person_id).options(_WITH_STANDINGS).execution_options(populate_existing=True)
    )


def login_exists(session: Session, login: str) -> bool:
    return bool(session.scalar(select(exists().where(Person.login == login))))


def anybody(session: Session) -> bool:
    """Whether anybody has an account."""
    return bool(session.scalar(select(exists().where(Person.id.is_not(None)))))


def other_administrators(session: Session, unit_path: str, but_not: Iterable[int]) -> int:
    """How many standings as administrator, beside those named, reach the unit; held until the transaction ends.

    Only those of active people count. Holding them lets two administrators not remove each other at once.
    """
    above = [f"/{'/'.join(unit_path.strip('/').split('/')[:depth])}/" for depth in range(1, unit_path.count("/"))]
    found = (
        select(PersonStanding.id)
        .join(PersonStanding.person)
        .join(PersonStanding.unit)
        .where(PersonStanding.office == Office.ADMINISTRATOR, Person.active, Unit.active, Unit.path.in_(above))
        .with_for_update()
    )
    return len(set(session.scalars(found)) - set(but_not))


def standings_at(session: Session, unit: Unit) -> Sequence[PersonStanding]:
    """The roles that active people hold at the unit itself."""
    return session.scalars(
        select(PersonStanding)
        .join(PersonStanding.person)
        .where(PersonStanding.unit_id == unit.id, Person.active)
        .options(joinedload(PersonStanding.person))
        .order_by(PersonStanding.office, Person.name)
    ).all()
