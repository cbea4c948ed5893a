"""Deleting a wrong import, after a page that says what goes with it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.errors import Invalid, Stale
from tracker.services.source_deletion import delete_source, deletion_of
from tracker.web.access import requires
from tracker.web.context import actor
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.revision_forms import INCOMPLETE, DeletionForm


@blueprint.route("/sources/<int:source_id>/delete", methods=["GET", "POST"])
@requires(Permission.INTAKE)
def delete_import(source_id: int) -> Response | tuple[str, int]:
    """Asks once more, and says why not where something was adopted."""
    form = DeletionForm()
    if request.method == "GET":
        return _page(source_id)
    deletion_of(session(), actor(), source_id)
    if not form.validate():
        return _page(source_id, INCOMPLETE, 422)
    try:
        name = delete_source(session(), actor(), source_id, form.seen.data)
    except Stale as stale:
        return _page(source_id, str(stale), 409)
    except Invalid as fault:
        return _page(source_id, str(fault), 422)
    flash(f"已删除《{name}》和从中读出的待核任务。", "success")
    return redirect(url_for("intake.new"))


def _page(source_id: int, trouble: str = "", status: int = 200) -> tuple[str, int]:
    found = deletion_of(session(), actor(), source_id)
    return render_template("intake/delete.html", deletion=found, trouble=trouble), status
