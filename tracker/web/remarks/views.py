"""A leader's remark, written on the page of a part or of a task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from tracker.domain.access import Permission
from tracker.domain.history import REMARKED
from tracker.services.changing import version_of
from tracker.services.errors import Invalid
from tracker.services.remarks import (
    LONGEST_REMARK,
    Press,
    parts_to_remark,
    remark_on_part,
    remark_on_task,
)
from tracker.services.task_pages import part_page, task_page
from tracker.services.work import Changed
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.forms import Form, seen_version
from tracker.web.when import when

blueprint = Blueprint("remarks", __name__)


class RemarkForm(Form):
    """The words, and the version of the page that they were written on."""

    remark = TextAreaField("批示内容")
    seen = HiddenField()


def remarks_among(entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """The remarks, the latest first; one written on a whole task stands once."""
    found = {(entry.at, entry.actor_id, entry.words): entry for entry in entries if entry.event == REMARKED}
    return sorted(found.values(), key=lambda entry: (entry.at, entry.id), reverse=True)


@blueprint.app_context_processor
def _longest() -> dict[str, int]:
    return {"longest_remark": LONGEST_REMARK}


def seen_of_task(task: Task) -> int | None:
    """The mark of the task for the form; None when this person may not remark on it."""
    parts = parts_to_remark(actor(), task.assignments)
    return version_of(parts) if parts else None


blueprint.add_app_template_filter(remarks_among)
blueprint.add_app_template_global(seen_of_task)


@blueprint.post("/remarks/assignments/<int:assignment_id>")
@requires(Permission.REMARK)
def on_part(assignment_id: int) -> Response | tuple[str, int]:
    def seen() -> tuple[int, Task]:
        part = part_page(session(), actor(), when(), assignment_id).assignment
        return part.version, part.task

    done = url_for("work.show", assignment_id=assignment_id)
    return _answer(lambda press: [remark_on_part(session(), press, assignment_id)], seen, done)


@blueprint.post("/remarks/tasks/<int:task_id>")
@requires(Permission.REMARK)
def on_task(task_id: int) -> Response | tuple[str, int]:
    def seen() -> tuple[int, Task]:
        task = task_page(session(), actor(), when(), task_id).task
        return seen_of_task(task) or 0, task

    done = url_for("tasks.show", task_id=task_id)
    return _answer(lambda press: remark_on_task(session(), press, task_id), seen, done)


def _answer(
    write: Callable[[Press], list[Assignment]], seen: Callable[[], tuple[int, Task]], done: str
) -> Response | tuple[str, int]:
    """Back to the page; or, when it was not written, the form again with the words that were typed."""
    form = RemarkForm()
    try:
        parts = write(Press(actor(), now(), today(), form.remark.data or "", seen_version(form.seen)))
    except (Invalid, Changed) as fault:
        session().rollback()
        form.seen.data, task = seen()
        values: dict[str, Any] = {"meanwhile": fault.entries if isinstance(fault, Changed) else ()}
        shown = render_template("remarks/again.html", form=form, fault=str(fault), task=task, back=done, **values)
        return shown, 422 if isinstance(fault, Invalid) else 409
    units = "、".join(part.unit.name for part in parts)
    flash(f"批示已发出，{units}和督查室会收到通知。", "success")
    return redirect(done)
