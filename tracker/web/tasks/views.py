"""All tasks within reach, and one task."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.services.lit import When
from tracker.services.task_pages import TaskSort, all_tasks, choices, task_page
from tracker.web.access import requires
from tracker.web.context import actor, settings, today
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.tasks.forms import TaskFilterForm

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/tasks")
@requires(Permission.READ)
def index() -> str:
    """The list with its filters, order and page in the address."""
    form = TaskFilterForm(request.args)
    form.offer(*choices(session(), actor(), Permission.READ))
    wanted = form.wanted()
    page = all_tasks(session(), actor(), When(today(), settings().zone), wanted, page_asked())
    return render_template("tasks/index.html", form=form, wanted=wanted, page=page, Sort=TaskSort)


@blueprint.get("/tasks/<int:task_id>")
@requires(Permission.READ)
def show(task_id: int) -> str:
    """The task with its clause, its units, its deadline and what happened."""
    page = task_page(session(), actor(), When(today(), settings().zone), task_id)
    return render_template("tasks/show.html", page=page, task=page.task)
