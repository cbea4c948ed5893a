"""The figures of a period counted by the database, for parts whose rows tell how they stood at the end of it.

Each question reads a range of an index: what is due, completed or given out within the period, what went past its day.
What must be told from its history, the caller names, and counts by itself (``tracker.services.boards``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.domain.figures import Basis, Period, Yardstick
from tracker.domain.history import EXTENSION_GRANTED
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import Event, State
from tracker.domain.measures import Measure
from tracker.domain.roles import Role
from tracker.store.among import among, not_among
from tracker.store.calc_days import days_between, office_day
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


def parts_counted(session: Session, asked: Asked, measure: Measure) -> Sequence[Select[int]]:
    """The task of each part that the measure counts, as questions of which none tells of a part that another does."""
    return list(_Questions(session, asked, Assignment.unit_id).parts(measure))


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


def it_happened_to(measure: Measure, begins: datetime, ends: datetime) -> Condition:
    """The same of a part: that its history has such an entry."""
    return Assignment.id.in_(select(HistoryEntry.assignment_id).where(*happened(measure, begins, ends)))


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
        return self._ask({Measure.COMPLETED: func.count()}, self._is_completed())

    def _is_completed(self) -> Condition:
        return Assignment.completed_on.between(self.asked.period.since, self.asked.period.until)

    def due(self) -> Select[Any]:
        """How the dates within the period ended."""
        ends = self._ends()
        late_days = days_between(self._ended_on(), self.due_on)
        open_days = days_between(literal(self.asked.period.until), self.due_on)
        return self._ask(
            {measure: _sum(condition) for measure, condition in ends.items()},
            self._is_due(),
            days=func.sum(case((ends[Measure.LATE], late_days), (ends[Measure.MISSED], open_days), else_=0)),
        )

    def _is_due(self) -> Condition:
        return self.due_on.between(self.asked.period.since, self.asked.period.until)

    def _ends(self) -> dict[Measure, Condition]:
        """How a date within the period may have ended; of what is none of these it is not told yet."""
        last = self.asked.period.until
        done, in_time = Assignment.completed_on <= last, self._ended_on() <= self.due_on
        missed = and_(self.due_on < last, or_(AWAITED, Assignment.completed_on > last))
        return {Measure.ON_TIME: and_(done, in_time), Measure.LATE: and_(done, ~in_time), Measure.MISSED: missed}

    def by_date(self) -> Iterator[Select[Any]]:
        """What is due, and what is open past its date: now, or until after the period."""
        yield self.due()
        for conditions in self._overdue():
            yield self._ask({Measure.OVERDUE: func.count()}, *conditions)

    def _overdue(self) -> Iterator[Sequence[Condition]]:
        last, is_current = self.asked.period.until, self.asked.yardstick.basis is Basis.CURRENT
        # What is open is few beside all that was ever due: its own index is read, none of the first dates.
        day = self.due_on if is_current else func.coalesce(self.due_on, None)
        yield AWAITED, day < last
        # The last says to the database what follows from the others: which index holds them.
        late = Assignment.completed_on > Assignment.due_on if is_current else true()
        yield Assignment.completed_on > last, self.due_on < last, late

    def parts(self, measure: Measure) -> Iterator[Select[int]]:
        """The task of each part that a measure counts."""
        for conditions in self._of(measure):
            question = select(Assignment.task_id).where(*conditions, *self._counts())
            yield question.join(Task, Assignment.task_id == Task.id) if self.asked.plan_id else question

    def _of(self, measure: Measure) -> Iterable[Sequence[Condition]]:
        if measure is Measure.ASSIGNED:
            return [(Assignment.dispatched_at >= self.asked.begins,)]
        if measure is Measure.COMPLETED:
            return [(self._is_completed(),)]
        if measure is Measure.OVERDUE:
            return self._overdue()
        if measure in HAPPENINGS:
            return [(it_happened_to(measure, self.asked.begins, self.asked.ends),)]
        ends = self._ends()
        return [(self._is_due(), ends.get(measure, or_(*ends.values())))]

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
