"""A file that is being read: the page that shows how far it is, and what can be done about it."""

from __future__ import annotations

from pathlib import PurePath

from flask import flash, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.errors import Invalid
from tracker.services.intake import Imported, SourceView, source_view
from tracker.services.intake_columns import wants_columns
from tracker.services.reading_jobs import Readers, can_read_again, cancel, outcome_of, read_again, reading_of
from tracker.services.revision_pages import notes_of
from tracker.store.readings import ReadingJob, ReadingState
from tracker.web.access import requires
from tracker.web.context import actor, now, parts
from tracker.web.database import engine, session
from tracker.web.filters import instant
from tracker.web.intake.blueprint import blueprint


def readers() -> Readers:
    """What a reading needs that goes on after the request."""
    return Readers(engine(), parts().clock, parts().settings.reading)


@blueprint.get("/readings/<int:job_id>")
@requires(Permission.INTAKE)
def reading(job_id: int) -> Response | str:
    """How far the reading of a file is; one that is done leads on to what was found."""
    job = reading_of(session(), actor(), job_id)
    if job.state is ReadingState.DONE:
        return led_on(outcome_of(session(), job))
    left = job.is_left(now())
    return render_template(
        "intake/reading.html",
        job=job,
        words=words_of_progress(job),
        goes_on=job.state is ReadingState.RUNNING and not left,
        is_left=left,
        can_read_again=left and can_read_again(session(), job, now()),
        may_cancel=left or job.owner_id == actor().person_id,
    )


@blueprint.get("/readings/<int:job_id>/progress")
@requires(Permission.INTAKE)
def reading_progress(job_id: int) -> Response:
    """The same for a script: parts read, the words for it, and whether there is something else to see on the page."""
    job = reading_of(session(), actor(), job_id)
    goes_on = job.state is ReadingState.RUNNING and not job.is_left(now())
    return jsonify(done=job.done, total=job.total, words=words_of_progress(job), goes_on=goes_on)


@blueprint.post("/readings/<int:job_id>/cancel")
@requires(Permission.INTAKE)
def cancel_reading(job_id: int) -> Response:
    """Stops a reading; nothing of the file is kept."""
    if not cancel(session(), actor(), now(), job_id):
        return redirect(url_for("intake.reading", job_id=job_id))
    flash("已取消读取，没有导入任何内容。", "info")
    return redirect(url_for("intake.new"))


@blueprint.post("/readings/<int:job_id>/again")
@requires(Permission.INTAKE)
def read_again_from_start(job_id: int) -> Response:
    """Reads a file again whose reading was left."""
    try:
        read_again(session(), readers(), actor(), job_id)
    except Invalid as fault:
        flash(str(fault), "warning")
        return redirect(url_for("intake.new"))
    return redirect(url_for("intake.reading", job_id=job_id))


def words_of_progress(job: ReadingJob) -> str:
    """How far a reading is, for a person; what a part is depends on the format."""
    if job.is_left(now()):
        return "读到一半停了下来"
    if not job.total:
        return "正在准备"
    if job.done >= job.total:
        return "文字已读完，正在整理责任条款"
    part = "页" if PurePath(job.name).suffix.lower() == ".pdf" else "部分"
    return f"已读{job.done}{part}，共{job.total}{part}"


def led_on(done: Imported) -> Response:
    """From an import to what was found in the file."""
    view = source_view(session(), actor(), done.source_id)
    newer = sum(note.older is not None for note in notes_of(session(), [row.plan for row in view.assigning]).values())
    _tell(done, view, newer)
    return redirect(_first_stop(done, view, newer))


def _first_stop(done: Imported, view: SourceView, newer: int) -> str:
    """Where to go on after an import: to a sheet's columns that nobody recognised, the only plan, or the list.

    ``newer`` of the plans are new versions; the only one is held against the version before.
    """
    if not done.already and wants_columns(view):
        return url_for("intake.columns", source_id=done.source_id)
    if not done.already and len(view.assigning) == 1 and not view.silent:
        return url_for("intake.revision" if newer else "intake.review", plan_id=view.assigning[0].plan.id)
    return url_for("intake.source", source_id=done.source_id)


def _tell(done: Imported, view: SourceView, newer: int) -> None:
    if done.already:
        flash(f"该文件已于{instant(done.imported_at)}导入（《{done.name}》），没有改动。", "info")
    elif not view.assigning:
        flash(f"《{done.name}》已导入，没有读出责任条款。", "info")
    elif newer:
        which = "是已有文件的新版" if len(view.assigning) == 1 else f"其中{newer}份是已有文件的新版"
        flash(f"《{done.name}》已导入，{which}。请看新旧对照，接受变化后任务才按新版调整。", "success")
    else:
        flash(f"《{done.name}》已导入。请核对待核任务，采纳后才会生成任务、下达到单位。", "success")
