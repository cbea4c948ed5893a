"""Deciding about what a new version changed: accept, decline, or say that the clause is another matter.

Each decision is one commit with a row that tells of it; the same form sent twice is done once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.services.assigning import UnknownUnits
from tracker.services.division_effects import follow_version, tell_withdrawn
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.extensions import end_request
from tracker.services.intake_drafts import sign
from tracker.services.intake_review import plan_for_intake
from tracker.services.revision_apply import By, apply_change, apply_loss, basis_of
from tracker.services.revision_effects import Deed
from tracker.services.revision_hanging import Hanging, hanging_on
from tracker.services.revision_items import Group, Item, Wanted, items_of, mark_of, together
from tracker.services.revision_marks import marked, settled, unmarked
from tracker.services.revision_sides import Matched, Versions, versions_of
from tracker.services.series_changes import Stamp, end_with_clause, follow_clause
from tracker.store.plans import Draft, DraftState
from tracker.store.revision_queries import earlier_versions, hold_versions
from tracker.store.revisions import RevisionDecision, Verdict
from tracker.store.tasks import Assignment
from tracker.store.written_together import write_together

NOT_THERE = "新旧对照刚有变化（可能其他人员已办理，或条款被修改），没有办理。请核对现在的内容。"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided; ``already`` when it had been before, and nothing was done now."""

    title: str
    already: bool = False


def accept(  # noqa: PLR0917 - what the supervisor was shown
    session: Session, actor: Actor, now: datetime, today: date, plan_id: int, wanted: Wanted
) -> Decided:
    """Brings one change onto its task, and commits.

    Raises Stale when it is no longer what the supervisor saw, UnknownUnits (an Invalid) while a unit in the new
    clause is unknown.
    """
    versions = _held(session, actor, plan_id)
    before = _decided_before(versions, wanted, Verdict.ACCEPTED)
    if before:
        return before
    item = _item(versions, wanted)
    _accept(session, versions, [item], _by(versions, actor, now), today)
    return Decided(item.task.title)


def accept_group(  # noqa: PLR0917 - what the supervisor was shown
    session: Session, actor: Actor, now: datetime, today: date, plan_id: int, group: Group, seen: str
) -> int:
    """Accepts all changes of a kind that ask nothing more of a person, in one commit; says how many.

    Raises Stale when they are not, all together, what the supervisor was shown.
    """
    versions = _held(session, actor, plan_id)
    items = together(items_of(versions), group)
    if items and mark_of(items) != seen:
        raise Stale(NOT_THERE)
    _accept(session, versions, items, _by(versions, actor, now), today)
    return len(items)


def decline(session: Session, actor: Actor, now: datetime, plan_id: int, wanted: Wanted) -> Decided:
    """Leaves the task as it is, whatever the new version says of it, and commits.

    The new clause is set aside, so that it does not become a task of its own.
    """
    versions = _held(session, actor, plan_id)
    before = _decided_before(versions, wanted, Verdict.DECLINED)
    if before:
        return before
    item = _item(versions, wanted)
    if item.draft:
        item.draft.state, item.draft.doubts = DraftState.DROPPED, settled(item.draft.doubts)
        sign(item.draft, actor, now)
    words = "；".join(item.effect.sentences) or "位置或序号变动"
    session.add(_decision(versions, item, Verdict.DECLINED, words, _by(versions, actor, now)))
    _commit(session)
    return Decided(item.task.title)


def separate(session: Session, actor: Actor, now: datetime, plan_id: int, wanted: Wanted) -> Decided:
    """Says that the new clause is another matter than the task: it is reviewed as any other, and commits."""
    versions = _held(session, actor, plan_id)
    before = _decided_before(versions, wanted, Verdict.SEPARATE)
    if before:
        return before
    item = _item(versions, wanted)
    if item.draft is None:
        raise Invalid("新版中没有与这项任务对应的条款，不必分开。请选“接受”或“不接受”。")
    item.draft.doubts = unmarked(item.draft.doubts)
    sign(item.draft, actor, now)
    session.add(_decision(versions, item, Verdict.SEPARATE, "新条款另行核对立项", _by(versions, actor, now)))
    _commit(session)
    return Decided(item.task.title)


def take_back(session: Session, actor: Actor, now: datetime, plan_id: int, decision_id: int) -> Decided:
    """Takes back a decision that changed no task, so that the change waits again; one that is gone stays gone."""
    versions = _held(session, actor, plan_id)
    found = next((row for row in versions.decisions if row.id == decision_id), None)
    if found is None:
        return Decided("", already=True)
    if found.verdict is Verdict.ACCEPTED:
        raise Invalid("这项变化已经接受，任务已按新版调整，不能直接收回。需要时请到任务页面办理。")
    draft = found.draft
    if draft is not None:
        if draft.state is DraftState.ADOPTED:
            raise Invalid(f"新条款“{draft.title}”已另行采纳为任务，不能收回。")
        draft.state, draft.doubts = DraftState.OPEN, marked(draft.doubts, found.task.title)
        sign(draft, actor, now)
    session.delete(found)
    _commit(session)
    return Decided(found.task.title)


