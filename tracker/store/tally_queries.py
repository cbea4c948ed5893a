"""The figures of a period counted by the database, for parts whose rows tell how they stood at the end of it.

Each question reads a range of an index: what is due, completed or given out within the period, what went past its day.
What must be told from its history, the caller names, and counts by itself (``tracker.services.boards``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.domain.figures import Basis, Period, Yardstick
from tracker.domain.history import EXTENSION_GRANTED, GIVEN_ANEW, UNFORESEEN
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import Event, State
from tracker.domain.measures import Measure
from tracker.domain.roles import Role
from tracker.store.among import among, not_among
from tracker.store.calc_days import days_between, office_day
from tracker.store.handling import Division
from tracker.store.overdue import AWAITED
from tracker.store.tasks import UNTOLD, Assignment, HistoryEntry, Task

Condition = ColumnElement[bool]
_OTHER = aliased(Assignment, name="other_part")


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, which ``begins`` at one instant and ``ends`` before another, and what decides about lateness.

    ``unit_ids`` are those that count, None for all; so ``plan_id``. ``left_out`` are tasks that are counted elsewhere.
    """

    period: Period
    begins: datetime
    ends: datetime
    zone: tzinfo
    yardstick: Yardstick
    unit_ids: Collection[int] | None = None
    plan_id: int | None = None
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many parts of one unit or plan count in each measure, and the days of those late and missed."""

    counts: Mapping[Measure, int]
    days_late: int = 0


ByKey = Mapping[int, Counted]


def counted(session: Session, asked: Asked, key: Key) -> ByKey:
    """What counts in the period, of each unit or plan that has any; one statement."""
    asks = _Questions(session, asked, key)
    return _told(session, (asks.given(), asks.completed(), *asks.by_date(), *asks.events()))


def counted_either_way(session: Session, asked: Asked, key: Key) -> dict[Basis, ByKey]:
    """The same by either date; three statements, for what happened is counted once."""
    asks = _Questions(session, asked, key)
    happened = _read(session, (asks.given(), asks.completed(), *asks.events()))
    by_date = {each: replace(asked, yardstick=replace(asked.yardstick, basis=each)) for each in Basis}
    return {
        each: _added_up(happened + _read(session, _Questions(session, of_it, key).by_date()))
        for each, of_it in by_date.items()
    }


def counted_due(session: Session, asked: Asked, key: Key) -> ByKey:
    """What is due in the period, and how it ended; one statement."""
    return _told(session, [_Questions(session, asked, key).due()])


def _told(session: Session, questions: Iterable[Select[Any]]) -> ByKey:
    return _added_up(_read(session, questions))


def _read(session: Session, questions: Iterable[Select[Any]]) -> list[Any]:
    """Rows of a key, days and numbers; each question's have other numbers."""
    return list(session.execute(union_all(*questions)))


def _added_up(rows: Iterable[Any]) -> ByKey:
    """One for each key, with what is due: on time, late and missed."""
    counts: defaultdict[int, Counter[Measure]] = defaultdict(Counter)
    days: Counter[int] = Counter()
    for key, days_late, *numbers in rows:
        counts[key].update({measure: number or 0 for measure, number in zip(_COLUMNS, numbers, strict=True)})
        days[key] += days_late or 0
    for each in counts.values():
        each[Measure.DUE] = each[Measure.ON_TIME] + each[Measure.LATE] + each[Measure.MISSED]
    return {key: Counted(each, days[key]) for key, each in counts.items()}


def due_column(basis: Basis) -> InstrumentedAttribute[date | None]:
    """The date by which a part is judged."""
    return Assignment.due_on if basis is Basis.CURRENT else Assignment.original_due_on


HAPPENINGS: Mapping[Measure, str] = {Measure.RETURNED: Event.RETURN.value, Measure.EXTENDED: EXTENSION_GRANTED}


def happened(measure: Measure, begins: datetime, ends: datetime) -> tuple[Condition, ...]:
    """That an entry of the history is what the measure counts, from one instant until before another."""
    return UNTOLD, HistoryEntry.event == HAPPENINGS[measure], HistoryEntry.at >= begins, HistoryEntry.at < ends


Key = InstrumentedAttribute[int]
_COLUMNS: tuple[Measure, ...] = tuple(measure for measure in Measure if measure is not Measure.DUE)


