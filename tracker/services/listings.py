"""The lists behind the numbers: each is a question about the ledger of one day, so that a number and its list agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.division import parts_above
from tracker.domain.figures import Basis, Period, Yardstick, counted_once
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light, is_overdue
from tracker.domain.measures import Measure
from tracker.domain.titles import brief_title
from tracker.services.errors import NotFound
from tracker.services.file_names import office_name, period_part
from tracker.services.histories import (
    Histories,
    LedgerFilter,
    end_of,
    histories,
    parts_on_days,
    reached,
    units_called,
    unless_all,
)
from tracker.services.ledger import LedgerRow, ledger
from tracker.services.lit import When, limits
from tracker.store.extensions import Extension
from tracker.store.plans import Plan
from tracker.store.shortlists import counted_in, open_then, shortlist
from tracker.store.task_queries import Condition, lights_of_chased
from tracker.store.tasks import Assignment
from tracker.store.units import Unit

NEXT_DAYS = 7


class Show(StrEnum):
    """Which parts a list shows: those behind a measure, or those that a dashboard counts by the light."""

    ALL = "all"
    ASSIGNED = "assigned"
    COMPLETED = "completed"
    DUE = "due"
    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    OVERDUE = "overdue"
    RETURNED = "returned"
    EXTENDED = "extended"
    OPEN = "open"
    RED = "red"
    YELLOW = "yellow"
    NEWLY_RED = "newly_red"
    SOON = "soon"
    UNSIGNED = "unsigned"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    ASKING = "asking"

    @property
    def measure(self) -> Measure | None:
        """The measure whose parts these are."""
        return Measure(self.value) if self.value in {measure.value for measure in Measure} else None

    @property
    def label(self) -> str:
        return self.measure.label if self.measure else _LABELS[self][0]

    def meaning(self, by: JudgedBy) -> str:
        """What is listed, in a sentence."""
        return self.measure.meaning(by) if self.measure else _LABELS[self][1]

    @property
    def is_judged(self) -> bool:
        """Whether it hangs on the day by which what was completed is judged."""
        return self in _JUDGED


_LABELS = {
    Show.ALL: ("台账", "到期末已下达的全部事项，含已办结和撤销的。"),
    Show.OPEN: ("在办", "到期末尚未办结、仍在催办的事项。"),
    Show.RED: ("红灯", "到期末亮红灯的事项：时限已过、仍未销号。"),
    Show.YELLOW: ("黄灯", "到期末亮黄灯的事项：临近时限、超期未签收或迟报。"),
    Show.NEWLY_RED: ("新增逾期", "本期内过了时限、到期末仍未销号的事项。"),
    Show.SOON: (f"{NEXT_DAYS}天内到期", f"期末之后{NEXT_DAYS}天内（含当天）到期、尚未销号的事项。"),
    Show.UNSIGNED: ("未签收", "到期末已下达、尚未签收的事项。"),
    Show.SUBMITTED: ("待审核", "单位已申请办结、等待审核的事项。"),
    Show.DECLINED: ("退办待处理", "单位已退办、等待转办或撤销的事项。"),
    Show.ASKING: ("延期待批", "单位已申请延期、等待批复的事项。"),
}


_JUDGED = (Show.ON_TIME, Show.LATE)
COUNTED_ONCE = (Show.OPEN, Show.RED, Show.YELLOW)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which list is asked for. ``unit_id`` stands for the unit and all below it, with ``alone`` for itself only."""

    show: Show
    period: Period
    unit_id: int | None = None
    alone: bool = False
    plan_id: int | None = None
    basis: Basis = Basis.CURRENT


def listed(
    session: Session, actor: Actor, when: When, wanted: Listing, known: Histories | None = None
) -> list[LedgerRow]:
    """The parts of the list as they stood at the end of the period's last day, which is ``when.today``.

    Exactly the parts that ``figures`` counts for the same period, unit and plan.
    """
    return lists_of(session, actor, when, wanted, (wanted.show,), known)[wanted.show]


def lists_of(  # noqa: PLR0917 - who asks for what, and what was read of it already
    session: Session,
    actor: Actor,
    when: When,
    wanted: Listing,
    shows: Sequence[Show],
    known: Histories | None = None,
) -> dict[Show, list[LedgerRow]]:
    """Several lists of one period, unit and plan, out of one ledger; ``wanted.show`` does not matter."""
    known = known or _histories(session, actor, when, wanted, shows)
    rows = ledger(session, actor, when, permission=Permission.SUPERVISE, known=known)
    if wanted.alone:
        rows = [row for row in rows if row.unit.id == wanted.unit_id]
    measures = _measures(when, wanted, rows, known) if any(show.measure for show in shows) else {}
    asked = asking(session, when) if Show.ASKING in shows else frozenset()
    return {
        show: [row for row in rows if show.measure in measures[row.assignment_id]]
        if show.measure
        else chosen(show, wanted.period, rows, asked)
        for show in shows
    }


def _histories(session: Session, actor: Actor, when: When, wanted: Listing, shows: Sequence[Show]) -> Histories:
    """The histories of the tasks that may stand in one of the lists."""
    asked = filter_of(session, wanted.unit_id, wanted.plan_id)
    if Show.ALL in shows:
        return histories(session, asked)
    units = units_called(session)
    in_reach = reached(units, asked, actor, Permission.SUPERVISE)
    period = wanted.period
    ends = end_of(period.day_before, when.zone), end_of(period.until, when.zone)
    conditions = [each for show in shows for each in _may_be(show, when, wanted, ends)]
    return histories(session, asked, shortlist(session, ends, conditions, unless_all(in_reach, units)))


