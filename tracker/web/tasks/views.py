"""All tasks within reach, and one task."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services import anchoring
from tracker.services.anchoring import waiting_of
from tracker.services.errors import Invalid, Stale
from tracker.services.evidence import may_require, require_evidence
from tracker.services.lists_on import tasks_on
from tracker.services.past_words import past_words
from tracker.services.task_pages import TaskSort, choices, task_page
from tracker.web.access import requires
from tracker.web.context import actor, now
from tracker.web.database import session
from tracker.web.filters import day
from tracker.web.lists import page_asked
from tracker.web.tasks.forms import EventDayForm, TaskFilterForm
from tracker.web.when import when

blueprint = Blueprint("tasks", __name__)


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
        may_require=may_require(actor(), page.task),
    )


@blueprint.post("/tasks/<int:task_id>/evidence")
@requires(Permission.DECIDE)
def require(task_id: int) -> Response:
    """Says whether a submission of the task must bring files; nothing is typed, so nothing can be lost."""
    required = request.form.get("required") == "yes"
    require_evidence(session(), actor(), task_id, required=required)
    flash("已要求附佐证材料，各单位申请办结时须附文件。" if required else "已取消附佐证材料的要求。", "success")
    return redirect(url_for("tasks.show", task_id=task_id))


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
