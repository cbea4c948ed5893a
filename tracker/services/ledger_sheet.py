"""The 台账 as a sheet, in the columns that offices keep, for any list and as of any day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import State
from tracker.export.papers import day_words
from tracker.export.sheets import Cell, Column, sheet_bytes
from tracker.services.handling import Names, names_of
from tracker.services.histories import Histories, end_of, histories, parts_on_days
from tracker.services.ledger import LedgerRow
from tracker.services.listings import Listing, filter_of, listed, told
from tracker.services.lit import When
from tracker.services.past_words import past_words
from tracker.store.as_of_queries import last_words_until
from tracker.store.handling_queries import handling_of
from tracker.store.late_items import REPORTS

COLUMNS = (
    Column("序号", 6),
    Column("文件", 32),
    Column("文号", 20),
    Column("任务", 40),
    Column("牵头/责任单位", 20),
    Column("配合单位", 24),
    Column("分管领导", 10),
    Column("承办科室", 14),
    Column("承办人", 10),
    Column("电话", 14),
    Column("完成时限（原定）", 13),
    Column("完成时限（现行）", 13),
    Column("进展", 44),
    Column("完成比例", 9),
    Column("状态", 12),
    Column("亮灯", 9),
    Column("办结日期", 13),
    Column("结果", 18),
    Column("备注", 24),
)


@dataclass(frozen=True, slots=True)
class Partners:
    """The names of a task's units on the day: lead and responsible ones, and those in support."""

    main: list[str]
    support: list[str]


def ledger_sheet(session: Session, actor: Actor, when: When, wanted: Listing) -> bytes:
    """The list as an .xlsx file; the same rows in the same order as on its page. ``when`` is the period's last day."""
    known = histories(session, filter_of(session, wanted.unit_id, wanted.plan_id))
    rows = listed(session, actor, when, wanted, known)
    title = "督查事项台账" if wanted.show.measure is None and wanted.show.value == "all" else f"{wanted.show.label}清单"
    since, until = day_words(wanted.period.since), day_words(wanted.period.until)
    note = f"{since}至{until}，共{len(rows)}项。{told(wanted, when)}{past_words(session, when)}"
    return sheet_bytes(title, COLUMNS, _cells(session, when, rows, known), note)


def _cells(session: Session, when: When, rows: Sequence[LedgerRow], known: Histories) -> Iterator[tuple[Cell, ...]]:
    partners = partners_of(known, when)
    latest, named = _latest_words(session, when, rows), _names(session, when, rows, known)
    for number, row in enumerate(rows, 1):
        then, others, who = row.then, partners[row.task_id], named[row.assignment_id]
        main = f"{row.unit.name}（{row.role.label}）" if row.role.completes else "、".join(others.main)
        yield (
            number,
            row.plan_title,
            row.plan_number,
            row.title,
            main or None,
            ("、".join(others.support) if row.role.completes else row.unit.name) or None,
            who.leader or None,
            who.section or None,
            who.handler or None,
            who.phone or None,
            then.original_due_on,
            then.due_on,
            latest.get(row.assignment_id),
            f"{then.percent}%",
            then.state.label,
            row.lit.light.label,
            then.completed_on,
            then.outcome.label if then.outcome else None,
            _remarks(row, when.pack.judged_by),
        )


def _remarks(row: LedgerRow, by: JudgedBy) -> str | None:
    """What the other columns do not say: lateness and the day that it goes by, extensions, returns, whose row it is."""
    submitted_on = row.submitted_on_of(by)
    said = [
        "本行为配合单位的分工" if not row.role.completes else "",
        f"逾期{row.days_late}天" if row.days_late else "",
        f"{day_words(submitted_on)}提交" if submitted_on else "",
        "超期办结" if row.lit.is_late else "",
        f"延期{row.then.extended}次" if row.then.extended else "",
        f"退回{row.then.returned}次" if row.then.returned else "",
        f"重新办理{row.then.reopened}次" if row.then.reopened else "",
    ]
    return "；".join(filter(None, said)) or None


def partners_of(known: Histories, when: When) -> dict[int, Partners]:
    """The units of each task as of the day, whoever asks: a task's page names them too."""
    found: dict[int, Partners] = {}
    for part in parts_on_days(known, [when.today], when.zone)[when.today]:
        partners = found.setdefault(part.facts.task_id, Partners([], []))
        if part.then.state is not State.WITHDRAWN:
            (partners.main if part.facts.role.completes else partners.support).append(part.unit.name)
    return found


def _latest_words(session: Session, when: When, rows: Sequence[LedgerRow]) -> dict[int, str]:
    """What each unit had reported last by the end of the day."""
    ids = (row.assignment_id for row in rows)
    return last_words_until(session, ids, end_of(when.today, when.zone), REPORTS)


def _names(session: Session, when: When, rows: Sequence[LedgerRow], known: Histories) -> dict[int, Names]:
    """Who did the work of each part at the end of the day; empty names where nobody was told."""
    ids = [row.assignment_id for row in rows]
    filed, end = handling_of(session, ids), end_of(when.today, when.zone)
    return {each: replace(names_of(filed.get(each)), **known.former.handlers(each, end)) for each in ids}
