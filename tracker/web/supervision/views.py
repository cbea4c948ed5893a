"""The overdue list, its sheet, and what waits for a supervisor's decision."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from tracker.domain.access import Permission
from tracker.domain.lifecycle import Event, Outcome
from tracker.services.lists_on import overdue_on, overdue_sheet_on
from tracker.services.supervision import OverdueSort, declined, submitted
from tracker.services.task_pages import choices
from tracker.web.access import requires
from tracker.web.context import actor
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.supervision.forms import OverdueForm, PartsForm, PendingForm
from tracker.web.when import when

blueprint = Blueprint("supervision", __name__)
Kind = TypeVar("Kind", bound=PartsForm)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/overdue", endpoint="overdue")
@requires(Permission.SUPERVISE)
def overdue_page() -> str:
    """The list with its filters, order and page in the address."""
    form = _offered(OverdueForm(request.args), Permission.SUPERVISE)
    wanted = form.wanted()
    found = overdue_on(session(), actor(), form.when(), wanted, page_asked())
    return render_template(
        "supervision/overdue.html", form=form, wanted=wanted, page=found.page, worst=found.worst, Sort=OverdueSort
    )


@blueprint.get("/overdue.xlsx")
@requires(Permission.SUPERVISE)
def overdue_xlsx() -> Response | Redirect:
    """The same list whole, as a file for the office; for a day that cannot be, the page says so instead."""
    form = _offered(OverdueForm(request.args), Permission.SUPERVISE)
    wanted = form.wanted()
    if form.as_of.errors:
        return redirect(form.address("supervision.overdue"))
    when = form.when()
    body = overdue_sheet_on(session(), actor(), when, wanted)
    name = f"逾期清单-{when.today.isoformat()}.xlsx"
    said = f"attachment; filename=overdue-{when.today.isoformat()}.xlsx; filename*=UTF-8''{quote(name)}"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": said, "Cache-Control": "no-store"})


@blueprint.get("/pending")
@requires(Permission.DECIDE)
def pending() -> str:
    """What was submitted, with the words and the two decisions; and what was declined."""
    form = _offered(PendingForm(request.args), Permission.DECIDE)
    wanted = form.wanted()
    return render_template(
        "supervision/pending.html",
        form=form,
        page=submitted(session(), actor(), when(), wanted, page_asked()),
        declined=declined(session(), actor(), when(), wanted),
        Event=Event,
        Outcome=Outcome,
    )


def _offered(form: Kind, permission: Permission) -> Kind:
    """The form with the units and plans within this person's reach to choose from."""
    form.offer(*choices(session(), actor(), permission))
    return form
