"""Importing a file or a pasted text, and what was found in it."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.intake import Imported, import_scopes, recent_sources, source_view
from tracker.services.old_formats import convertible
from tracker.services.reading_files import warm_up
from tracker.services.reading_jobs import begin, outcome_of, readings_under_way, wait_for
from tracker.services.revision_pages import VersionNote, notes_of
from tracker.store.readings import ReadingState
from tracker.web.access import requires
from tracker.web.context import actor, settings
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.forms import ImportForm
from tracker.web.intake.reading import led_on, readers, words_of_progress


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires(Permission.INTAKE)
def new() -> Response | tuple[str, int]:
    """The page to import on. A file that is soon read leads to what was found in it, another to its progress."""
    form = ImportForm()
    form.scope.choices = {unit.id: unit.name for unit in import_scopes(session(), actor())}
    if request.method == "GET":
        warm_up()
        return _new_page(form)
    if not form.validate():
        return _new_page(form)
    return _read(form)


def _read(form: ImportForm) -> Response | tuple[str, int]:
    upload = form.upload()
    begun = begin(session(), readers(), actor(), upload, form.scope.data)
    if isinstance(begun, Imported):
        return led_on(begun)
    job = wait_for(session(), begun, upload, current_app.config["READING_PATIENCE"])
    if job.state is ReadingState.DONE:
        return led_on(outcome_of(session(), job))
    if job.state is ReadingState.REFUSED:
        # The file stays on the person's disk; a pasted text stays in the form.
        (form.text if form.text.data else form.file).errors = [job.message]
        return _new_page(form)
    return redirect(url_for("intake.reading", job_id=job.id))


def _new_page(form: ImportForm) -> tuple[str, int]:
    page = render_template(
        "intake/new.html",
        form=form,
        sources=recent_sources(session(), actor()),
        under_way=[(job, words_of_progress(job)) for job in readings_under_way(session(), actor())],
        most_mb=settings().max_upload_mb,
        old_formats=convertible(settings().reading),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/sources/<int:source_id>")
@requires(Permission.INTAKE)
def source(source_id: int) -> str:
    """The plans found in a file, with their drafts counted."""
    view = source_view(session(), actor(), source_id)
    notes = notes_of(session(), [row.plan for row in view.assigning])
    return render_template("intake/source.html", view=view, notes=notes, alone=VersionNote())
