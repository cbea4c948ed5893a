"""Joint handling (会办) on the task page: asking for opinions by a day, ending it, and waiving one unit's."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services import joint as service
from tracker.services.calendars import work_calendar
from tracker.services.errors import Invalid, Stale
from tracker.services.joint import JointPage, joint_page
from tracker.services.task_pages import task_page
from tracker.store.tasks import Task
from tracker.web.access import requires
from tracker.web.context import actor, now, settings
from tracker.web.database import session
from tracker.web.filters import day as day_words
from tracker.web.joint.forms import AskForm, EndForm, PanelForms, WaiveForm
from tracker.web.when import when

blueprint = Blueprint("joint", __name__)
Answer = Response | tuple[str, int]


@blueprint.post("/tasks/<int:task_id>/opinions")
@requires(Permission.DECIDE)
def ask(task_id: int) -> Answer:
    """Asks the support units for their opinions by a day."""
    form = AskForm()
    unread = form.unread()

    def deed() -> str:
        wanted = (form.day.data, form.mark(), unread)
        _, changed = service.ask_opinions(session(), actor(), now(), settings().zone, task_id, *wanted)
        return f"会办意见须于{day_words(form.day.data)}前提出。" if changed else "会办日期没有变化，不用保存。"

    return _done(task_id, PanelForms(form), deed)


@blueprint.post("/tasks/<int:task_id>/opinions/end")
@requires(Permission.DECIDE)
def end(task_id: int) -> Answer:
    """Ends the waiting for opinions."""
    form = EndForm()

    def deed() -> str:
        service.end_opinions(session(), actor(), now(), task_id, form.mark())
        return "已取消会办，配合单位恢复任务时限。"

    return _done(task_id, PanelForms(form), deed)


@blueprint.post("/tasks/<int:task_id>/opinions/<int:assignment_id>/waive")
@requires(Permission.DECIDE)
def waive(task_id: int, assignment_id: int) -> Answer:
    """Says not to wait for one unit's opinion."""
    form = WaiveForm().of_part(assignment_id)

    def deed() -> str:
        given = (form.reason.data or "", form.mark())
        part = service.waive_opinion(session(), actor(), now(), task_id, assignment_id, *given)
        return f"已免予等候“{part.unit.name}”的会办意见。"

    return _done(task_id, PanelForms(form, assignment_id), deed)


def _done(task_id: int, forms: PanelForms, deed: Callable[[], str]) -> Answer:
    try:
        said = deed()
    except Invalid as fault:
        forms.sent.blame(fault)
        return _again(task_id, forms), 422
    except Stale as stale:
        return _again(task_id, forms, str(stale)), 409
    flash(said, "success")
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="joint"))


def _again(task_id: int, forms: PanelForms, stale: str = "") -> str:
    """The panel by itself, with the faults at their fields and everything typed."""
    session().rollback()
    task = task_page(session(), actor(), when(), task_id).task
    page = _panel(task)
    return render_template(
        "joint/again.html", task=task, page=page, forms=forms, stale=stale, orphan=forms.orphan(page)
    )


def _panel(task: Task) -> JointPage:
    """For the pages of a task and of a part: whose opinions are waited for, and what they say."""
    return joint_page(session(), actor(), work_calendar(session()), task)


@blueprint.app_context_processor
def panels() -> dict[str, object]:
    return {"joint_panel": _panel, "joint_forms": lambda: PanelForms(EndForm(formdata=None))}
