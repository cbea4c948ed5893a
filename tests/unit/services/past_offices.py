"""Offices in which much has happened since the days that lists are asked for, for tests of such lists."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, TODAY, City, a_plan, a_task, an_assignment
from tests.unit.services.test_boards import turbulent
from tests.unit.services.test_ledger import ZONE
from tracker.domain.lifecycle import Event, State, TaskState
from tracker.domain.roles import Role
from tracker.store.audit_trail import Who, acts_as
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

DAYS = (date(2023, 5, 24), date(2023, 6, 3), TODAY)
ALTERED_ON = date(2023, 6, 5)


def much_changed(session: Session, city: City, seed: int) -> None:
    """Everything below."""
    turbulent(session, city, seed)
    calm(session, city)
    completed_late(session, city)
    altered(session, city)
    leads_added(session, city)
    session.expunge_all()


def calm(session: Session, city: City) -> None:
    """Tasks to which nothing happens: with dates and without, some given out only on the eve of today."""
    plan = session.get_one(Plan, 1)
    units = {unit.id: session.get_one(Unit, unit.id) for unit in (city.education, city.county)}
    for number in range(16):
        due_on = None if number % 4 == 3 else TODAY - timedelta(days=number * 2)
        unit = list(units.values())[number % 2]
        task = a_task(session, plan, unit, due_on=due_on, title=f"静{number}", position=100 + number)
        if number % 5 == 0:
            (part,) = task.assignments
            part.dispatched_at = part.history[0].at = NOW - timedelta(days=1)
    session.commit()
    session.expunge_all()


def completed_late(session: Session, city: City) -> None:
    """Parts that were completed after their day, leads before the units in support and after them."""
    plan = session.get_one(Plan, 1)
    units = [session.get_one(Unit, unit.id) for unit in (city.finance, city.county_education)]
    for number in range(10):
        roles = ((units[number % 2], Role.LEAD), (units[1 - number % 2], Role.SUPPORT))
        task = a_task(session, plan, *roles, due_on=date(2023, 5, 18), title=f"迟{number}", position=200 + number)
        for place, part in enumerate(task.assignments):
            if place == 0 or number % 3 == 0:
                complete(part, date(2023, 5, 20) + timedelta(days=number * 2 + place * 5))
        task.state, task.completed_on = TaskState.COMPLETED, task.assignments[0].completed_on
    session.commit()


def complete(part: Assignment, day: date) -> None:
    part.state, part.completed_on = State.COMPLETED, day
    at = datetime.combine(day, time(10), ZONE)
    for event, state in ((Event.SUBMIT, State.SUBMITTED), (Event.ACCEPT, State.COMPLETED)):
        part.history.append(HistoryEntry(event=event.value, at=at, actor_name="督查员", to_state=state))
    part.submitted_at = at


def altered(session: Session, city: City) -> None:
    """Titles, names, a plan's day of issue and the plan of a task that were others before."""
    acts_as(session, lambda: Who(None, "测试", datetime.combine(ALTERED_ON, time(9), ZONE)))
    plans = session.scalars(select(Plan).order_by(Plan.id)).all()
    plans[0].title, plans[0].issued_on = "另一方案", date(2023, 2, 1)
    session.get_one(Unit, city.county.id).name = "东河县办公室"
    for number, task in enumerate(session.scalars(select(Task).order_by(Task.id)).all()):
        if number % 4 == 0:
            task.title = f"改{task.title}"
        if number % 7 == 0:
            task.plan = plans[1] if task.plan_id == plans[0].id else plans[0]
        if number % 9 == 0 and task.due_on:
            task.due_on += timedelta(days=number % 11)
    session.commit()
    session.info.clear()


def leads_added(session: Session, city: City) -> None:
    """Units in support alone, or beside a lead that was done, got a lead that still works after the day."""
    plan = a_plan(session, city.root, title="增补方案")
    units = [session.get_one(Unit, unit.id) for unit in (city.education, city.finance, city.county)]
    for number in range(4):
        shares = ((units[0], Role.SUPPORT), (units[1], Role.LEAD))[: 1 + number % 2]
        task = a_task(session, plan, *shares, due_on=date(2023, 5, 20), title=f"增{number}", position=300 + number)
        for part in task.assignments[1:]:
            complete(part, date(2023, 5, 22) + timedelta(days=number * 4))
        added = an_assignment(units[2], Role.LEAD, 2, task, State.DISPATCHED)
        added.dispatched_at = added.history[0].at = datetime.combine(date(2023, 6, 8), time(9), ZONE)
        task.assignments.append(added)
    session.commit()


__all__ = ["ALTERED_ON", "DAYS", "LAST_MONTH", "calm", "much_changed"]
