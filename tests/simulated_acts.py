"""How the deeds of a simulated office are done on its database.

Most of a day's acts go into one commit, with the functions that the services themselves use: ``moves.move``,
``moves.settle_task``, ``extensions.end_request``, ``dispatching.dispatched_part`` and rows of HistoryEntry. Through
the full services, with a commit each, go all requests for a later date and all decisions on them, all reports on
milestones, and a few per cent of the lifecycle's events (``FULL_SERVICE``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tests.simulated_people import Deed
from tracker.domain.access import Actor
from tracker.domain.history import (
    EXTENSION_ASKED,
    EXTENSION_EVENTS,
    EXTENSION_GRANTED,
    EXTENSION_RECALLED,
    MILESTONE_REPORTED,
)
from tracker.domain.lifecycle import Event, Outcome, transition
from tracker.services import extensions, milestones, work
from tracker.services.moves import Act, move, settle_task
from tracker.store.extension_queries import waiting_of
from tracker.store.milestone_queries import last_reports
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

ZONE = ZoneInfo("Asia/Shanghai")


def at(day: date, hour: int, seconds: float = 0) -> datetime:
    """An instant of a day in the office's zone."""
    return datetime.combine(day, time(hour), ZONE) + timedelta(seconds=seconds)


def has_service(deed: Deed) -> bool:
    """Whether the deed goes through the service that pages call."""
    return deed.by_service or deed.event in (*EXTENSION_EVENTS, MILESTONE_REPORTED)


def loaded(session: Session, ids: Sequence[int]) -> dict[int, Assignment]:
    """The parts by their ids, with their tasks and those tasks' parts."""
    query = select(Assignment).where(Assignment.id.in_(ids))
    query = query.options(selectinload(Assignment.task).selectinload(Task.assignments), selectinload(Assignment.unit))
    return {part.id: part for part in session.scalars(query)}


def who_does(deed: Deed) -> str:
    """The supervisor, or the liaison of the part's unit, by the unit's name."""
    own = (Event.SIGN_FOR, Event.DECLINE, Event.REPORT, Event.SUBMIT, MILESTONE_REPORTED)
    is_own = deed.event in (*own, EXTENSION_ASKED, EXTENSION_RECALLED)
    return deed.part.unit if is_own else "supervisor"


def do_together(  # noqa: PLR0917 - who does what, when
    session: Session, actor: Actor, part: Assignment, deed: Deed, now: datetime, unit_ids: Mapping[str, int]
) -> None:
    """An event of the lifecycle as services.work.act does it, in the day's one commit."""
    event, unit_from = Event(deed.event), part.unit_id
    unit = session.get(Unit, unit_ids[deed.unit]) if deed.unit else None
    outcome = Outcome(deed.outcome) if deed.outcome else None
    row = transition(part.state, event)
    act = Act(event, "情况说明", deed.percent, outcome, unit, deed.day)
    came_from = move(part, row, act, now, now.astimezone(ZONE).date())
    entry = HistoryEntry(
        assignment_id=part.id,
        event=event.value,
        at=now,
        actor_id=actor.person_id,
        actor_name=actor.name,
        from_state=came_from,
        to_state=part.state,
        words=act.words,
        percent=act.percent,
        outcome=act.outcome,
    )
    if unit is not None:
        entry.unit_from_id, entry.unit_to_id = unit_from, unit.id
    session.add(entry)
    if row.to.is_closed and deed.part.wanted_on:
        extensions.end_request(session, actor, now, part)
    settle_task(part.task)


def do_by_service(  # noqa: PLR0917 - who does what, when
    session: Session, actor: Actor, part: Assignment, deed: Deed, now: datetime, unit_ids: Mapping[str, int]
) -> None:
    """The deed through the service that pages call, which commits."""
    today = now.astimezone(ZONE).date()
    if deed.event == MILESTONE_REPORTED:
        assert deed.stone is not None
        stone_id = deed.part.task.stones[deed.stone].stone_id
        last = last_reports(session, [stone_id]).get(stone_id)
        seen = f"{part.version}-{last.id if last else 0}"
        given = milestones.Given(reached=deed.reached, words="情况说明")
        milestones.report_milestone(session, actor, now, today, part.id, stone_id, given, seen)
    elif deed.event == EXTENSION_ASKED:
        extensions.ask(session, actor, now, today, part.id, part.version, deed.day, "条件尚未具备")
    elif deed.event in EXTENSION_EVENTS:
        request = waiting_of(session, part.id)
        assert request
        if deed.event == EXTENSION_RECALLED:
            extensions.recall(session, actor, now, request.id, part.version)
        else:
            decision = extensions.Decision(deed.day if deed.event == EXTENSION_GRANTED else None, "意见")
            extensions.decide(session, actor, now, today, request.id, part.version, decision)
    else:
        more = {"unit_id": unit_ids[deed.unit] if deed.unit else None, "sign_by_on": deed.day}
        outcome = Outcome(deed.outcome) if deed.outcome else None
        event = Event(deed.event)
        work.act(
            session,
            actor,
            now,
            today,
            part.id,
            event,
            part.version,
            "情况说明",
            deed.percent,
            outcome,
            **more,  # type: ignore[arg-type]
        )
