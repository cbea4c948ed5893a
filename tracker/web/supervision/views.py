"""The overdue list, its sheet, and what waits for a supervisor's decision."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from tracker.domain.access import Permission
from tracker.domain.lifecycle import Event, Outcome
from tracker.services.lit import When
from tracker.services.supervision import OverdueSort, declined, overdue, overdue_sheet, submitted
from tracker.services.task_pages import choices
from tracker.web.access import requires
from tracker.web.context import actor, settings, today
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.supervision.forms import OverdueForm

blueprint = Blueprint("supervision", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/overdue", endpoint="overdue")
@requires(Permission.SUPERVISE)
def overdue_page() -> str:
    """The list with its filters, order and page in the address."""
    form = _form()
    wanted = form.wanted()
    page = overdue(session(), actor(), _when(), wanted, page_asked())
    return render_template("supervision/overdue.html", form=form, wanted=wanted, page=page, Sort=OverdueSort)


@blueprint.get("/overdue.xlsx")
@requires(Permission.SUPERVISE)
def overdue_xlsx() -> Response:
    """The same list whole, as a file for the office."""
    body = overdue_sheet(session(), actor(), _when(), _form().wanted())
    name = f"逾期清单-{today().isoformat()}.xlsx"
    said = f"attachment; filename=overdue-{today().isoformat()}.xlsx; filename*=UTF-8''{quote(name)}"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": said, "Cache-Control": "no-store"})


@blueprint.get("/pending")
@requires(Permission.DECIDE)
def pending() -> str:
    """What was submitted, with the words and the two decisions; and what was declined."""
    return render_template(
        "supervision/pending.html",
        page=submitted(session(), actor(), _when(), page_asked()),
        declined=declined(session(), actor(), _when()),
        Event=Event,
        Outcome=Outcome,
    )


def _when() -> When:
    return When(today(), settings().zone)


def _form() -> OverdueForm:
    form = OverdueForm(request.args)
    form.offer(*choices(session(), actor(), Permission.SUPERVISE))
    return form
