"""Which plan is a new version of which: found at import, said by a clerk, or taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor
from tracker.domain.same_document import Document, likeness, may_be_versions, version_likeness
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_drafts import sign
from tracker.services.intake_review import plan_for_intake
from tracker.services.revision_marks import marked, unmarked
from tracker.services.revision_sides import versions_of
from tracker.store.once import VERSIONS_TURN, take_turn
from tracker.store.plan_queries import plan_with_scope, text_of_plan
from tracker.store.plans import Draft, DraftState, Plan, Source
from tracker.store.revision_queries import (
    decisions_of,
    drafts_of_versions,
    forget_links,
    link_of,
    newer_of,
    newest_plans,
)
from tracker.store.revisions import PlanRevision, Verdict
from tracker.store.written_together import write_together

MOST_CHOICES = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan that another one may be a new version of."""

    id: int
    title: str
    number: str | None
    issued_on: date | None


def link_new_versions(session: Session, source: Source, now: datetime) -> None:
    """Links each plan of a source that was just read with the plan it is a new version of; does not commit.

    A plan is taken for a new version once, and each known one has one next version: the surest go first.
    """
    session.flush()
    take_turn(session, VERSIONS_TURN)
    known = newest_plans(session, source.scope_id, but_source=source.id)
    plans = [plan for plan in source.plans if plan.drafts]
    found = [pair for plan in plans for pair in _versions_among(session, plan, known)]
    free, taken = {plan.id for plan in plans}, set[int]()
    for _, new_id, old_id in sorted(found, key=lambda pair: (-pair[0], pair[1], -pair[2])):
        if new_id in free and old_id not in taken:
            free.discard(new_id)
            taken.add(old_id)
            session.add(PlanRevision(plan_id=new_id, revises_id=old_id, linked_at=now))
    session.flush()
    for plan in plans:
        if plan.id not in free:
            write_together(session, marked_as_continued(session, plan))


def _versions_among(session: Session, plan: Plan, known: Sequence[Row[Any]]) -> Iterable[tuple[float, int, int]]:
    """The known plans that this one may be a version of, with how sure that is."""
    facts = Document(plan.title, plan.number, plan.issuer, plan.issued_on)
    for row in known:
        if not may_be_versions(facts, Document(row.title, row.number)):
            continue
        text, other = text_of_plan(session, plan), _text(session, row.id)
        mine = Document(plan.title, plan.number, plan.issuer, plan.issued_on, text)
        sure = version_likeness(mine, Document(row.title, row.number, row.issuer, row.issued_on, other))
        if sure:
            yield sure, plan.id, row.id


def _text(session: Session, plan_id: int) -> str:
    plan = plan_with_scope(session, plan_id)
    return text_of_plan(session, plan) if plan else ""


def marked_as_continued(session: Session, plan: Plan) -> list[Draft]:
    """Gives every open clause that continues a task the doubt that keeps it from becoming another; gives them back.

    Writes nothing.
    """
    found = [(pair.new.draft, pair.old.task) for pair in versions_of(session, plan).matched]
    continued = [(draft, task) for draft, task in found if task is not None and draft.state is DraftState.OPEN]
    for draft, task in continued:
        draft.doubts = marked(draft.doubts, task.title)
    return [draft for draft, _ in continued]


def likely_predecessors(session: Session, actor: Actor, plan_id: int, words: str = "") -> list[Choice]:
    """The plans that this one may be said to be a new version of, the likest first; narrowed by words.

    Every word stands in title or number.
    """
    plan = plan_for_intake(session, actor, plan_id)
    later = _later_ids(session, plan.id)
    known = [row for row in newest_plans(session, plan.scope_id, but_source=plan.source_id) if row.id not in later]
    if words:
        known = [row for row in known if all(word in f"{row.title} {row.number or ''}" for word in words.split())]
    ordered = sorted(known, key=lambda row: (-_promise(plan, row), -row.id))
    return [Choice(row.id, row.title, row.number, row.issued_on) for row in ordered[:MOST_CHOICES]]


def _promise(plan: Plan, row: Row[Any]) -> float:
    same_number = version_likeness(Document(plan.title, plan.number), Document(row.title, row.number))
    return same_number + likeness(plan.title, row.title, 2)


def _later_ids(session: Session, plan_id: int) -> set[int]:
    """The plan and every version after it."""
    found, newer = {plan_id}, newer_of(session, plan_id)
    while newer is not None:
        found.add(newer.id)
        newer = newer_of(session, newer.id)
    return found


def link(session: Session, actor: Actor, now: datetime, plan_id: int, revises_id: int) -> None:
    """Says that a plan is a new version of another one; the same said twice is said once.

    Raises Invalid for a plan that is another's new version already, or itself, or of another office.
    """
    plan = plan_for_intake(session, actor, plan_id)
    take_turn(session, VERSIONS_TURN)
    known = link_of(session, plan_id)
    if known:
        if known.revises_id == revises_id:
            return
        raise Invalid(f"这份文件已登记为《{known.revises.title}》的新版。如登记有误，请先取消关联。")
    older = plan_for_intake(session, actor, revises_id)
    _check(session, plan, older)
    session.add(
        PlanRevision(plan_id=plan_id, revises_id=revises_id, linked_by_id=actor.person_id or None, linked_at=now)
    )
    session.flush()
    _commit(session, marked_as_continued(session, plan))


def _check(session: Session, plan: Plan, older: Plan) -> None:
    if older.scope_id != plan.scope_id:
        raise Invalid("只能选本级的文件作为旧版，请重新选择。")
    if older.id in _later_ids(session, plan.id):
        raise Invalid("所选文件就是这份文件本身，或是它后来的版本，不能作为旧版。请重新选择。")
    newer = newer_of(session, older.id)
    if newer:
        raise Invalid(f"《{older.title}》已有新版《{newer.title}》，请选最近的一版。")


def unlink(session: Session, actor: Actor, now: datetime, plan_id: int) -> bool:
    """Takes back that a plan is a new version, as long as no change of it was accepted; False when it was none.

    Clauses that were set aside as changes not accepted are open again.
    """
    plan = plan_for_intake(session, actor, plan_id)
    take_turn(session, VERSIONS_TURN)
    if link_of(session, plan_id) is None:
        return False
    decisions = decisions_of(session, plan_id)
    if any(row.verdict is Verdict.ACCEPTED for row in decisions):
        raise Invalid("已经接受过新版的变化，任务已转入新版，不能再取消关联。")
    declined = {row.draft_id for row in decisions if row.verdict is Verdict.DECLINED}
    drafts = drafts_of_versions(session, [plan.id])
    for draft in drafts:
        _free(draft, declined, actor, now)
    forget_links(session, plan_id)
    _commit(session, drafts)
    return True


def _free(draft: Draft, declined: set[int | None], actor: Actor, now: datetime) -> None:
    draft.doubts = unmarked(draft.doubts)
    if draft.id in declined and draft.state is DraftState.DROPPED:
        draft.state = DraftState.OPEN
        sign(draft, actor, now)


def refuse_superseded(session: Session, plan: Plan) -> None:
    """Refuses (Invalid) to make tasks of a plan that has a newer version."""
    newer = newer_of(session, plan.id)
    if newer:
        raise Invalid(f"这份文件已有新版《{newer.title}》，请在新版中核对和采纳。")


def _commit(session: Session, drafts: Sequence[Draft]) -> None:
    try:
        write_together(session, drafts)
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("其他人员正在核对这份文件的待核任务，没有登记。请刷新页面后再办理。") from None
