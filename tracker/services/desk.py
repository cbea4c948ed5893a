"""What a liaison's units have to do: 我的任务."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import and_
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import Event, State
from tracker.services.lit import Part, When, part_of
from tracker.store import task_queries as ask
from tracker.store.overdue import due_within, overdue_on
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.reach import within
from tracker.store.tasks import Assignment

SOON_DAYS = 30
SHOWN_AT_ONCE = 10


class Section(StrEnum):
    """The questions that the page answers; one item may stand under several of them."""

    TO_SIGN = "to_sign"
    OVERDUE = "overdue"
    SOON = "soon"
    IN_PROGRESS = "in_progress"
    DONE = "done"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def help(self) -> str:
        """One line that says what is counted."""
        return _HELP[self]


_LABELS = {
    Section.TO_SIGN: "待签收",
    Section.OVERDUE: "逾期",
    Section.SOON: f"{SOON_DAYS}天内到期",
    Section.IN_PROGRESS: "办理中",
    Section.DONE: "已办结",
}
_HELP = {
    Section.TO_SIGN: "已下达、尚未签收的事项。请尽快签收；不属本单位职责的，可以退办。",
    Section.OVERDUE: "已过完成时限、尚未销号的事项，含未签收和待审核的。",
    Section.SOON: f"今天起{SOON_DAYS}天内到期、尚未销号的事项。",
    Section.IN_PROGRESS: "已签收、尚未销号的全部事项，含待审核、退办和挂账的。",
    Section.DONE: "督查室已审核销号的事项，最近办结的在前。",
}


@dataclass(frozen=True, slots=True)
class Window:
    """Which of a section's items are fetched."""

    total: int
    size: int
    number: int = 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """One section of the page with those of its items that are shown."""

    section: Section
    page: Page[Part]

    @property
    def hidden(self) -> int:
        """How many items stand on other pages."""
        return self.page.total - len(self.page.rows)


def desk(session: Session, actor: Actor, when: When) -> list[Shelf]:
    """Every section with its count and its first items."""
    counts = section_counts(session, actor, when)
    return [_shelf(session, actor, when, section, Window(counts[section], SHOWN_AT_ONCE)) for section in Section]


def desk_section(session: Session, actor: Actor, when: When, section: Section, number: int) -> Shelf:
    """One section alone, in pages."""
    count = section_counts(session, actor, when)[section]
    return _shelf(session, actor, when, section, Window(count, PAGE_SIZE, page_number(number, count)))


def section_counts(session: Session, actor: Actor, when: When) -> dict[Section, int]:
    """How many items each section has."""
    conditions = {section.value: condition for section, condition in _conditions(when).items()}
    counts = ask.counts_of(session, within(actor, Permission.WORK_OWN), **conditions)
    return {section: counts[section.value] for section in Section}


def _conditions(when: When) -> dict[Section, ask.Condition]:
    return {
        Section.TO_SIGN: Assignment.state == State.DISPATCHED,
        Section.OVERDUE: overdue_on(when.today),
        Section.SOON: due_within(when.today, SOON_DAYS),
        Section.IN_PROGRESS: ask.signed_and_open(),
        Section.DONE: Assignment.state == State.COMPLETED,
    }


def _shelf(session: Session, actor: Actor, when: When, section: Section, window: Window) -> Shelf:
    if not window.total:
        return Shelf(section, Page((), 1, 0))
    conditions = [and_(within(actor, Permission.WORK_OWN), _conditions(when)[section])]
    found = ask.parts(session, conditions, _order(section), window.size, (window.number - 1) * window.size)
    turns = ask.last_entry_of_each(session, [part.id for part in found], *TURNS)
    rows = [part_of(part, when, turns.get(part.id)) for part in found]
    return Shelf(section, Page(rows, window.number, window.total))


# Of these the last one tells how the item came to where it is; a row says so when it was sent back.
TURNS = tuple(event.value for event in Event if event is not Event.REPORT)


def _order(section: Section) -> tuple[Any, ...]:
    if section is Section.DONE:
        return (Assignment.completed_on.desc(),)
    return ask.UNDATED_LAST, Assignment.due_on
