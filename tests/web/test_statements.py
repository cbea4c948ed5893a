"""No page asks the database more the more rows it shows: the lists of supervision, measures, notices and reports."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, TODAY, City, a_person, a_plan, a_task, a_unit
from tests.web.browsing import Visitor
from tests.web.queries import counted
from tracker.domain.access import Office
from tracker.domain.indicators import Binding
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.domain.roles import Role
from tracker.store.extensions import Extension
from tracker.store.handling import Division
from tracker.store.measures import MilestoneReport
from tracker.store.notices import MailState, Notice
from tracker.store.plans import Indicator, Plan
from tracker.store.report_links import ReportLink
from tracker.store.tasks import Assignment, HistoryEntry, Task

SUPERVISORS = (
    "/dashboard",
    "/dashboard?day=2023-06-01",
    "/figures",
    "/figures?by=plan",
    "/figures/list?show=all",
    "/figures/scores",
    "/papers/bulletin",
    "/overdue",
    "/overdue?on=2023-06-14",
    "/overdue/milestones",
    "/pending",
    "/tasks",
    "/tasks?on=2023-06-14",
    "/notices/tomorrow",
    "/notices/sent",
    "/notices/burden",
    "/sheets",
    "/rules/lights",
    "/rules/lights/trial?soon=20&sign=3&every=days&days=9&month_day=25&weekday=5&support=yellow&start=2023-06-15",
    "/robots",
    "/audit",
    "/units",
    "/units/{unit}",
    "/units/{unit}/handling",
    "/units/{unit}/sheet",
    "/plans/{plan}",
    "/plans/{plan}/indicators",
    "/tasks/{task}",
    "/assignments/{part}",
    "/assignments/{part}/links",
    "/assignments/{part}/milestones/{milestone}",
    "/papers/urging/{part}",
)
LIAISONS = ("/my", "/my/handling", "/inbox")
NUMBERS = count(1)


@pytest.fixture
def plan(session: Session, city: City) -> Plan:
    made = a_plan(session, city.root)
    session.commit()
    return made


@pytest.fixture
def part(session: Session, city: City, plan: Plan) -> Assignment:
    """The part that has much of everything: children, links, reports, history."""
    milestones = (("建成40座", TODAY - timedelta(days=3)),)
    task = a_task(session, plan, city.county, state=State.IN_PROGRESS, milestones=milestones)
    session.commit()
    return task.assignments[0]


def more(session: Session, city: City, plan: Plan, part: Assignment, rows: int) -> None:
    """So many rows more of all that pages list."""
    for _ in range(rows):
        number = next(NUMBERS)
        unit = a_unit(session, f"市第{number}局", city.root)
        a_person(session, f"liaison{number}", (Office.LIAISON, unit))
        _task(session, city, plan, unit, number)
        child = a_task(session, plan, city.county_education, title=f"县里第{number}项")
        session.add(Division(task_id=child.id, parent_id=part.id, made_at=NOW))
        helper = Assignment(
            unit=unit, role=Role.SUPPORT, position=number, written_name=unit.name, state=State.IN_PROGRESS
        )
        helper.dispatched_at = helper.changed_at = helper.signed_at = LAST_MONTH
        helper.history = [HistoryEntry(event="adopt", at=LAST_MONTH, actor_name="督", to_state=State.IN_PROGRESS)]
        part.task.assignments.append(helper)
        session.add(HistoryEntry(assignment_id=part.id, event="report", at=NOW, actor_name="李", to_state=part.state))
        link = ReportLink(assignment_id=part.id, secret_hash=f"{number:064d}", made_by_name="督", made_at=NOW)
        link.expires_at = NOW + timedelta(days=9)
        session.add(link)
        told = {"value": 3, "is_reached": False, "at": NOW, "actor_name": "李"}
        session.add(MilestoneReport(milestone_id=part.task.milestones[0].id, assignment_id=part.id, **told))
        _indicator(session, city, plan, number)
    session.commit()


def _task(session: Session, city: City, plan: Plan, unit: object, number: int) -> Task:
    late = TODAY - timedelta(days=number % 20 + 1)
    milestones = (("建成40座", late),)
    units = ((city.education, Role.LEAD), (unit, Role.RESPONSIBLE))
    worked = a_task(session, plan, *units, due_on=late, state=State.IN_PROGRESS, milestones=milestones)  # type: ignore[arg-type]
    a_task(session, plan, *units, state=State.SUBMITTED, title=f"待审核{number}")  # type: ignore[arg-type]
    a_task(session, plan, *units, state=State.DECLINED, title=f"退办{number}")  # type: ignore[arg-type]
    wish = Extension(assignment_id=worked.assignments[0].id, wanted_on=TODAY, reason="需要时间", asked_by_name="李")
    wish.asked_at, wish.due_from = NOW, late
    notice = Notice(assignment_id=worked.assignments[0].id, kind=NoticeKind.OVERDUE, due_on=late, step=1)
    notice.recipient_key, notice.person_id, notice.planned_on = f"person:{city.liaison.id}", city.liaison.id, TODAY
    notice.recorded_at, notice.mail_state = NOW, MailState.WAITING
    session.add_all([wish, notice])
    return worked


def _indicator(session: Session, city: City, plan: Plan, number: int) -> None:
    made = Indicator(plan_id=plan.id, position=number, name=f"处理率{number}", measure="%", start=0, end=1)
    made.base, made.base_value, made.base_year = "70", 70, 2020
    made.target, made.target_value, made.target_year = "≥90", 90, 2025
    made.owner, made.binding, made.units = city.education, Binding.BINDING, ["市教育局"]
    session.add(made)


@pytest.mark.parametrize(("who", "paths"), [("supervisor", SUPERVISORS), ("liaison", LIAISONS)])
def test_as_many_statements_whatever_the_rows(  # noqa: PLR0917 - a world and who looks at it
    session: Session, city: City, plan: Plan, part: Assignment, page: Visitor, who: str, paths: tuple[str, ...]
) -> None:
    more(session, city, plan, part, 2)
    page.sign_in(who)
    milestone = part.task.milestones[0].id
    ids = {"unit": city.education.id, "plan": plan.id, "task": part.task_id, "part": part.id, "milestone": milestone}
    addresses = [path.format(**ids) for path in paths]
    few = {path: counted(page, path) for path in addresses}
    more(session, city, plan, part, 48)
    many = {path: counted(page, path) for path in addresses}
    assert {path: (few[path], many[path]) for path in addresses if many[path] > few[path] + 2} == {}
