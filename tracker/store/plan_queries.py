"""Named queries over sources, plans and drafts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.domain.access import Actor, Permission
from tracker.store.plans import Draft, DraftState, Plan, Source
from tracker.store.reach import within
from tracker.store.tasks import Task
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class DraftCounts:
    """How many drafts a plan has, by what became of them; ``doubted`` are the open ones with a doubt not settled."""

    total: int = 0
    open: int = 0
    adopted: int = 0
    dropped: int = 0
    doubted: int = 0


def source_by_digest(session: Session, scope_id: int, sha256: str) -> Source | None:
    """The source that these bytes were imported as in this scope."""
    return session.scalar(select(Source).where(Source.scope_id == scope_id, Source.sha256 == sha256))


def source_with_plans(session: Session, source_id: int) -> Source | None:
    """A source with its scope and plans; its text is not loaded."""
    found: Source | None = session.get(
        Source, source_id, options=[joinedload(Source.plans), joinedload(Source.scope), joinedload(Source.imported_by)]
    )
    return found


def latest_sources(session: Session, actor: Actor, limit: int = 10) -> Sequence[Source]:
    """What was imported last in the scopes whose plans the actor takes in."""
    return session.scalars(
        select(Source)
        .join(Unit, Source.scope_id == Unit.id)
        .where(within(actor, Permission.INTAKE))
        .options(joinedload(Source.imported_by), joinedload(Source.scope))
        .order_by(Source.imported_at.desc(), Source.id.desc())
        .limit(limit)
    ).all()


def draft_counts(session: Session, plan_ids: Iterable[int]) -> dict[int, DraftCounts]:
    """The counts of drafts of these plans; plans without drafts are left out."""
    columns = select(Draft.plan_id, Draft.state, Draft.doubts).where(Draft.plan_id.in_(list(plan_ids)))
    drafts = defaultdict[int, list[tuple[DraftState, bool]]](list)
    for plan_id, state, doubts in session.execute(columns):
        drafts[plan_id].append((state, any(not doubt.get("settled") for doubt in doubts)))
    return {plan_id: _counted(found) for plan_id, found in drafts.items()}


def _counted(drafts: Sequence[tuple[DraftState, bool]]) -> DraftCounts:
    states = Counter(state for state, _ in drafts)
    doubted = sum(doubted for state, doubted in drafts if state is DraftState.OPEN)
    return DraftCounts(
        len(drafts), states[DraftState.OPEN], states[DraftState.ADOPTED], states[DraftState.DROPPED], doubted
    )


def plan_with_scope(session: Session, plan_id: int) -> Plan | None:
    """A plan with its scope and its source (without the text)."""
    return session.get(Plan, plan_id, options=[joinedload(Plan.scope), joinedload(Plan.source)])


def draft_with_plan(session: Session, draft_id: int) -> Draft | None:
    """A draft, as it stands in the database now, with its plan, the plan's scope, and who changed it last."""
    return session.scalar(
        select(Draft)
        .where(Draft.id == draft_id)
        .options(joinedload(Draft.plan).joinedload(Plan.scope), joinedload(Draft.changed_by))
        .execution_options(populate_existing=True)
    )


def drafts_of(session: Session, plan_id: int) -> Sequence[Draft]:
    """Every draft of a plan with who changed it last, in the order of the text."""
    return session.scalars(
        select(Draft)
        .where(Draft.plan_id == plan_id)
        .options(joinedload(Draft.changed_by))
        .order_by(Draft.position)
        .execution_options(populate_existing=True)
    ).all()


def drafts_of_plans(session: Session, plan_ids: Collection[int]) -> dict[int, list[Draft]]:
    """Every draft of these plans by plan, each in the order of its text."""
    found = defaultdict[int, list[Draft]](list)
    for draft in session.scalars(select(Draft).where(Draft.plan_id.in_(plan_ids)).order_by(Draft.position)):
        found[draft.plan_id].append(draft)
    return found


def task_of_draft(session: Session, draft_id: int) -> Task | None:
    """The task that a draft was adopted as."""
    return session.scalar(select(Task).where(Task.draft_id == draft_id))


def same_documents(session: Session, plan: Plan) -> Sequence[Plan]:
    """Other plans of the scope that look like the same document: same title, or same number and issue date."""
    same = [Plan.title == plan.title]
    if plan.number and plan.issued_on:
        same.append(and_(Plan.number == plan.number, Plan.issued_on == plan.issued_on))
    return session.scalars(
        select(Plan).where(Plan.scope_id == plan.scope_id, Plan.id != plan.id, or_(*same)).order_by(Plan.id)
    ).all()


def text_of_plan(session: Session, plan: Plan) -> str:
    """The plan's part of the text that was read, cut out in the database; empty where no text is kept."""
    if plan.source_id is None or plan.start is None or plan.end is None:
        return ""
    part = func.substr(Source.text, plan.start + 1, plan.end - plan.start)
    return session.scalar(select(part).where(Source.id == plan.source_id)) or ""


def scope_choices(session: Session, actor: Actor) -> Sequence[Unit]:
    """The units whose plans the actor takes in: where the actor stands, in the order of the tree."""
    held = [standing.unit_id for standing in actor.reach(Permission.INTAKE)]
    return session.scalars(select(Unit).where(Unit.id.in_(held), Unit.active).order_by(Unit.path)).all()


def names_of_units(session: Session, unit_ids: Collection[int]) -> dict[int, str]:
    """The short names of units by id."""
    if not unit_ids:
        return {}
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(unit_ids)))
    return {row.id: row[1] for row in rows}


def units_named(session: Session, name: str) -> Sequence[Unit]:
    """Active units with this short or full name."""
    return session.scalars(
        select(Unit).where(Unit.active, or_(Unit.name == name, Unit.full_name == name)).order_by(Unit.path)
    ).all()
