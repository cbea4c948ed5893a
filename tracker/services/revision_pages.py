"""The page of a new version: old and new side by side, what it means for whom, and what was decided already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.clause_text import numberless
from tracker.domain.revision import Change, Clause
from tracker.domain.roles import Role
from tracker.domain.word_diff import Side, marked
from tracker.services.errors import NotFound
from tracker.services.intake_review import plan_for_intake
from tracker.services.revision_clauses import New, Old
from tracker.services.revision_items import Group, Item, items_of, mark_of, together
from tracker.services.revision_sides import versions_of
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.revision_queries import link_of, links_of, newer_of, newer_versions
from tracker.store.revisions import PlanRevision, RevisionDecision, Verdict


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit before and after; no role where it does not take part."""

    name: str
    before: Role | None
    after: Role | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change with both wordings; an empty side says that the text is not kept."""

    item: Item
    before: Clause
    after: Clause
    changes: tuple[Change, ...]
    old_text: Side
    new_text: Side
    units: tuple[UnitLine, ...]


@dataclass(frozen=True, slots=True)
class AddedRow:
    """A clause that the earlier version did not have; or had, and it was ``known`` there without becoming a task."""

    draft: Draft
    known: DraftState | None


@dataclass(frozen=True, slots=True)
class Bulk:
    """What one press accepts: ``left`` are those of the group that want a look of their own first."""

    items: tuple[Item, ...]
    seen: str
    left: int


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """A new version beside the one before it."""

    plan: Plan
    older: Plan
    link: PlanRevision
    newer: Plan | None
    changed: Page[ChangeRow]
    removed: tuple[Item, ...]
    same: tuple[Item, ...]
    added: tuple[AddedRow, ...]
    bulk: dict[Group, Bulk]
    decisions: tuple[RevisionDecision, ...]

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits any more."""
        return not (self.changed.total or self.removed or self.same or self.added)

    @property
    def may_unlink(self) -> bool:
        """Whether no change was accepted yet."""
        return all(row.verdict is not Verdict.ACCEPTED for row in self.decisions)


@dataclass(frozen=True, slots=True)
class VersionNote:
    """What a plan is a version of, and what its next version is."""

    older: Plan | None = None
    newer: Plan | None = None


def revision_page(session: Session, actor: Actor, plan_id: int, number: int) -> RevisionPage:
    """The page; NotFound for a plan that is not registered as a new version."""
    plan = plan_for_intake(session, actor, plan_id)
    link = link_of(session, plan_id)
    if link is None:
        raise NotFound("这份文件没有登记为其他文件的新版，没有新旧对照。")
    versions = versions_of(session, plan)
    items = items_of(versions)
    groups = {group: tuple(item for item in items if item.group is group) for group in Group}
    return RevisionPage(
        plan,
        link.revises,
        link,
        newer_of(session, plan_id),
        _changed(groups[Group.CHANGED], number),
        groups[Group.REMOVED],
        groups[Group.SAME],
        tuple(_added(new, versions.once_dropped.get(new.draft.id)) for new in versions.added),
        {group: _bulk(items, group) for group in Group},
        versions.decisions,
    )


def _changed(items: Sequence[Item], number: int) -> Page[ChangeRow]:
    number = page_number(number, len(items))
    on_page = items[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([_row(item) for item in on_page], number, len(items))


def _row(item: Item) -> ChangeRow:
    pair = item.pair
    assert pair is not None
    old_text, new_text = marked(_words(pair.before), _words(pair.after))
    return ChangeRow(
        item,
        pair.before,
        pair.after,
        tuple(change for change in Change if change in pair.changes and change is not Change.MOVED),
        old_text,
        new_text if old_text else tuple(type(part)(part.text) for part in new_text),
        tuple(_unit_lines(pair.before, pair.after)),
    )


def _words(clause: Clause) -> str:
    """What is held against each other: a number that only moved on is no change."""
    return numberless(clause.passage or clause.quote)


def _unit_lines(before: Clause, after: Clause) -> Iterable[UnitLine]:
    old, new = {share.name: share.role for share in before.units}, {share.name: share.role for share in after.units}
    for name in dict.fromkeys((*old, *new)):
        yield UnitLine(name, old.get(name), new.get(name))


def _added(new: New, old: Old | None) -> AddedRow:
    return AddedRow(new.draft, old.draft.state if old and old.draft else None)


def _bulk(items: Sequence[Item], group: Group) -> Bulk:
    chosen = together(items, group)
    return Bulk(tuple(chosen), mark_of(chosen), sum(item.group is group for item in items) - len(chosen))


def version_note(session: Session, plan_id: int) -> VersionNote:
    """The plan's neighbours in its chain of versions."""
    link = link_of(session, plan_id)
    return VersionNote(link.revises if link else None, newer_of(session, plan_id))


def notes_of(session: Session, plans: Iterable[Plan]) -> dict[int, VersionNote]:
    """The same for many plans in two statements; those that stand alone are left out."""
    ids = [plan.id for plan in plans]
    older, newer = links_of(session, ids), newer_versions(session, ids)
    return {key: VersionNote(older.get(key), newer.get(key)) for key in ids if key in older or key in newer}
