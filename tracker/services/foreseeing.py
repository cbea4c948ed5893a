"""What will be told tomorrow, to whom, by which channel: asked of the very functions by which the sweep records.

Nothing is written. Foreseen is what follows from the present; what people do until then, and the recurring duties that
come tomorrow, are not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, joinedload

from tracker.clock import Clock
from tracker.domain.access import Actor, Permission
from tracker.domain.notice_policy import NoticePolicy
from tracker.domain.notices import NoticeKind, horizon_of, reached
from tracker.domain.quiet import next_writing_day
from tracker.services.calendars import work_calendar
from tracker.services.notice_policies import Policies, policies
from tracker.services.sweep import changed_since, decide
from tracker.services.sweep_kinds import Kinds, owed_by_kind
from tracker.store import sweep_queries as queries
from tracker.store import sweep_runs
from tracker.store.notice_recording import foreseen, owed_to_parts
from tracker.store.people import Person
from tracker.store.robots import Robot
from tracker.store.tasks import Assignment, Task

PARTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A notice that tomorrow's sweep would tell: the columns of its unique key, and how late it would be."""

    assignment_id: int
    kind: NoticeKind
    due_on: date
    step: int
    planned_on: date
    late_days: int
    subject: str
    recipient_key: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A foreseen notice as the page shows it. ``channels``: what carries it beside the inbox, in words."""

    notice: Foreseen
    label: str
    part: Assignment
    person: Person | None
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """All that is foreseen within reach, by unit; ``leaves_on`` is the day on which mail and robots carry it."""

    day: date
    leaves_on: date
    lines: tuple[Line, ...]


def foresee(session: Session, clock: Clock, day: date, policy: NoticePolicy | None = None) -> list[Foreseen]:
    """What a sweep on ``day``, which is today or later, would tell; by another policy when one is given.

    Reminders that it would record as overtaken by a later rung are not among it: nobody is told of them.
    """
    policy = policy or policies(session).on(day)
    last = sweep_runs.last_finished(session, day)
    since = changed_since(last, clock, day) if last else None
    found: dict[tuple[Any, ...], Foreseen] = {}
    for row in _rows(session, clock, day, policy, last.day if last else None, since):
        each = Foreseen(
            **{name: getattr(row, name) for name in Foreseen.__slots__ if name != "kind"}, kind=NoticeKind(row.kind)
        )
        key = (each.assignment_id, each.kind, each.due_on, each.step, each.recipient_key, each.subject)
        found.setdefault(key, each)
    return [found[key] for key in sorted(found)]


def _rows(  # noqa: PLR0917 - as of when, by which rules
    session: Session, clock: Clock, day: date, policy: NoticePolicy, swept_day: date | None, since: Any
) -> Iterator[Row[Any]]:
    if swept_day is not None:
        rungs = reached(swept_day, day, policy.ladder)
        for start in range(0, len(rungs), PARTS_AT_ONCE):
            yield from foreseen(
                session, queries.reached_parts(rungs[start : start + PARTS_AT_ONCE], since, lambda _: 0)
            )
    changed = queries.changed_ids(session, since, day + horizon_of(policy.ladder))
    for start in range(0, len(changed), PARTS_AT_ONCE):
        decisions = list(decide(session, changed[start : start + PARTS_AT_ONCE], day, clock, policy, swept_day))
        if decisions:
            yield from foreseen(session, owed_to_parts(decisions, same_day=True))
    for look in owed_by_kind(Kinds(clock, day, swept_day, since, policy, work_calendar(session))):
        owing = look.find(session)
        for start in range(0, len(owing), PARTS_AT_ONCE):
            batch = owing[start : start + PARTS_AT_ONCE]
            yield from foreseen(session, owed_to_parts(batch, same_day=False, pressed=look.pressed))


def tomorrow(session: Session, actor: Actor, clock: Clock, *, mail_is_set: bool) -> Tomorrow:
    """What will be told tomorrow of the units within this person's reach."""
    day = clock.today() + timedelta(days=1)
    known = policies(session)
    lines = tuple(_lines(session, actor, foresee(session, clock, day), known, mail_is_set=mail_is_set))
    return Tomorrow(day, next_writing_day(day, work_calendar(session), known.on(day)), lines)


def _lines(
    session: Session, actor: Actor, found: Sequence[Foreseen], known: Policies, *, mail_is_set: bool
) -> Iterator[Line]:
    parts = _parts(session, [each.assignment_id for each in found])
    people = {each.id: each for each in _by_ids(session, Person, [each.person_id for each in found if each.person_id])}
    with_robot = set(session.scalars(select(Robot.unit_id).where(Robot.active)))
    in_order = sorted(found, key=lambda each: (parts[each.assignment_id].unit.path, each.due_on, each.assignment_id))
    for each in in_order:
        part, person = parts[each.assignment_id], people.get(each.person_id or 0)
        if actor.may(Permission.SUPERVISE, part.unit.path):
            label = known.on(each.planned_on).label_of(each.kind, each.step)
            yield Line(
                each, label, part, person, _channels(person, part.unit_id in with_robot, mail_is_set=mail_is_set)
            )


def _channels(person: Person | None, has_robot: bool, *, mail_is_set: bool) -> tuple[str, ...]:
    robot = ("机器人",) if has_robot else ()
    if person is None:
        return robot or ("无人接收：该单位没有联络员",)
    mail = ("邮件",) if mail_is_set and person.email else ()
    return ("站内消息", *mail, *robot)


def _parts(session: Session, ids: Sequence[int]) -> dict[int, Assignment]:
    found: dict[int, Assignment] = {}
    for start in range(0, len(ids), PARTS_AT_ONCE):
        query = select(Assignment).where(Assignment.id.in_(ids[start : start + PARTS_AT_ONCE]))
        shown = query.options(joinedload(Assignment.unit), joinedload(Assignment.task).joinedload(Task.plan))
        found.update((part.id, part) for part in session.scalars(shown))
    return found


def _by_ids(session: Session, table: type[Person], ids: Sequence[int]) -> Sequence[Person]:
    return session.scalars(select(table).where(table.id.in_(set(ids)))).all()


@dataclass(frozen=True, slots=True)
class Difference:
    """How many notices of one step would go out tomorrow by the rules of the present and by others."""

    label: str
    present: int
    changed: int


def differences(session: Session, clock: Clock, changed: NoticePolicy) -> list[Difference]:
    """What tomorrow would be like if the changed rules counted from then on, step by step; equal ones too."""
    day = clock.today() + timedelta(days=1)
    present = policies(session).on(day)
    before = Counter(present.label_of(each.kind, each.step) for each in foresee(session, clock, day))
    after = Counter(changed.label_of(each.kind, each.step) for each in foresee(session, clock, day, changed))
    return [Difference(label, before[label], after[label]) for label in dict.fromkeys((*before, *after))]
