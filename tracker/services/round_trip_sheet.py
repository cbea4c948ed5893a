"""The sheet of a unit's open items that is downloaded, filled in and brought back: its columns, its rows, its tokens.

Each row carries a token in a hidden column, signed with the installation's key: whose part it is, how that stood, and
for which unit the sheet was made. Nothing else of a locked cell is believed when the sheet comes back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.day_words import in_words
from tracker.domain.lifecycle import OPEN_STATES, Event
from tracker.export.fill_in import Field, FillRow, fill_in_bytes
from tracker.export.sheets import Cell
from tracker.services.errors import NotFound
from tracker.services.lit import When
from tracker.services.recording import REPORTABLE, Seen
from tracker.services.work import LONGEST_WORDS
from tracker.store import task_queries as ask
from tracker.store.reach import within
from tracker.store.round_trip_queries import newest_entry_ids
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit

WORDS, PERCENT, SUBMIT, REMARK, TASK, TOKEN = "本次进展*", "完成比例*", "是否申请办结*", "备注", "任务", "行标识"
FAULT = "错误说明"
YES, NO = "是", "否"
LONGEST_LATEST = 500
MOST_UNITS = 500

_FIELDS = (
    Field("序号", 6),
    Field(TASK, 36),
    Field("文件", 28),
    Field("角色", 8),
    Field("完成时限", 12),
    Field("状态", 12),
    Field("现进展（最近）", 36),
    Field(WORDS, 44, editable=True, longest=LONGEST_WORDS, tells=f"本次进展不能超过{LONGEST_WORDS}字。"),
    Field(PERCENT, 11, editable=True, most=100, tells="完成比例应为0到100的整数，不带百分号。"),
    Field(SUBMIT, 14, editable=True, choices=(YES, NO), tells="请填“是”或“否”；不填视为“否”。"),
    Field(REMARK, 20, editable=True, longest=500, tells="备注不能超过500字。"),
)
_FAULTS = Field(FAULT, 40, faulty=True)
_TOKENS = Field(TOKEN, 10, hidden=True)
NOTES = (
    "只填黄色的格：有进展的事项填写“本次进展”和“完成比例”，全部完成的在“是否申请办结”选“是”；没有进展的整行不填，"
    "不会报送。待签收的事项，报送时一并签收。",
    "请不要增加列或另建表格；可以筛选、删去不填的行。填好后保存，回到下载的页面上传，核对无误再确认报送。",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row's token says, its signature checked: whose part, for which unit, and how the part stood."""

    uid: str
    unit_id: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed in a row, as it stood in the cells, and what is wrong with it."""

    words: str
    percent: str
    submit: str
    remark: str
    task: str = ""
    faults: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.words, _number(self.percent), self.submit, self.remark


def unit_in_reach(session: Session, actor: Actor, unit_id: int) -> Unit:
    """The unit whose sheet it is; raises NotFound, or Forbidden when the actor may not collect there."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位，请从单位清单重新进入。")
    if not actor.may(Permission.COLLECT, unit.path):
        raise Forbidden(Permission.COLLECT, f"为“{unit.name}”下载或上传填报表")
    return unit


def units_with_items(session: Session, actor: Actor) -> list[tuple[Unit, int]]:
    """The units in reach that have open items, those with the most first, and how many each has."""
    return ask.counts_by_unit(session, [within(actor, Permission.COLLECT), _OPEN], MOST_UNITS)


_OPEN = Assignment.state.in_(OPEN_STATES)


def count_open(session: Session, unit: Unit) -> int:
    """How many open items the unit has."""
    return ask.count_parts(session, [Assignment.unit_id == unit.id, _OPEN])


def unit_sheet(session: Session, actor: Actor, when: When, key: str, unit_id: int) -> bytes:
    """The unit's open items, to be filled in."""
    return _sheet(session, when, key, unit_in_reach(session, actor, unit_id), {}, ())


