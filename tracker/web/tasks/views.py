"""All tasks within reach, and one task."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.lifecycle import TaskState
from tracker.services import anchoring
from tracker.services.anchoring import waiting_of
from tracker.services.changing import Changed
from tracker.services.demanding import may_require, require_evidence
from tracker.services.errors import Invalid, Stale
from tracker.services.lists_on import tasks_on
from tracker.services.past_words import past_words
from tracker.services.task_pages import TaskSort, choices, task_page
from tracker.store.tasks import Task
from tracker.web.access import requires
from tracker.web.context import actor, now
from tracker.web.database import session
from tracker.web.filters import day
from tracker.web.lists import page_asked
from tracker.web.tasks.forms import DemandForm, EventDayForm, TaskFilterForm
from tracker.web.when import when

blueprint = Blueprint("tasks", __name__)
DEMANDED = {True: "申请办结时须附文件。", False: "申请办结时可附，不作要求。"}


@blueprint.get("/tasks")
@requires(Permission.READ)
def index() -> str:
    """The list with its filters, order and page in the address."""
    form = TaskFilterForm(request.args)
    form.offer(*choices(session(), actor(), Permission.READ))
    wanted = form.wanted()
    page = tasks_on(session(), actor(), form.when(), wanted, page_asked())
    values = {"form": form, "wanted": wanted, "page": page, "Sort": TaskSort}
    return render_template("tasks/index.html", past_words=past_words(session(), form.when()), **values)


@blueprint.get("/tasks/<int:task_id>")
@requires(Permission.READ)
def show(task_id: int) -> str:
    """The task with its clause, its units, its deadline and what happened."""
    return _shown(task_id, EventDayForm(formdata=None))


def _shown(task_id: int, form: EventDayForm, trouble: str = "") -> str:
    page = task_page(session(), actor(), when(), task_id)
    waiting = waiting_of(actor(), page.task)
    if waiting:
        form.ask(waiting)
    return render_template(
        "tasks/show.html",
        page=page,
        task=page.task,
        waiting=waiting,
        form=form,
        trouble=trouble,
        demand=_demand_form(page.task, DemandForm(formdata=None)),
    )


def _demand_form(task: Task, form: DemandForm) -> DemandForm | None:
    """The form that says whether submissions must bring files; None for who may not say so, or no longer."""
    if task.state is not TaskState.OPEN or not may_require(actor(), task):
        return None
    form.ask(task)
    return form


@blueprint.post("/tasks/<int:task_id>/evidence")
@requires(Permission.DECIDE)
def require(task_id: int) -> Response | tuple[str, int]:
    """Says whether a submission of the task must bring files."""
    form = DemandForm()
    try:
        task, changed = require_evidence(session(), actor(), now(), task_id, form.demand())
    except Invalid as fault:
        return _demand_again(task_id, form, fault), 422
    except Changed as stale:
        return _demand_again(task_id, form, stale), 409
    said = "已要求附佐证材料，各单位申请办结时须附文件。" if task.evidence_required else "已取消附佐证材料的要求。"
    flash(said if changed else f"佐证材料的要求没有变化：{DEMANDED[task.evidence_required]}", "success")
    return redirect(url_for("tasks.show", task_id=task_id))


def _demand_again(task_id: int, form: DemandForm, fault: Invalid | Changed) -> str:
    """The form by itself, with the fault, what happened meanwhile and what was typed."""
    session().rollback()
    task = task_page(session(), actor(), when(), task_id).task
    meanwhile = fault.entries if isinstance(fault, Changed) else ()
    return render_template(
        "tasks/evidence_again.html", task=task, demand=_demand_form(task, form), fault=str(fault), meanwhile=meanwhile
    )


@blueprint.post("/tasks/<int:task_id>/day")
@requires(Permission.DECIDE)
def enter_day(task_id: int) -> Response | tuple[str, int]:
    """The day from which a deadline counts, or on which its event falls."""
    form = EventDayForm()
    if not form.validate():
        return _shown(task_id, form), 422
    try:
        completion = anchoring.enter_day(
            session(), actor(), now(), task_id, day=form.day.data, seen=form.seen.data or ""
        )
    except Invalid as fault:
        form.day.errors = [str(fault)]
        return _shown(task_id, form), 422
    except Stale as stale:
        return _shown(task_id, form, str(stale)), 409
    later = "（跨入放假安排尚未公布的年份，暂定，公布后自动重新推算）" if completion.provisional else ""
    flash(f"完成时限已确定为{day(completion.due_on)}{later}。", "success")
    return redirect(url_for("tasks.show", task_id=task_id))
