"""All the unknown names of a plan at once: each with its likeliest meanings, settled together in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor
from tracker.domain.likely_kinds import is_collective, likely_kind
from tracker.domain.units import UnitKind
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_drafts import sign
from tracker.services.intake_matching import Match, attach, chosen, new_unit, remembered
from tracker.services.intake_naming import Choice, Naming
from tracker.services.intake_review import naming_for, plan_for_intake
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, DraftState, Plan

NAMES_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that open drafts write and nobody knows; ``first`` is the first of them, ``kind`` a guess."""

    name: str
    drafts: int
    first: Draft
    choices: tuple[Choice, ...]
    kind: UnitKind

    @property
    def is_collective(self) -> bool:
        """Whether it means several units, which makes it a group rather than a unit to be registered."""
        return is_collective(self.name)


@dataclass(frozen=True, slots=True)
class UnknownNames:
    """The unknown names of a plan: those to be settled now, the most frequent first, and how many there are in all."""

    plan: Plan
    rows: tuple[UnknownName, ...]
    total: int
    known_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What was settled: names with what they mean now; ``kept`` are those that had got a meaning meanwhile."""

    names: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]


class NameTrouble(Invalid):
    """One of the names cannot be settled as was said; nothing was stored."""

    def __init__(self, name: str, fault: str) -> None:
        self.name, self.fault = name, fault
        super().__init__(f"“{name}”：{fault}")


def unknown_names(session: Session, actor: Actor, plan_id: int) -> UnknownNames:
    """The names of a plan's open drafts that mean nothing here yet."""
    plan = plan_for_intake(session, actor, plan_id)
    naming = naming_for(session, plan)
    writing: dict[str, list[Draft]] = {}
    for draft in _opened(session, plan_id):
        for name in naming.unknown_of(draft):
            writing.setdefault(name, []).append(draft)
    names = sorted(writing, key=lambda name: -len(writing[name]))
    rows = [
        UnknownName(name, len(writing[name]), writing[name][0], naming.choices(name), likely_kind(name))
        for name in names[:NAMES_AT_ONCE]
    ]
    return UnknownNames(plan, tuple(rows), len(names), naming.names.directory.names)


def settle_names(session: Session, actor: Actor, now: datetime, plan_id: int, matches: Sequence[Match]) -> Settled:
    """Gives names their meanings, for all drafts of this office; all of them or none.

    A name that has got a meaning meanwhile keeps it. Raises NameTrouble for the first that cannot be, Stale when
    somebody registered one of them in the same moment.
    """
    plan = plan_for_intake(session, actor, plan_id)
    naming = naming_for(session, plan)
    kept = [(match.name, meaning.label) for match in matches if (meaning := naming.meaning_of_name(match.name))]
    wanted = [match for match in matches if naming.meaning_of_name(match.name) is None]
    attached: dict[str, str] = {}
    try:
        for match in wanted:
            key = _key(session, naming, plan, match, now)
            if not remembered(session, plan.scope_id, match.name, key):
                attached[match.name] = key
        _attach(session, plan_id, attached, actor, now)
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise Stale("其中有的单位刚刚被其他人员登记或对应，本次没有保存。请核对后再保存。") from None
    return Settled(_told(naming_for(session, plan), wanted, attached), tuple(kept))


def _key(session: Session, naming: Naming, plan: Plan, match: Match, now: datetime) -> str:
    try:
        return new_unit(session, plan.scope, match.new, now) if match.new else chosen(naming, match.choice)
    except Invalid as fault:
        raise NameTrouble(match.name, str(fault)) from None


def _attach(session: Session, plan_id: int, keys: dict[str, str], actor: Actor, now: datetime) -> None:
    """Writes meanings into the drafts themselves, where a name cannot stand as a name of its own."""
    for draft in _opened(session, plan_id) if keys else ():
        written = {row["name"] for row in draft.units} & keys.keys()
        for name in written:
            attach(draft, name, keys[name])
        if written:
            sign(draft, actor, now)


def _opened(session: Session, plan_id: int) -> Iterable[Draft]:
    return (draft for draft in drafts_of(session, plan_id) if draft.state is DraftState.OPEN)


def _told(naming: Naming, matches: Iterable[Match], attached: dict[str, str]) -> tuple[tuple[str, str], ...]:
    meanings = [
        (match.name, naming.meaning_of_key(attached.get(match.name, "")) or naming.meaning_of_name(match.name))
        for match in matches
    ]
    return tuple((name, meaning.label if meaning else name) for name, meaning in meanings)