def returned_sheet(  # noqa: PLR0917 - the same with what was typed
    session: Session,
    actor: Actor,
    when: When,
    key: str,
    unit_id: int,
    typed: Mapping[str, Typed],
    strays: Sequence[Typed],
) -> bytes:
    """The unit's open items as they stand now, with what was typed before (by the part's uid) and what is wrong.

    ``strays`` are rows that belong to no open item; they stand at the end, so that nothing typed is lost.
    """
    return _sheet(session, when, key, unit_in_reach(session, actor, unit_id), typed, strays)


def _sheet(  # noqa: PLR0917
    session: Session, when: When, key: str, unit: Unit, typed: Mapping[str, Typed], strays: Sequence[Typed]
) -> bytes:
    order = (ask.UNDATED_LAST, Assignment.due_on)
    found = ask.parts(session, [Assignment.unit_id == unit.id, _OPEN], order)
    uids = {part.uid for part in found}
    lost = [*strays, *(words for uid, words in typed.items() if uid not in uids)]
    is_back = bool(typed or lost)
    rows = [*_item_rows(session, when, key, found, typed, is_back), *_lost_rows(len(found), lost)]
    fields = (*_FIELDS, _FAULTS, _TOKENS) if is_back else (*_FIELDS, _TOKENS)
    return fill_in_bytes(f"{unit.name}事项进展填报表（{in_words(when.today)}）", NOTES, fields, rows)


def _item_rows(  # noqa: PLR0917
    session: Session, when: When, key: str, found: Sequence[Assignment], typed: Mapping[str, Typed], is_back: bool
) -> Iterator[FillRow]:
    ids = [part.id for part in found]
    latest = ask.last_entry_of_each(session, ids, Event.REPORT, Event.SUBMIT)
    newest = newest_entry_ids(session, ids)
    for number, part in enumerate(found, 1):
        own = typed.get(part.uid)
        fault = ("；".join(own.faults) if own else "",) if is_back else ()
        token = token_of(key, Claim(part.uid, part.unit_id, Seen(part.version, newest.get(part.id, 0))))
        cells = (*_facts(number, part, latest.get(part.id), when), *(own.cells if own else _NOTHING), *fault, token)
        yield FillRow(cells, is_open=part.state in REPORTABLE)


_NOTHING: tuple[Cell, ...] = (None, None, None, None)


def _facts(number: int, part: Assignment, latest: HistoryEntry | None, when: When) -> tuple[Cell, ...]:
    told = f"{part.percent}%　{_cut(latest.words or '')}（{_day(latest.at, when)}）" if latest else "尚未报送"
    plan = part.task.plan
    return number, part.task.title, plan.title, part.role.label, part.due_on, part.state.label, told


def _lost_rows(count: int, lost: Sequence[Typed]) -> Iterator[FillRow]:
    for number, typed in enumerate(lost, count + 1):
        facts: tuple[Cell, ...] = (number, typed.task, None, None, None, "未报送", None)
        yield FillRow((*facts, *typed.cells, "；".join(typed.faults), None), is_open=False)


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_LATEST else words[: LONGEST_LATEST - 1] + "…"


def _day(instant: datetime, when: When) -> str:
    return instant.astimezone(when.zone).date().isoformat()


def _number(text: str) -> Cell:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else text


def token_of(key: str, claim: Claim) -> str:
    """The row's token."""
    told = [claim.uid, claim.unit_id, claim.seen.version, claim.seen.entry_id]
    return str(_signer(key).dumps(told))


def claim_of(key: str, token: str) -> Claim | None:
    """What the token says; None when it was not signed here, or was changed."""
    try:
        uid, unit_id, version, entry_id = _signer(key).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return Claim(uid, unit_id, Seen(version, entry_id))


def _signer(key: str) -> URLSafeSerializer:
    ways = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(key, salt="tracker round trip row", signer_kwargs=ways)
