"""Deleting what was imported by mistake, as long as no task came of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.services.errors import Invalid, Stale
from tracker.services.intake import SourceView, source_view
from tracker.store.plans import Source
from tracker.store.revision_queries import adopted_in_source


@dataclass(frozen=True, slots=True)
class Deletion:
    """A source, and what stands against deleting it.

    ``tasks`` count those that stand in its plans now; ``adopted`` the drafts that ever became tasks, whose tasks may
    have gone over to a newer version. ``seen`` is how many drafts would go with it.
    """

    view: SourceView
    tasks: int
    adopted: int

    @property
    def is_free(self) -> bool:
        return not (self.tasks or self.adopted)

    @property
    def seen(self) -> int:
        return self.view.counts.total


def deletion_of(session: Session, actor: Actor, source_id: int) -> Deletion:
    """What deleting a source would mean; NotFound, or Forbidden outside the actor's reach."""
    view = source_view(session, actor, source_id)
    return Deletion(view, *adopted_in_source(session, source_id))


def delete_source(session: Session, actor: Actor, source_id: int, seen: int) -> str:
    """Deletes a source with its text, plans and drafts; says what it was called. Nobody is notified.

    Raises Invalid when something of it was adopted, Stale when that happened just now.
    """
    found = deletion_of(session, actor, source_id)
    if not found.is_free:
        raise Invalid("这个文件中有任务已经采纳，不能删除。")
    if found.seen != seen:
        raise Stale("这个文件的待核任务刚有变化，没有删除。请核对现在的内容后再办理。")
    name = found.view.source.name
    try:
        session.execute(delete(Source).where(Source.id == source_id))
        session.commit()
    except IntegrityError:
        session.rollback()
        raise Stale("刚刚有人采纳了其中的任务，没有删除。") from None
    return name
