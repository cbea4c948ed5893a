"""Which tables and columns the audit log tells of."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.store.base import Base
from tracker.store.extensions import Extension
from tracker.store.feeds import Feed
from tracker.store.handling import Division, Handling
from tracker.store.measures import IndicatorReading, MilestoneReport
from tracker.store.office import OfficeSetting
from tracker.store.people import Person, PersonStanding
from tracker.store.plans import Indicator, Plan
from tracker.store.report_links import ReportLink
from tracker.store.robots import Robot
from tracker.store.rule_packs import RulePack
from tracker.store.tasks import Assignment, Milestone, Task
from tracker.store.timing import CalendarYear, TaskSeries
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName


@dataclass(frozen=True, slots=True)
class Watched:
    """What is kept of a table: the word for what its rows are about, the column that names it, and the columns.

    Of ``secret`` columns only the fact of a change is kept.
    """

    subject: str
    columns: tuple[str, ...]
    key: str = "id"
    secret: tuple[str, ...] = ()


WATCHED: dict[type[Base], Watched] = {
    Task: Watched(
        "task",
        ("title", "due_on", "original_due_on", "state", "completed_on", "evidence_required", "awaits_opinions"),
    ),
    Assignment: Watched(
        "assignment",
        (
            "task_id",
            "unit_id",
            "role",
            "state",
            "due_on",
            "original_due_on",
            "sign_by_on",
            "outcome",
            "completed_on",
            "withdrawn_on",
        ),
    ),
    Milestone: Watched("milestone", ("task_id", "text", "due_on", "reached_on")),
    MilestoneReport: Watched("milestone", ("value", "words", "is_reached"), "milestone_id"),
    Extension: Watched(
        "extension", ("assignment_id", "state", "due_from", "wanted_on", "granted_on", "reason", "decision_words")
    ),
    Handling: Watched("assignment", ("leader", "section", "handler", "phone"), "assignment_id"),
    Division: Watched("assignment", ("task_id",), "parent_id"),
    TaskSeries: Watched("task", ("rhythm", "starts_on", "ends_on"), "template_id"),
    Plan: Watched("plan", ("title", "number", "issuer", "issued_on", "effective_until")),
    Indicator: Watched("indicator", ("owner_id",)),
    IndicatorReading: Watched("indicator", ("year", "value", "words"), "indicator_id"),
    Person: Watched(
        "person",
        ("login", "name", "email", "phone", "active", "must_change_password", "password_hash"),
        secret=("password_hash",),
    ),
    PersonStanding: Watched("person", ("office", "unit_id"), "person_id"),
    Unit: Watched("unit", ("name", "full_name", "kind", "parent_id", "active")),
    UnitName: Watched("unit", ("name", "group_id"), "unit_id"),
    UnitGroup: Watched("unit_group", ("name",)),
    UnitGroupMember: Watched("unit_group", ("unit_id",), "group_id"),
    CalendarYear: Watched("calendar", ("days_off", "days_worked", "notice"), "year"),
    RulePack: Watched("rule_pack", ("kind", "version", "rules", "words", "in_force_on")),
    OfficeSetting: Watched("setting", ("value",), "name"),
    Feed: Watched("feed", ("owner_id", "name", "scope", "unit_id", "plan_id", "generation", "revoked_at")),
    Robot: Watched("robot", ("unit_id", "kind", "name", "active", "webhook", "secret"), secret=("webhook", "secret")),
    ReportLink: Watched("report_link", ("assignment_id", "expires_at", "used_at", "used_by", "revoked_at")),
}
