"""A recurring duty with its days, and the act that ends it or changes its end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.errors import Invalid, Stale
from tracker.services.series import label_of
from tracker.services.series_changes import change_end
from tracker.services.series_pages import series_page
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.series.forms import SeriesForm

blueprint = Blueprint("series", __name__)


@blueprint.get("/tasks/<int:task_id>/series")
@requires(Permission.READ)
def show(task_id: int) -> str:
    """All days of the series that the task is one of."""
    return _shown(task_id, SeriesForm(formdata=None))


@blueprint.post("/tasks/<int:task_id>/series")
@requires(Permission.DECIDE)
def change(task_id: int) -> Response | tuple[str, int]:
    """Ends the series or changes its last day."""
    form = SeriesForm()
    if not form.validate():
        return _shown(task_id, form), 422
    try:
        row = change_end(
            session(),
            actor(),
            now(),
            today(),
            task_id,
            form.last_day(today()),
            form.words.data or "",
            form.seen.data or "",
        )
    except (Invalid, Stale) as fault:
        session().rollback()
        return _shown(task_id, form, str(fault)), 422 if isinstance(fault, Invalid) else 409
    flash(f"周期现为“{label_of(row)}”。", "success")
    return redirect(url_for("series.show", task_id=task_id))


def _shown(task_id: int, form: SeriesForm, fault: str = "") -> str:
    view = series_page(session(), actor(), today(), task_id)
    form.ask(view)
    return render_template("series/show.html", view=view, form=form, fault=fault, task_id=task_id)
