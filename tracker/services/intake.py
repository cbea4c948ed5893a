"""Taking a file or a pasted text in: read once, stored in one commit, and the same bytes never twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.drafts import SourceReading
from tracker.services.calendars import work_calendar
from tracker.services.errors import NotFound
from tracker.services.intake_rows import clean_name, source_row
from tracker.services.known_columns import with_known_columns
from tracker.services.reading_files import nobody_looks, read_file
from tracker.services.reading_process import Progress
from tracker.services.recounting import count_by
from tracker.settings import ReadingLimits
from tracker.store.engine import begin_write
from tracker.store.plan_queries import (
    DraftCounts,
    draft_counts,
    latest_sources,
    scope_choices,
    source_by_digest,
    source_with_plans,
)
from tracker.store.plans import Plan, Source
from tracker.store.units import Unit

USUAL_LIMITS = ReadingLimits()


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes as they came, and what they are called."""

    data: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to; ``already`` when the same bytes had been imported before, and nothing was changed."""

    source_id: int
    name: str
    imported_at: datetime
    already: bool


def pasted(text: str, name: str) -> Upload:
    """A pasted text as a file in UTF-8; browsers send CRLF, which is made the newline of files."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return Upload(plain.encode("utf-8", "replace"), f"{clean_name(name or '粘贴的文字').removesuffix('.txt')}.txt")


def import_file(
    session: Session,
    actor: Actor,
    now: datetime,
    upload: Upload,
    scope_unit_id: int,
    *,
    limits: ReadingLimits = USUAL_LIMITS,
    progress: Progress = nobody_looks,
) -> Imported:
    """Reads and stores a file; reading happens before the database is held, for it may take seconds.

    Raises Forbidden or NotFound for the scope, UnreadableFile for the file; then nothing is stored.
    """
    known = known_source(session, actor, upload, scope_unit_id)
    if known:
        return known
    session.rollback()
    reading = read_file(upload.data, clean_name(upload.name), limits, progress)
    begin_write(session)
    return import_source(session, actor, now, reading, scope_unit_id)


def known_source(session: Session, actor: Actor, upload: Upload, scope_unit_id: int) -> Imported | None:
    """The source that these bytes are in the scope already; raises Forbidden or NotFound for the scope."""
    scope = scope_for_intake(session, actor, scope_unit_id)
    known = source_by_digest(session, scope.id, hashlib.sha256(upload.data).hexdigest())
    return _already(known) if known else None


def import_source(
    session: Session, actor: Actor, now: datetime, reading: SourceReading, scope_unit_id: int
) -> Imported:
    """Stores what was read as a source with its plans and drafts, in one commit.

    The same bytes again in the same scope change nothing and give the source that is there, also when another
    import of them wins the race.
    """
    scope = scope_for_intake(session, actor, scope_unit_id)
    known = source_by_digest(session, scope.id, reading.sha256)
    if known:
        return _already(known)
    source = source_row(with_known_columns(session, scope.id, reading), scope, actor, now)
    count_by((draft for plan in source.plans for draft in plan.drafts), work_calendar(session))
    session.add(source)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        winner = source_by_digest(session, scope_unit_id, reading.sha256)
        if winner is None:
            raise
        return _already(winner)
    return Imported(source.id, source.name, source.imported_at, already=False)


@dataclass(frozen=True, slots=True)
class PlanInSource:
    """A plan of a source, with what became of its drafts."""

    plan: Plan
    counts: DraftCounts


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its plans: those with drafts, and those that assign nothing."""

    source: Source
    assigning: tuple[PlanInSource, ...]
    silent: tuple[Plan, ...]

    @property
    def counts(self) -> DraftCounts:
        """The sums over all plans."""
        names = DraftCounts.__dataclass_fields__
        return DraftCounts(**{name: sum(getattr(row.counts, name) for row in self.assigning) for name in names})


def source_view(session: Session, actor: Actor, source_id: int) -> SourceView:
    """A source and what was found in it; NotFound, or Forbidden outside the actor's reach."""
    source = source_for_intake(session, actor, source_id)
    counts = draft_counts(session, [plan.id for plan in source.plans])
    assigning = tuple(PlanInSource(plan, counts[plan.id]) for plan in source.plans if plan.id in counts)
    return SourceView(source, assigning, tuple(plan for plan in source.plans if plan.id not in counts))


def source_for_intake(session: Session, actor: Actor, source_id: int) -> Source:
    """A source with its plans; NotFound, or Forbidden outside the actor's reach."""
    source = source_with_plans(session, source_id)
    if source is None:
        raise NotFound("没有找到这个导入文件，可能网址有误。")
    may_take_in(actor, source.scope, "查看该导入文件")
    return source


def recent_sources(session: Session, actor: Actor) -> Sequence[Source]:
    """What was imported last where the actor takes plans in."""
    return latest_sources(session, actor)


def import_scopes(session: Session, actor: Actor) -> Sequence[Unit]:
    """The units that the actor may import plans for: those where the actor stands."""
    return scope_choices(session, actor)


def scope_for_intake(session: Session, actor: Actor, unit_id: int) -> Unit:
    """The unit that plans are taken in for; NotFound, or Forbidden where the actor may not."""
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise NotFound("没有找到要导入到的单位，请重新选择。")
    may_take_in(actor, unit, "导入文件")
    return unit


def may_take_in(actor: Actor, scope: Unit, what: str) -> None:
    """Raises Forbidden where the actor takes no plans in."""
    if not actor.may(Permission.INTAKE, scope.path):
        raise Forbidden(Permission.INTAKE, what)


def _already(source: Source) -> Imported:
    return Imported(source.id, source.name, source.imported_at, already=True)
