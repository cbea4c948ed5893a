"""Importing a file or a pasted text, and what was found in it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.reading import UnreadableFile
from tracker.services.intake import Imported, SourceView, import_file, import_scopes, recent_sources, source_view
from tracker.services.intake_columns import wants_columns
from tracker.web.access import requires
from tracker.web.context import actor, now, settings
from tracker.web.database import session
from tracker.web.filters import instant
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.forms import ImportForm


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires(Permission.INTAKE)
def new() -> Response | tuple[str, int]:
    """The page to import on; a file that was imported before leads to what was found in it then."""
    form = ImportForm()
    form.scope.choices = {unit.id: unit.name for unit in import_scopes(session(), actor())}
    if request.method == "GET" or not form.validate():
        return _new_page(form)
    try:
        done = import_file(session(), actor(), now(), form.upload(), form.scope.data)
    except UnreadableFile as fault:
        # The file stays on the person's disk; a pasted text stays in the form.
        (form.text if form.text.data else form.file).errors = [str(fault)]
        return _new_page(form)
    view = source_view(session(), actor(), done.source_id)
    _tell(done, view)
    return redirect(_first_stop(done, view))


def _first_stop(done: Imported, view: SourceView) -> str:
    """Where to go on after an import: to a sheet's columns that nobody recognised, the only plan, or the list."""
    if not done.already and wants_columns(view):
        return url_for("intake.columns", source_id=done.source_id)
    if not done.already and len(view.assigning) == 1 and not view.silent:
        return url_for("intake.review", plan_id=view.assigning[0].plan.id)
    return url_for("intake.source", source_id=done.source_id)


def _tell(done: Imported, view: SourceView) -> None:
    if done.already:
        flash(f"该文件已于{instant(done.imported_at)}导入（《{done.name}》），没有改动。", "info")
    elif not view.assigning:
        flash(f"《{done.name}》已导入，没有读出责任条款。", "info")
    else:
        flash(f"《{done.name}》已导入。请核对待核任务，采纳后才会生成任务、下达到单位。", "success")


def _new_page(form: ImportForm) -> tuple[str, int]:
    page = render_template(
        "intake/new.html", form=form, sources=recent_sources(session(), actor()), most_mb=settings().max_upload_mb
    )
    return page, 422 if form.errors else 200


@blueprint.get("/sources/<int:source_id>")
@requires(Permission.INTAKE)
def source(source_id: int) -> str:
    """The plans found in a file, with their drafts counted."""
    return render_template("intake/source.html", view=source_view(session(), actor(), source_id))
