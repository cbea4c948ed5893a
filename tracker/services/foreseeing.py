"""What a sweep will tell, and whom: asked of the very functions by which the sweep records.

Nothing is written. Foreseen is what follows from the present; what people do until then, and the recurring duties that
come tomorrow, are not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.notice_policy import NoticePolicy
from tracker.domain.notices import NoticeKind, horizon_of, reached
from tracker.services.notice_policies import policies
from tracker.services.sweep import decide
from tracker.services.sweep_kinds import Kinds, owed_by_kind
from tracker.services.sweep_rules import sweep_rules
from tracker.services.sweeper import changed_since
from tracker.store import sweep_queries as queries
from tracker.store import sweep_runs
from tracker.store.notice_recording import foreseen, owed_to_parts

PARTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A notice that a sweep would tell: its unique key, what somebody wrote, and how late it would be."""

    assignment_id: int
    kind: NoticeKind
    due_on: date
    step: int
    planned_on: date
    late_days: int
    subject: str
    recipient_key: str
    person_id: int | None
    words: str | None
    author_name: str | None

    @property
    def key(self) -> tuple[Any, ...]:
        """What may not come twice."""
        return (self.assignment_id, self.kind, self.due_on, self.step, self.recipient_key, self.subject)


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
        found.setdefault(each.key, each)
    return [found[key] for key in sorted(found)]


def foresee_tomorrow(session: Session, clock: Clock) -> tuple[list[Foreseen], list[Foreseen]]:
    """What tomorrow's sweep will tell, and what the sweep of today, where it runs, will tell in a few minutes."""
    today = clock.today()
    day, last = today + timedelta(days=1), sweep_runs.last_finished(session, today)
    still = foresee(session, clock, today) if last is not None and last.day == today else []
    soon = {each.key for each in still}
    return [each for each in foresee(session, clock, day) if each.key not in soon], still


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
    for look in owed_by_kind(Kinds(clock, day, swept_day, since, replace(sweep_rules(session, day), policy=policy))):
        owing = look.find(session)
        for start in range(0, len(owing), PARTS_AT_ONCE):
            batch = owing[start : start + PARTS_AT_ONCE]
            yield from foreseen(session, owed_to_parts(batch, same_day=False, pressed=look.pressed))


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