def _may_be(show: Show, when: When, wanted: Listing, ends: tuple[datetime, datetime]) -> Sequence[Condition]:
    """What the row of a part meets that stands in the list, if it tells of the day."""
    last = wanted.period.until
    if show.measure:
        return counted_in(show.measure, wanted.period, ends, wanted.basis)
    if show is Show.ASKING:
        return [Assignment.id.in_(waiting_parts(ends[1]))]
    narrower: dict[Show, Condition] = {
        Show.RED: Assignment.due_on < last,
        Show.NEWLY_RED: Assignment.due_on < last,
        Show.SOON: Assignment.due_on.between(last, last + timedelta(days=NEXT_DAYS)),
    }
    if not when.is_past:
        narrower[Show.YELLOW] = lights_of_chased(last, limits(when), when.pack)[1]
        narrower |= {show: Assignment.state == state for show, state in _OF_STATE.items()}
    return open_then(last, narrower.get(show, true()))


_OF_STATE = {Show.UNSIGNED: State.DISPATCHED, Show.SUBMITTED: State.SUBMITTED, Show.DECLINED: State.DECLINED}


def told(wanted: Listing, when: When) -> str:
    """What the list holds, by which date, and by which day it was judged, in sentences."""
    by = when.pack.judged_by
    basis = f"（按{wanted.basis.label}）" if wanted.show.measure else ""
    return f"{wanted.show.meaning(by)}{basis}{by.meaning if wanted.show.is_judged else ''}"


def filter_of(session: Session, unit_id: int | None, plan_id: int | None) -> LedgerFilter:
    """The ledger's filter; raises NotFound when there is no such unit or plan."""
    unit = session.get(Unit, unit_id) if unit_id else None
    if (unit_id and unit is None) or (plan_id and session.get(Plan, plan_id) is None):
        raise NotFound("没有所选的单位或文件，可能已被删除，请重新选择。")
    return LedgerFilter(unit.path if unit else None, plan_id)


def name_of_list(session: Session, kind: str, wanted: Listing) -> str:
    """What a file about the list is called, without an ending: 督查通报-市教育局-2023-01-01至2023-06-15."""
    unit = session.get(Unit, wanted.unit_id) if wanted.unit_id else None
    plan = session.get(Plan, wanted.plan_id) if wanted.plan_id else None
    about = (unit.name if unit else None, brief_title(plan.title) if plan else None)
    return office_name(kind, *about, period_part(wanted.period.since, wanted.period.until))


def _measures(
    when: When, wanted: Listing, rows: Sequence[LedgerRow], known: Histories
) -> dict[int, tuple[Measure, ...]]:
    """The measures that count each row, by the part's id."""
    day = wanted.period.day_before
    before = {part.assignment_id: part.then for part in parts_on_days(known, [day], when.zone)[day]}
    return counted_once(rows, before, wanted.period, Yardstick(wanted.basis, when.pack.judged_by))


def chosen(show: Show, period: Period, rows: Sequence[LedgerRow], asked: frozenset[int]) -> list[LedgerRow]:
    """The rows of the period's last day that a list holds which is no measure's; ``asked`` are the parts whose units
    asked for another date.

    Lists that are told as numbers of the work leave out what was divided from a part that they hold (分解), as
    ``tracker.domain.figures.counted_once`` does; lists of what is to be done hold every part by itself.
    """
    found = list(filter(_chooser(show, period, asked), rows))
    if show not in COUNTED_ONCE:
        return found
    held = {row.assignment_id for row in found}
    parents = {row.assignment_id: row.parent_assignment_id for row in rows}
    return [row for row in found if held.isdisjoint(parts_above(row.assignment_id, parents))]


def _chooser(show: Show, period: Period, asked: frozenset[int]) -> Callable[[LedgerRow], bool]:
    last = period.until
    tests: dict[Show, Callable[[LedgerRow], bool]] = {
        Show.ALL: lambda row: True,
        Show.OPEN: lambda row: row.is_chased,
        Show.RED: lambda row: row.lit.light is Light.RED,
        Show.YELLOW: lambda row: row.lit.light is Light.YELLOW,
        Show.NEWLY_RED: lambda row: _turned_red(row, period),
        Show.SOON: lambda row: row.is_chased and row.then.due_on in Period(last, last + timedelta(days=NEXT_DAYS)),
        Show.UNSIGNED: lambda row: row.is_chased and row.then.state is State.DISPATCHED,
        Show.SUBMITTED: lambda row: row.then.state is State.SUBMITTED,
        Show.DECLINED: lambda row: row.then.state is State.DECLINED,
        Show.ASKING: lambda row: row.assignment_id in asked,
    }
    return tests[show]


def _turned_red(row: LedgerRow, period: Period) -> bool:
    """Whether the part became overdue within the period: on the day after its date."""
    due_on = row.then.due_on
    late = is_overdue(row.then.state, due_on, period.until, row.task_state)
    return late and due_on is not None and due_on + timedelta(days=1) in period


def asking(session: Session, when: When) -> frozenset[int]:
    """The parts whose units had asked for another date and waited for the answer at the end of the day."""
    return frozenset(session.scalars(waiting_parts(end_of(when.today, when.zone))))


def waiting_parts(end: datetime) -> Select[int]:
    """The ids of the parts whose units waited for the answer just before ``end``."""
    waiting = or_(Extension.decided_at.is_(None), Extension.decided_at >= end)
    return select(Extension.assignment_id).where(Extension.asked_at < end, waiting)
