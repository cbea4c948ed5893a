"""Which tables and columns the audit log tells of."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.store.base import Base
from tracker.store.column_mappings import ColumnMapping
from tracker.store.evidence import Evidence
from tracker.store.extensions import Extension
from tracker.store.feeds import Feed
from tracker.store.handling import Division, Handling
from tracker.store.measures import IndicatorReading, MilestoneReport
from tracker.store.office import OfficeSetting
from tracker.store.people import Person, PersonStanding
from tracker.store.plans import Draft, Indicator, Plan, Source
from tracker.store.report_links import ReportLink
from tracker.store.revisions import PlanRevision, RevisionDecision
from tracker.store.robots import Robot
from tracker.store.rule_packs import RulePack
from tracker.store.tasks import Assignment, Milestone, Task
from tracker.store.timing import CalendarYear, TaskAnchor, TaskSeries
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName


@dataclass(frozen=True, slots=True)
class Watched:
    """What is kept of a table: the word for what its rows are about, the column that names it, and the columns.

    Of ``secret`` columns only the fact of a change is kept. Rows that are not ``tells_made`` come from a machine, by
    the hundred: the log tells what people make of them, and that they go.
    """

    subject: str
    columns: tuple[str, ...]
    key: str = "id"
    secret: tuple[str, ...] = ()
    tells_made: bool = True


WATCHED: dict[type[Base], Watched] = {
    Task: Watched(
        "task",
        (
            "plan_id",
            "title",
            "deadline_text",
            "due_on",
            "original_due_on",
            "state",
            "completed_on",
            "evidence_required",
            "awaits_opinions",
        ),
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
    Evidence: Watched("assignment", ("name", "size", "sha256", "added_by_name"), "assignment_id"),
    Division: Watched("assignment", ("task_id",), "parent_id"),
    TaskAnchor: Watched("task", ("day",), "task_id"),
    TaskSeries: Watched("task", ("rhythm", "starts_on", "ends_on"), "template_id"),
    Source: Watched("source", ("scope_id", "name", "format", "characters", "sha256")),
    Plan: Watched("plan", ("scope_id", "source_id", "title", "number", "issuer", "issued_on", "effective_until")),
    Draft: Watched(
        "draft", ("plan_id", "title", "state", "deadline_text", "due_on", "units", "milestones"), tells_made=False
    ),
    PlanRevision: Watched("plan", ("revises_id",), "plan_id"),
    RevisionDecision: Watched("task", ("plan_id", "draft_id", "verdict", "words"), "task_id"),
    ColumnMapping: Watched("column_mapping", ("scope_id", "header", "uses")),
    Indicator: Watched(
        "indicator",
        ("plan_id", "name", "measure", "base", "target", "target_year", "growth", "binding", "units", "owner_id"),
    ),
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
    Feed: Watched("feed", ("owner_id", "name", "scope", "unit_id", "plan_id", "redaction", "generation", "revoked_at")),
    Robot: Watched("robot", ("unit_id", "kind", "name", "active", "webhook", "secret"), secret=("webhook", "secret")),
    ReportLink: Watched("report_link", ("assignment_id", "expires_at", "used_at", "used_by", "revoked_at")),
}

UNWATCHED: dict[str, str] = {
    "audit_entry": "the log itself",
    "calendar_entry": "bytes made from what is watched, and made again at any time",
    "calendar_mark": "counts of changes to what is watched",
    "month_figure": "numbers counted from what is watched, and counted again at any time",
    "past_mark": "counts of changes to what is watched",
    "feed_count": "what calendars were told, which follows from what is watched",
    "feed_client": "when calendar programs asked",
    "history_entry": "each row is told, once, as what happened to its part",
    "job_run": "when the machine ran",
    "notice": "decided and sent by the sweep; kept on its own pages",
    "reading_job": "work of the machine; what came of it is told as a source",
    "reading_upload": "bytes that wait to be read, gone when they are",
    "robot_message": "what the sweep sent to a group",
    "scheduler_process": "which processes of the machine live",
    "seed_entry": "which lines of the seed were loaded; what they loaded is told",
    "series_occurrence": "days that follow from a series; the task of each is told",
    "sweep_fault": "what the machine could not look at",
    "sweep_run": "when the machine ran",
}
"""The tables that are not watched, each with the reason."""
