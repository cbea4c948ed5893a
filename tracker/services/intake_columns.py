"""A spreadsheet whose columns nobody recognised: a supervisor says what each holds, and it is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.drafts import SourceReading
from tracker.reading.columns import read_header
from tracker.reading.mapped import MOST_COLUMNS, Mapping, Use, guessed, read_mapped, tables_in
from tracker.services.errors import Invalid, NotFound
from tracker.services.intake import SourceView
from tracker.services.intake_rows import plan_rows
from tracker.services.known_columns import HEADER_ROWS, SHEET_FORMATS, header_digest, known_mappings
from tracker.store.column_mappings import ColumnMapping, mappings_of
from tracker.store.engine import begin_write
from tracker.store.plan_queries import source_with_plans
from tracker.store.plans import Draft, DraftState, Plan, Source


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """The beginning of a spreadsheet's table, which of its rows seems the header, and what the columns seem to hold.

    ``settled`` says why it cannot be read again, None when it can.
    """

    source: Source
    rows: tuple[tuple[str, ...], ...]
    header: int
    uses: tuple[Use, ...]
    settled: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose: which of the rows is the header, from 0, and the use of each column."""

    header: int
    uses: tuple[Use, ...]


def wants_columns(view: SourceView) -> bool:
    """Whether a spreadsheet was read in which no task was found: then a person should say what its columns hold."""
    has_table = view.source.format in SHEET_FORMATS and not view.assigning
    return has_table and bool(_largest(view.source.text))


def columns_view(session: Session, actor: Actor, source_id: int) -> ColumnsView:
    """What the page shows; NotFound, Forbidden, or Invalid for a file without a table."""
    source = _source(session, actor, source_id)
    rows = _rows(source)
    known = [mapping for mapping in known_mappings(session, source.scope_id, source.text) if mapping.header in rows]
    if known:
        header, uses = rows.index(known[0].header), known[0].uses
    else:
        header = next((at for at, row in enumerate(rows) if read_header(row)), 0)
        uses = guessed(rows[header])
    return ColumnsView(source, rows, header, uses, _settled(session, source))


def map_columns(session: Session, actor: Actor, now: datetime, source_id: int, chosen: Chosen) -> tuple[int, int]:
    """Reads a spreadsheet again with these columns and remembers them for its header in its scope, in one commit.

    Gives how many drafts were found, and the id of the first plan that has some. Raises Invalid when the columns
    cannot be read with, nothing is found, or a draft was already worked on; then nothing is changed.
    """
    session.rollback()
    begin_write(session)
    source = _source(session, actor, source_id)
    session.execute(select(Source.id).where(Source.id == source.id).with_for_update())
    mapping = _mapping(_rows(source), chosen)
    fault = mapping.fault or _settled(session, source)
    if fault:
        raise Invalid(fault)
    others = [one for one in known_mappings(session, source.scope_id, source.text) if one.header != mapping.header]
    plans = read_mapped(source.text, [mapping, *others])
    drafts = sum(len(plan.drafts) for plan in plans)
    if not drafts:
        raise Invalid("按这样的对应关系没有读出任务。请检查表头选在哪一行、各列是不是选对了。")
    _replace_plans(session, source, SourceReading(source.name, source.format, source.text, source.sha256, plans), now)
    _remember(session, actor, now, source.scope_id, mapping)
    session.commit()
    return drafts, next(plan.id for plan in source.plans if plan.drafts)


def _source(session: Session, actor: Actor, source_id: int) -> Source:
    source = source_with_plans(session, source_id)
    if source is None:
        raise NotFound("没有找到这个导入文件，可能网址有误。")
    if not actor.may(Permission.INTAKE, source.scope.path):
        raise Forbidden(Permission.INTAKE, "指定该表格各列的含义")
    return source


def _rows(source: Source) -> tuple[tuple[str, ...], ...]:
    """The first rows of the table that a person is asked about; raises Invalid when there is none."""
    rows = _largest(source.text) if source.format in SHEET_FORMATS else []
    if not rows:
        raise Invalid("这个文件里没有可以指定各列含义的表格。")
    if len(rows[0]) > MOST_COLUMNS:
        raise Invalid(f"表格超过 {MOST_COLUMNS} 列，请只保留任务、单位、时限等需要的列，另存后重新导入。")
    return tuple(rows[:HEADER_ROWS])


def _largest(text: str) -> list[tuple[str, ...]]:
    return max(tables_in(text), key=len, default=[])


def _mapping(rows: Sequence[tuple[str, ...]], chosen: Chosen) -> Mapping:
    if not 0 <= chosen.header < len(rows):
        raise Invalid("请选择表头在哪一行。")
    return Mapping(rows[chosen.header], chosen.uses)


def _settled(session: Session, source: Source) -> str | None:
    """Why a source may not be read again: somebody has worked on what was read out of it."""
    touched = select(Draft.id).where(
        Draft.plan_id.in_([plan.id for plan in source.plans]),
        (Draft.state != DraftState.OPEN) | Draft.edited | Draft.changed_at.is_not(None),
    )
    if session.scalar(touched.limit(1)) is None:
        return None
    return "这个表格里已有待核任务被采纳、舍弃或修改，不能再整表重新读取。请在核对页逐条修改。"


def _replace_plans(session: Session, source: Source, reading: SourceReading, now: datetime) -> None:
    for plan in list(source.plans):
        session.delete(session.get_one(Plan, plan.id))
    session.flush()
    session.expire(source, ["plans"])
    source.plans.extend(plan_rows(reading, source.scope, now))
    session.flush()


def _remember(session: Session, actor: Actor, now: datetime, scope_id: int, mapping: Mapping) -> None:
    digest = header_digest(mapping.header)
    found = next(iter(mappings_of(session, scope_id, [digest])), None)
    if found is None:
        found = ColumnMapping(scope_id=scope_id, digest=digest)
        session.add(found)
    found.header, found.uses = list(mapping.header), [use.value for use in mapping.uses]
    found.set_by_id, found.set_at = actor.person_id or None, now