def _held(session: Session, actor: Actor, plan_id: int) -> Versions:
    """The comparison, read afresh and held until the commit: decisions about one version come one after the other."""
    plan = plan_for_intake(session, actor, plan_id)
    if not actor.may(Permission.DECIDE, plan.scope.path):
        raise Forbidden(Permission.DECIDE, "办理新版文件变化")
    hold_versions(session, plan_id, [version.id for version in earlier_versions(session, plan_id)])
    versions = versions_of(session, plan)
    if not versions.earlier:
        raise NotFound("这份文件没有登记为其他文件的新版，没有新旧对照。")
    return versions


def _decided_before(versions: Versions, wanted: Wanted, verdict: Verdict) -> Decided | None:
    """The same decision, when it was taken before; Stale when another one was."""
    found = versions.decision(wanted.task_id, wanted.draft_id)
    if found is None:
        return None
    if found.verdict is verdict:
        return Decided(found.task.title, already=True)
    raise Stale(f"“{found.task.title}”的变化刚刚已由{found.actor_name}办理（{found.verdict.label}），没有重复办理。")


def _item(versions: Versions, wanted: Wanted) -> Item:
    for item in items_of(versions):
        if (item.task.id, item.draft.id if item.draft else None) == (wanted.task_id, wanted.draft_id):
            if item.effect.seen == wanted.seen:
                return item
            break
    raise Stale(NOT_THERE)


def _by(versions: Versions, actor: Actor, now: datetime) -> By:
    return By(actor, now, basis_of(versions.plan))


def _accept(session: Session, versions: Versions, items: Sequence[Item], by: By, today: date) -> None:
    """Brings the changes onto their tasks, and commits; what hangs on any of them is asked for all together."""
    hanging = hanging_on(session, [item.task for item in items])
    for item in items:
        _apply(session, item, hanging, by, today)
        words = "；".join(item.effect.sentences) or "内容未变，转入新版"
        session.add(_decision(versions, item, Verdict.ACCEPTED, words, by))
    parts = [part for item in items for part in item.task.assignments]
    _commit(session, parts, [item.draft for item in items if item.draft])


def _apply(session: Session, item: Item, hanging: Hanging, by: By, today: date) -> None:
    if item.pair is None:
        apply_loss(item.task, item.effect, by, today)
    else:
        _demand_units(item.pair)
        old_end = item.task.plan.effective_until
        apply_change(item.pair, item.effect, by, today)
    if item.task.id in hanging.series:
        stamp = Stamp(by.actor, by.now, today, f"依据{by.basis}")
        if item.pair is None:
            end_with_clause(session, item.task, stamp)
        else:
            follow_clause(session, item.task, old_end, stamp)
    if item.pair and any(part.id in hanging.divided for part in item.task.assignments):
        follow_version(session, item.task)
    _follow_withdrawn(session, item, hanging, by)


def _demand_units(pair: Matched) -> None:
    if pair.unknown:
        raise UnknownUnits(pair.unknown)
    if not pair.shares_after:
        raise Invalid(f"新版的“{pair.after.title}”没有责任单位，不能接受。请先到核对页面补填单位。")


def _follow_withdrawn(session: Session, item: Item, hanging: Hanging, by: By) -> None:
    """Ends what was asked for of a part that the new version withdrew, and lets its child tasks know."""
    for each in item.effect.parts:
        if each.deed is not Deed.WITHDRAW or each.part is None:
            continue
        if each.part.id in hanging.asking:
            end_request(session, by.actor, by.now, each.part)
        if each.part.id in hanging.divided:
            tell_withdrawn(session, by.actor, by.now, each.part)


def _decision(versions: Versions, item: Item, verdict: Verdict, words: str, by: By) -> RevisionDecision:
    return RevisionDecision(
        plan_id=versions.plan.id,
        task_id=item.task.id,
        draft_id=item.draft.id if item.draft else None,
        verdict=verdict,
        words=words,
        actor_id=by.actor.person_id or None,
        actor_name=by.actor.name,
        at=by.now,
    )


def _commit(session: Session, parts: Sequence[Assignment] = (), drafts: Sequence[Draft] = ()) -> None:
    try:
        write_together(session, parts)
        write_together(session, drafts)
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise Stale(NOT_THERE) from None
