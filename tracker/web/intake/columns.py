"""What the columns of a spreadsheet hold: the page that asks when nobody recognised them, or a clerk wants to say."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.reading.mapped import Use
from tracker.services.errors import Invalid
from tracker.services.intake_columns import ColumnsView, columns_view, map_columns
from tracker.web.access import requires
from tracker.web.context import actor, now
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.forms import ColumnsForm


@blueprint.route("/sources/<int:source_id>/columns", methods=["GET", "POST"])
@requires(Permission.INTAKE)
def columns(source_id: int) -> Response | tuple[str, int]:
    """The first rows of the table, with a choice over each column; sent, the table is read again with it."""
    try:
        view = columns_view(session(), actor(), source_id)
    except Invalid as fault:
        flash(str(fault), "warning")
        return redirect(url_for("intake.source", source_id=source_id))
    if request.method == "GET":
        return _page(view, ColumnsForm.showing(view.header, view.uses))
    form = ColumnsForm()
    if not form.validate():
        return _page(view, form, "请选择表头在哪一行，并逐列选择含义。")
    try:
        drafts, plan_id = map_columns(session(), actor(), now(), source_id, form.chosen())
    except Invalid as fault:
        return _page(columns_view(session(), actor(), source_id), form, str(fault))
    flash(f"已按您指定的各列重新读取，读出{drafts}条待核任务。以后导入同样表头的表格，会自动照此读取。", "success")
    return redirect(url_for("intake.review", plan_id=plan_id))


def _page(view: ColumnsView, form: ColumnsForm, trouble: str = "") -> tuple[str, int]:
    chosen = form.chosen_words(len(view.rows[0]))
    page = render_template("intake/columns.html", view=view, form=form, chosen=chosen, uses=list(Use), trouble=trouble)
    return page, 422 if trouble else 200
