"""Rows for tests, each made by one small function: units, people with standings, plans, tasks with their parts.

Nothing here commits; a test commits when its world stands. Every instant is given or is ``NOW``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Office
from tracker.domain.drafts import Basis, DeadlineKind, Form
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.domain.units import UnitKind, name_key
from tracker.services.people import actor_of
from tracker.store.people import Person, PersonStanding
from tracker.store.plans import Plan, Source
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task
from tracker.store.units import Unit, UnitName

TODAY = date(2023, 6, 15)
NOW = datetime(2023, 6, 15, 1, 0, tzinfo=UTC)  # 09:00 in the office
LAST_MONTH = datetime(2023, 5, 15, 1, 0, tzinfo=UTC)
PASSWORD = "four plain words here"


@cache
def cheap_hash() -> str:
    """PASSWORD as a hash that costs next to nothing; a real one takes 50 ms each time it is checked."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def a_unit(session: Session, name: str, parent: Unit | None = None, **changes: Any) -> Unit:
    """A unit under ``parent``, known by its name in the root's scope."""
    kind = UnitKind.DEPARTMENT if parent else UnitKind.GOVERNMENT
    values = {"name": name, "full_name": name, "kind": kind, "created_at": LAST_MONTH, **changes}
    unit = Unit(parent=parent, path=f"/new-{name}/", **values)
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    scope_id = int(unit.path.split("/")[1])
    unit.names.append(UnitName(scope_id=scope_id, name=name, key=name_key(name)))
    session.flush()
    return unit


def a_person(session: Session, login: str, *held: tuple[Office, Unit], **changes: Any) -> Person:
    """Somebody who signs in with PASSWORD and holds these roles."""
    values = {"name": login, "password_hash": cheap_hash(), "created_at": LAST_MONTH, **changes}
    person = Person(login=login, **values)
    person.standings = [PersonStanding(office=office, unit=unit) for office, unit in held]
    session.add(person)
    session.flush()
    return person


def the_actor(person: Person) -> Actor:
    """The person as one who acts."""
    return actor_of(person)


def a_source(session: Session, scope: Unit, text: str, **changes: Any) -> Source:
    """A text that was read; a row in the table of sources."""
    values = {"name": "方案.txt", "format": "txt", "sha256": f"{session.query(Source).count():064d}", **changes}
    source = Source(scope_id=scope.id, text=text, characters=len(text), imported_at=LAST_MONTH, **values)
    session.add(source)
    session.flush()
    return source


def a_plan(session: Session, scope: Unit, title: str = "优化服务实施方案", **changes: Any) -> Plan:
    """A published document that the scope's office follows."""
    values = {"number": "示政办〔2023〕1号", "issuer": "示例市人民政府", "issued_on": date(2023, 1, 4), **changes}
    plan = Plan(scope_id=scope.id, title=title, created_at=LAST_MONTH, **values)
    session.add(plan)
    session.flush()
    return plan


def a_task(
    session: Session,
    plan: Plan,
    *units: Unit | tuple[Unit, Role],
    due_on: date | None = date(2023, 6, 30),
    state: State = State.DISPATCHED,
    milestones: tuple[tuple[str, date | None], ...] = (),
    **changes: Any,
) -> Task:
    """A task with a part for each unit (responsible unless a role is given), all in one state."""
    written = f"{due_on.year}年{due_on.month}月{due_on.day}日前" if due_on else None
    values: dict[str, Any] = {
        "title": "建立分流转办机制",
        "path": ["三、工作任务", "1.直接转办"],
        "form": Form.BRACKET,
        "quote": "（责任单位：市教育局；完成时限：见正文）",
        "deadline_text": written,
        "deadline_kind": DeadlineKind.FIXED if due_on else DeadlineKind.NONE,
        "deadline_basis": Basis.CLAUSE if due_on else None,
        "original_due_on": due_on,
        **changes,
    }
    task = Task(plan=plan, due_on=due_on, created_at=LAST_MONTH, **values)
    task.milestones = [Milestone(position=n, text=text, due_on=day) for n, (text, day) in enumerate(milestones)]
    session.add(task)
    for position, each in enumerate(units):
        unit, role = each if isinstance(each, tuple) else (each, Role.RESPONSIBLE)
        task.assignments.append(an_assignment(unit, role, position, task, state))
    session.flush()
    return task


def an_assignment(unit: Unit, role: Role, position: int, task: Task, state: State, **changes: Any) -> Assignment:
    """A unit's part, with the first row of its history and the dates its state asks for."""
    reached: dict[str, Any] = {
        "signed_at": None if state in (State.DISPATCHED, State.DECLINED) else LAST_MONTH,
        "submitted_at": LAST_MONTH if state in (State.SUBMITTED, State.COMPLETED) else None,
        "completed_on": date(2023, 6, 1) if state is State.COMPLETED else None,
        "withdrawn_on": date(2023, 6, 1) if state is State.WITHDRAWN else None,
        **changes,
    }
    assignment = Assignment(
        unit=unit,
        role=role,
        position=position,
        written_name=unit.name,
        state=state,
        original_due_on=task.original_due_on,
        due_on=task.due_on,
        dispatched_at=LAST_MONTH,
        changed_at=LAST_MONTH,
        **reached,
    )
    first = HistoryEntry(
        event="adopt", at=LAST_MONTH, actor_name="督查员", to_state=State.DISPATCHED, due_to=task.due_on
    )
    assignment.history.append(first)
    return assignment


@dataclass(frozen=True, slots=True)
class City:
    """A small city: two bureaus, a county with a bureau of its own, and one person for each kind of standing.

    ``liaison`` stands at the education bureau, ``neighbour`` at the finance bureau, ``county_supervisor``
    at the county, ``nobody`` nowhere; the others at the root. Logins are the field names.
    """

    root: Unit
    education: Unit
    finance: Unit
    county: Unit
    county_education: Unit
    liaison: Person
    neighbour: Person
    leader: Person
    supervisor: Person
    county_supervisor: Person
    administrator: Person
    nobody: Person


def a_city(session: Session) -> City:
    """The small city, committed."""
    root = a_unit(session, "示例市政府")
    education = a_unit(session, "市教育局", root)
    finance = a_unit(session, "市财政局", root)
    county = a_unit(session, "东河县政府", root, kind=UnitKind.COUNTY)
    county_education = a_unit(session, "东河县教育局", county, kind=UnitKind.COUNTY_DEPARTMENT)
    city = City(
        root,
        education,
        finance,
        county,
        county_education,
        liaison=a_person(session, "liaison", (Office.LIAISON, education), name="李联络"),
        neighbour=a_person(session, "neighbour", (Office.LIAISON, finance), name="邻联络"),
        leader=a_person(session, "leader", (Office.LEADER, root), name="林领导"),
        supervisor=a_person(session, "supervisor", (Office.SUPERVISOR, root), name="杜督查"),
        county_supervisor=a_person(session, "county_supervisor", (Office.SUPERVISOR, county), name="县督查"),
        administrator=a_person(session, "administrator", (Office.ADMINISTRATOR, root), name="管管理"),
        nobody=a_person(session, "nobody", name="吴岗位"),
    )
    session.commit()
    return city
