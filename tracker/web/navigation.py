"""The menu: each person sees the pages that the roles held open, in the order of the day's work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from tracker.domain.access import Actor, Permission
from tracker.services.inbox import unread_count
from tracker.web.access import signed_in_actor
from tracker.web.context import parts, today
from tracker.web.database import session


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    endpoint: str
    permission: Permission
    icon: str


MENU = (
    Entry("我的任务", "desk.mine", Permission.WORK_OWN, "check2-square"),
    Entry("逾期清单", "supervision.overdue", Permission.SUPERVISE, "exclamation-triangle"),
    Entry("待审核", "supervision.pending", Permission.DECIDE, "clipboard-check"),
    Entry("全部任务", "tasks.index", Permission.READ, "list-task"),
    Entry("文件", "plans.index", Permission.READ, "file-earmark-text"),
    Entry("单位", "units.index", Permission.SIGN_IN, "building"),
    Entry("人员", "people.index", Permission.MANAGE_PEOPLE, "people"),
    Entry("日历订阅", "feeds.index", Permission.READ, "calendar3"),
)


def menu_of(actor: Actor) -> tuple[Entry, ...]:
    return tuple(e for e in MENU if e.permission is Permission.SIGN_IN or actor.holds(e.permission))


def first_page(actor: Actor) -> str:
    """The endpoint where this person's day begins."""
    return next((entry.endpoint for entry in menu_of(actor)), "units.index")


def add_navigation(app: Flask) -> None:
    """Gives every template the menu, the unread count and the sample's banner."""

    def values() -> dict[str, Any]:
        actor = signed_in_actor()
        settings = parts().settings
        return {
            "me": actor,
            "menu": menu_of(actor) if actor else (),
            "unread": unread_count(session(), actor.person_id) if actor else 0,
            "sample_day": settings.sample_day,
            "today": today(),
            "Permission": Permission,
        }

    app.context_processor(values)
