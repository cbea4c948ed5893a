"""The scheduler's jobs, for those who answer for the whole installation."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.services.job_pages import job_page
from tracker.web.access import requires
from tracker.web.context import actor, parts, settings
from tracker.web.database import session

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs")
@requires(Permission.READ_JOBS)
def index() -> str:
    """What each job did last and does next; ``all`` shows the runs too that found nothing."""
    with_quiet = "all" in request.args
    page = job_page(session(), actor(), parts().clock.read(), settings().zone, with_quiet=with_quiet)
    return render_template("jobs/index.html", page=page, with_quiet=with_quiet)
