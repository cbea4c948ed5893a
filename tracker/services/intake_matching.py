"""An unknown name in a draft is told what it means: a known unit or group, or a new unit, in one step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.units import UnitKind, name_key
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_drafts import check_seen, commit_draft, draft_for_intake
from tracker.services.intake_naming import GROUP, Meaning, Naming
from tracker.services.intake_review import naming_for
from tracker.store.plans import Draft
from tracker.store.units import Unit, UnitName


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be registered below the plan's scope."""

    name: str
    full_name: str | None
    kind: UnitKind


@dataclass(frozen=True, slots=True)
class Match:
    """What a reviewer says of an unknown name.

    ``choice`` is the key of a choice (``unit:12``), or the name of a known unit or group; or else ``new`` is given.
    ``remember`` registers the name as another name (简称) of what was chosen, for all drafts of this office.
    """

    name: str
    choice: str = ""
    new: NewUnit | None = None
    remember: bool = True


def match_name(session: Session, actor: Actor, now: datetime, draft_id: int, match: Match, *, version: int) -> Meaning:
    """Gives a name of an open draft its meaning, and says which; a name that has one already keeps it.

    Raises StaleDraft, or Invalid when the name is not in the draft or the choice names nothing.
    """
    draft = draft_for_intake(session, actor, draft_id)
    naming = naming_for(session, draft.plan)
    row = next((row for row in draft.units if row["name"] == match.name), None)
    known = naming.meaning(row) if row else None
    if known:
        return known
    check_seen(draft, version)
    if row is None:
        raise Invalid(f"这一条里没有单位“{match.name}”，可能已被修改。请刷新页面后再看。")
    try:
        key = new_unit(session, draft.plan.scope, match.new, now) if match.new else chosen(naming, match.choice)
        if not match.remember or not remembered(session, draft.plan.scope_id, match.name, key):
            attach(draft, match.name, key)
        # Signed in every case: of two reviewers who match the same name the second is told.
        commit_draft(session, actor, now, draft)
    except IntegrityError:
        session.rollback()
        raise Stale(f"单位“{match.name}”刚刚被其他人员登记，您的操作没有执行。请刷新页面后再看。") from None
    meaning = naming_for(session, draft.plan).meaning_of_key(key)
    assert meaning is not None
    return meaning


def chosen(naming: Naming, choice: str) -> str:
    """The key of a choice that was pointed at, or typed as a name."""
    if naming.meaning_of_key(choice):
        return choice
    if not choice.strip():
        raise Invalid("请选择对应的单位，或选“登记为新单位”。")
    found = naming.choices(choice) if naming.meaning_of_name(choice) else ()
    if len(found) != 1:
        raise Invalid(f"没有找到名为“{choice}”的单位。请从列表中选择已登记的单位，或选“登记为新单位”。")
    return found[0].key


def new_unit(session: Session, scope: Unit, new: NewUnit, now: datetime) -> str:
    """Registers a unit below the scope under its names; refuses a name that something else has."""
    names = dict.fromkeys(name.strip() for name in (new.name, new.full_name or "") if name.strip())
    if not new.name.strip() or not name_key(new.name):
        raise Invalid("请填写新单位的名称。")
    for name in names:
        _refuse_taken(session, scope.id, name)
    unit = Unit(
        parent=scope,
        path=f"/new/{scope.id}/{name_key(new.name)[:80]}/",
        name=new.name.strip(),
        full_name=(new.full_name or new.name).strip(),
        kind=new.kind,
        created_at=now,
    )
    session.add(unit)
    session.flush()
    unit.path = f"{scope.path}{unit.id}/"
    for key, name in {name_key(name): name for name in reversed(names)}.items():
        unit.names.append(UnitName(scope_id=scope.id, name=name, key=key))
    session.flush()
    return f"unit:{unit.id}"


def _refuse_taken(session: Session, scope_id: int, name: str) -> None:
    owner = _owner(session, scope_id, name)
    if owner:
        held = owner.unit or owner.group
        raise Invalid(f"名称“{name}”已登记为“{held.name if held else name}”的名称，请改填其他名称，或直接选择该单位。")


def _owner(session: Session, scope_id: int, name: str) -> UnitName | None:
    return session.scalar(select(UnitName).where(UnitName.scope_id == scope_id, UnitName.key == name_key(name)))


def remembered(session: Session, scope_id: int, name: str, key: str) -> bool:
    """Registers the name for what was chosen; False when it cannot stand as a name of its own."""
    owner = _owner(session, scope_id, name)
    if owner:
        return f"{'group' if owner.group_id else 'unit'}:{owner.group_id or owner.unit_id}" == key
    if not name_key(name) or len(name) > 200:
        return False
    kind, _, ref = key.partition(":")
    made = UnitName(scope_id=scope_id, name=name, key=name_key(name))
    if kind == GROUP:
        made.group_id = int(ref)
    else:
        made.unit_id = int(ref)
    session.add(made)
    return True


def attach(draft: Draft, name: str, key: str) -> None:
    """Writes the meaning into this draft alone."""
    kind, _, ref = key.partition(":")
    draft.units = [{**row, f"{kind}_id": int(ref)} if row["name"] == name else row for row in draft.units]
