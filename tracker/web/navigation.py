"""The menu: each person sees the pages that the roles held open, in the order of the day's work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_login import current_user

from tracker.domain.access import Actor, Permission
from tracker.services.greeting import Greeting, greeting
from tracker.web.access import signed_in_actor
from tracker.web.context import parts, today
from tracker.web.database import session


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the menu; ``covers`` names the endpoints, or whole blueprints, that lie under it.

    ``at_the_top``: the page is for those alone who hold the permission at a unit with none above it.
    """

    label: str
    endpoint: str
    permission: Permission
    icon: str
    covers: tuple[str, ...]
    at_the_top: bool = False

    def is_for(self, actor: Actor) -> bool:
        """Whether the page is open to this person."""
        if self.permission is Permission.SIGN_IN:
            return True
        standings = actor.reach(self.permission)
        return any(standing.is_at_the_top for standing in standings) if self.at_the_top else bool(standings)


OF_A_PART = (
    "work",
    "links",
    "round_trip",
    "milestones.report",
    "milestones.send",
    "extensions",
    "handling",
    "division",
    "joint",
    "remarks",
    "papers.urging",
    "papers.talk",
)
"""What liaisons reach from their own tasks, and the others from all tasks."""

MENU = (
    Entry(
        "我的任务",
        "desk.mine",
        Permission.WORK_OWN,
        "check2-square",
        ("desk", *OF_A_PART),
    ),
    Entry("概况", "figures.home", Permission.SUPERVISE, "speedometer2", ("figures", "scoring", "papers.bulletin")),
    Entry(
        "督查",
        "supervision.overdue",
        Permission.SUPERVISE,
        "exclamation-triangle",
        ("supervision.overdue", "milestones.overdue", "notices", "robots", "rules"),
    ),
    Entry(
        "待审核",
        "supervision.pending",
        Permission.DECIDE,
        "clipboard-check",
        ("supervision.pending", "supervision.bulk", "supervision.decide_bulk"),
    ),
    Entry(
        "全部任务",
        "tasks.index",
        Permission.READ,
        "list-task",
        ("tasks", "series", *OF_A_PART),
    ),
    Entry("文件", "plans.index", Permission.READ, "file-earmark-text", ("plans", "intake", "indicators")),
    Entry("单位", "units.index", Permission.SIGN_IN, "building", ("units", "handover")),
    Entry("人员", "people.index", Permission.MANAGE_PEOPLE, "people", ("people",)),
    Entry("放假安排", "calendars.index", Permission.MANAGE_CALENDAR, "calendar2-week", ("calendars",)),
    Entry("审计日志", "audit.index", Permission.READ_AUDIT, "shield-check", ("audit",), at_the_top=True),
    Entry("定时任务", "jobs.index", Permission.READ_JOBS, "clock-history", ("jobs",), at_the_top=True),
    Entry("日历订阅", "feeds.index", Permission.READ, "calendar3", ("feeds",)),
)


def menu_of(actor: Actor) -> tuple[Entry, ...]:
    return tuple(entry for entry in MENU if entry.is_for(actor))


def entry_of(menu: tuple[Entry, ...], endpoint: str | None) -> Entry | None:
    """The first word of this person's menu that the page lies under; None for pages outside the menu."""
    if endpoint is None:
        return None
    names = {endpoint, endpoint.split(".")[0]}
    return next((entry for entry in menu if names & set(entry.covers)), None)


def first_page(actor: Actor) -> str:
    """The endpoint where this person's day begins."""
    return next((entry.endpoint for entry in menu_of(actor)), "units.index")


def add_navigation(app: Flask) -> None:
    """Gives every template the menu, the unread count, the sample's banner, and whether the sweep is late."""

    def values() -> dict[str, Any]:
        actor = signed_in_actor()
        settings = parts().settings
        # Before the first password is changed every entry would only lead back to that page.
        menu = menu_of(actor) if actor and not current_user.person.must_change_password else ()
        told = greeting(session(), actor, parts().clock.read()) if actor else Greeting()
        return {
            "me": actor,
            "menu": menu,
            "menu_entry": entry_of(menu, request.endpoint),
            "unread": told.unread,
            "late_sweep": told.late_sweep if menu else None,
            "sample_day": settings.sample_day,
            "today": today(),
            "Permission": Permission,
        }

    app.context_processor(values)
