"""Reporting on a milestone from a unit's part, and the list of late milestones."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.figures_asked import plain
from tracker.services.errors import Invalid
from tracker.services.milestone_lists import late_milestones
from tracker.services.milestones import ReportedMeanwhile, report_milestone, reporting_page
from tracker.services.task_pages import choices
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.milestones.forms import MilestoneForm
from tracker.web.supervision.forms import PendingForm

blueprint = Blueprint("milestones", __name__)
blueprint.add_app_template_filter(plain, "plain")


@blueprint.get("/assignments/<int:assignment_id>/milestones/<int:milestone_id>")
@requires(Permission.READ)
def report(assignment_id: int, milestone_id: int) -> str:
    """One milestone: what it asks for, what was reported, and the form of those who may report."""
    return _page(assignment_id, milestone_id, MilestoneForm(formdata=None))


@blueprint.post("/assignments/<int:assignment_id>/milestones/<int:milestone_id>")
@requires(Permission.READ)
def send(assignment_id: int, milestone_id: int) -> Response | tuple[str, int]:
    """Takes a report; whether this person may is asked of the part's unit."""
    form = MilestoneForm()
    place = (assignment_id, milestone_id)
    try:
        done = report_milestone(
            session(), actor(), now(), today(), *place, form.given(), form.seen.data or "", form.unread()
        )
    except Invalid as fault:
        session().rollback()
        form.blame(fault)
        return _page(*place, form), 422
    except ReportedMeanwhile as fault:
        session().rollback()
        return _page(*place, form, str(fault)), 409
    flash(f"节点已报送：{done.milestone.text}。{done.stood.standing.label}。{done.stood.why}", "success")
    return redirect(url_for("work.show", assignment_id=assignment_id))


def _page(assignment_id: int, milestone_id: int, form: MilestoneForm, fault: str = "") -> str:
    view = reporting_page(session(), actor(), today(), assignment_id, milestone_id)
    form.ask(view)
    return render_template("milestones/report.html", view=view, form=form, fault=fault)


@blueprint.get("/overdue/milestones")
@requires(Permission.SUPERVISE)
def overdue() -> str:
    """Late milestones of the units within reach, with their filter in the address."""
    form = PendingForm(request.args)
    form.offer(*choices(session(), actor(), Permission.SUPERVISE))
    wanted = form.wanted()
    page = late_milestones(session(), actor(), today(), wanted, page_asked(), Permission.SUPERVISE)
    return render_template("milestones/overdue.html", form=form, page=page)
