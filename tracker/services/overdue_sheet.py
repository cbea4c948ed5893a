"""The overdue list as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.day_words import in_words
from tracker.export.sheets import Cell, Column, sheet_bytes
from tracker.services.histories import end_of
from tracker.services.lit import Day
from tracker.services.past_words import past_words
from tracker.services.supervision import Filter, OverdueFilter, overdue_conditions, overdue_order
from tracker.store.former_queries import former_values
from tracker.store.late_items import LateItem, late_items
from tracker.store.plans import Plan
from tracker.store.units import Unit


def overdue_sheet(session: Session, actor: Actor, day: Day, wanted: OverdueFilter) -> bytes:
    """The whole list, as it is filtered and sorted, as an .xlsx file."""
    conditions = overdue_conditions(session, actor, day, wanted)
    return sheet_of(session, day, wanted, late_items(session, conditions, overdue_order(wanted)))


def sheet_of(session: Session, day: Day, wanted: OverdueFilter, items: Sequence[LateItem]) -> bytes:
    """The sheet of these items: those of today, or of a past day."""
    note = f"截至{_words(day)}，共{len(items)}项。{_said(session, day, wanted)}{past_words(session, day)}"
    return sheet_bytes("逾期清单", OVERDUE_COLUMNS, _overdue_rows(items, day), note)


OVERDUE_COLUMNS = (
    Column("序号", 6),
    Column("任务", 40),
    Column("责任单位", 20),
    Column("角色", 8),
    Column("来源文件", 40),
    Column("文号", 22),
    Column("完成时限", 13),
    Column("原定时限", 13),
    Column("逾期天数", 10),
    Column("状态", 12),
    Column("最近进展", 50),
)


def _overdue_rows(items: Sequence[LateItem], day: Day) -> Iterator[tuple[Cell, ...]]:
    for number, item in enumerate(items, 1):
        yield (
            number,
            item.title,
            item.unit,
            item.role.label,
            item.plan_title,
            item.plan_number,
            item.due_on,
            item.original_due_on,
            item.days_late(day.today),
            item.state.label,
            item.told,
        )


def _words(day: Day) -> str:
    return in_words(day.today)


def _said(session: Session, day: Day, wanted: OverdueFilter) -> str:
    """The filters in words, for the note under a sheet's title; empty when nothing is filtered."""
    unit, plan = _chosen_names(session, day, wanted)
    said = [
        f"查找“{wanted.words}”" if wanted.words else "",
        f"单位：{unit}（含下属单位）" if unit else "",
        f"文件：{plan}" if plan else "",
        f"逾期不少于{wanted.min_days}天" if wanted.min_days else "",
        f"角色：{wanted.role.label}" if wanted.role else "",
    ]
    filters = "；".join(filter(None, said))
    return f"筛选条件：{filters}。" if filters else ""


def _chosen_names(session: Session, day: Day, wanted: Filter) -> tuple[str, str]:
    """What the chosen unit and plan were called on the day; empty where none was chosen."""
    unit = session.get(Unit, wanted.unit_id) if wanted.unit_id else None
    plan = session.get(Plan, wanted.plan_id) if wanted.plan_id else None
    names = unit.name if unit else "", plan.title if plan else ""
    if not day.is_past or not any(names):
        return names
    former, end = former_values(session), end_of(day.today, day.zone)
    unit_then, plan_then = former.unit(wanted.unit_id or 0, end), former.plan(wanted.plan_id or 0, end)
    return unit_then.get("name", names[0]), plan_then.get("title", names[1])