class _Questions:
    """One question for each range of an index that is read, all with the same columns."""

    def __init__(self, session: Session, asked: Asked, key: Key) -> None:
        self.session, self.asked, self.key = session, asked, key
        self.due_on = due_column(asked.yardstick.basis)

    def given(self) -> Select[Any]:
        """What was given out within the period."""
        return self._ask({Measure.ASSIGNED: func.count()}, Assignment.dispatched_at >= self.asked.begins)

    def completed(self) -> Select[Any]:
        within = Assignment.completed_on.between(self.asked.period.since, self.asked.period.until)
        return self._ask({Measure.COMPLETED: func.count()}, within)

    def due(self) -> Select[Any]:
        """How the dates within the period ended."""
        asked, ended_on = self.asked, self._ended_on()
        done, in_time = Assignment.completed_on <= asked.period.until, ended_on <= self.due_on
        missed = and_(self.due_on < asked.period.until, or_(AWAITED, Assignment.completed_on > asked.period.until))
        late_days, open_days = (
            days_between(ended_on, self.due_on),
            days_between(literal(asked.period.until), self.due_on),
        )
        return self._ask(
            {
                Measure.ON_TIME: _sum(and_(done, in_time)),
                Measure.LATE: _sum(and_(done, ~in_time)),
                Measure.MISSED: _sum(missed),
            },
            self.due_on.between(asked.period.since, asked.period.until),
            days=func.sum(case((and_(done, ~in_time), late_days), (missed, open_days), else_=0)),
        )

    def by_date(self) -> Iterator[Select[Any]]:
        """What is due, and what is open past its date: now, or until after the period."""
        asked, overdue = self.asked, {Measure.OVERDUE: func.count()}
        yield self.due()
        # What is open is few beside all that was ever due: its own index is read, none of the first dates.
        day = self.due_on if asked.yardstick.basis is Basis.CURRENT else func.coalesce(self.due_on, None)
        yield self._ask(overdue, AWAITED, day < asked.period.until)
        # The second says to the database what follows from the others: which index holds them.
        late = Assignment.completed_on > Assignment.due_on if asked.yardstick.basis is Basis.CURRENT else true()
        yield self._ask(overdue, Assignment.completed_on > asked.period.until, self.due_on < asked.period.until, late)

    def events(self) -> Iterator[Select[Any]]:
        """What was returned within the period, or got a later date, each part once."""
        for measure in HAPPENINGS:
            number = func.count(distinct(HistoryEntry.assignment_id))
            question = self._ask({measure: number}, *happened(measure, self.asked.begins, self.asked.ends))
            yield question.join(HistoryEntry, HistoryEntry.assignment_id == Assignment.id)

    def _ask(
        self,
        numbers: Mapping[Measure, ColumnElement[int]],
        *conditions: Condition,
        days: ColumnElement[int] | None = None,
    ) -> Select[Any]:
        told: list[ColumnElement[Any]] = [numbers.get(measure, literal(0)).label(measure.value) for measure in _COLUMNS]
        # Grouped by a sum, so that no index on the key is walked for the order: the ranges are what is short.
        first = (self.key + 0).label("key")
        columns = [first, (literal(0) if days is None else days).label("days"), *told]
        question: Select[Any] = select(*columns).select_from(Assignment).where(*conditions, *self._counts())
        if self.key is Task.plan_id or self.asked.plan_id:
            question = question.join(Task, Assignment.task_id == Task.id)
        return question.group_by(first)

    def _counts(self) -> Iterator[Condition]:
        """That a part counts at all: there by the end of the period, not withdrawn, and awaited by its task."""
        asked = self.asked
        yield Assignment.dispatched_at < asked.ends
        yield Assignment.state != State.WITHDRAWN
        yield or_(Assignment.role != Role.SUPPORT, ~_others_carry(asked.ends))
        if asked.unit_ids is not None:
            yield among(self.session, Assignment.unit_id, asked.unit_ids)
        if asked.plan_id:
            yield Task.plan_id == asked.plan_id
        if asked.left_out:
            yield not_among(self.session, Assignment.task_id, asked.left_out)

    def _ended_on(self) -> Any:
        """The day that is held against the date (``tracker.domain.lateness.judged_on``)."""
        if self.asked.yardstick.judged_by is JudgedBy.ACCEPTANCE:
            return Assignment.completed_on
        submitted_on = office_day(Assignment.submitted_at, self.asked.zone, self.asked.period.until)
        return func.coalesce(submitted_on, Assignment.completed_on)


def _sum(condition: Condition) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _others_carry(ends: datetime) -> Condition:
    """That the task had a lead or a responsible unit by then: it does not wait for its units in support."""
    carried = (_OTHER.task_id == Assignment.task_id, _OTHER.role != Role.SUPPORT, _OTHER.dispatched_at < ends)
    return exists().where(*carried).correlate(Assignment)


@dataclass(frozen=True, slots=True)
class Turn:
    """When something last happened to a task that the rows of its parts do not tell, and when those were given out."""

    task_id: int
    last: datetime
    there: datetime | None

    def hides(self, end: datetime) -> bool:
        """Whether the rows do not tell how the task stood just before ``end``."""
        return self.last >= end and (self.there is None or self.there < end)


def turns_since(session: Session, begins: datetime) -> list[Turn]:
    """The tasks whose rows do not tell how they stood at some instant from ``begins`` on; one statement.

    ``there`` is None where a part may have been there before the day that its row names.
    """
    anew = HistoryEntry.event.in_(GIVEN_ANEW)
    there = case((func.max(case((anew, 1), else_=0)) == 0, func.min(Assignment.dispatched_at)))
    found = select(Assignment.task_id, func.max(HistoryEntry.at), there).join(HistoryEntry.assignment)
    wanted = found.where(UNTOLD, HistoryEntry.event.in_(UNFORESEEN), HistoryEntry.at >= begins).group_by(
        Assignment.task_id
    )
    return [Turn(*row) for row in session.execute(wanted)]


def given_anew_since(session: Session, begins: datetime) -> set[int]:
    """The tasks of which a part got another unit or day of dispatch, or may have, from ``begins`` on; one statement."""
    found = select(Assignment.task_id).join(HistoryEntry.assignment)
    anew = HistoryEntry.event.in_(GIVEN_ANEW), HistoryEntry.at >= begins
    return set(session.scalars(found.where(UNTOLD, *anew)))


def divided_tasks(session: Session) -> set[int]:
    """The tasks of which a part was divided, and those that were made so; one statement."""
    parents = select(Assignment.task_id).join(Division, Division.parent_id == Assignment.id)
    return set(session.scalars(union(select(Division.task_id), parents)))


def untold_tasks(session: Session, ends: Collection[datetime]) -> dict[datetime, set[int]]:
    """For each of the instants the tasks whose rows do not tell how they stood just before it, and divided ones.

    Two statements.
    """
    turns, divided = turns_since(session, min(ends)), divided_tasks(session)
    return {end: divided | {turn.task_id for turn in turns if turn.hides(end)} for end in ends}
