"""What the pages about people show an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.services.staffing import MANAGE, manages_whole, visible_person
from tracker.store.people import Person
from tracker.store.unit_queries import units_to_choose


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person; ``takeable`` are the roles that the reader may take away, ``units`` where roles may be given."""

    person: Person
    takeable: frozenset[int]
    manages_whole: bool
    units: Mapping[int, str]


def person_page(session: Session, actor: Actor, person_id: int) -> PersonPage:
    """Everything about a person within reach; raises NotFound for anybody else."""
    person = visible_person(session, actor, person_id)
    takeable = frozenset(held.id for held in person.standings if actor.may(MANAGE, held.unit.path))
    return PersonPage(person, takeable, manages_whole(actor, person), units_for_roles(session, actor))


def units_for_roles(session: Session, actor: Actor) -> dict[int, str]:
    """The units at which the actor may give roles."""
    return units_to_choose(session, actor, MANAGE)
