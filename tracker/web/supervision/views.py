"""The overdue list, its sheet, and what waits for a supervisor's decision."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from tracker.domain.access import Permission
from tracker.domain.lifecycle import Event, Outcome
from tracker.services.lit import When
from tracker.services.supervision import OverdueSort, declined, overdue, overdue_sheet, submitted, worst_units
from tracker.services.task_pages import choices
from tracker.web.access import requires
from tracker.web.context import actor, today
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
    page = overdue(session(), actor(), _when(), wanted, page_asked())
    worst = worst_units(session(), actor(), _when(), wanted)
    return render_template(
        "supervision/overdue.html", form=form, wanted=wanted, page=page, worst=worst, Sort=OverdueSort
    )


@blueprint.get("/overdue.xlsx")
@requires(Permission.SUPERVISE)
def overdue_xlsx() -> Response:
    """The same list whole, as a file for the office."""
    form = _offered(OverdueForm(request.args), Permission.SUPERVISE)
    body = overdue_sheet(session(), actor(), _when(), form.wanted())
    name = f"逾期清单-{today().isoformat()}.xlsx"
    said = f"attachment; filename=overdue-{today().isoformat()}.xlsx; filename*=UTF-8''{quote(name)}"
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
        page=submitted(session(), actor(), _when(), wanted, page_asked()),
        declined=declined(session(), actor(), _when(), wanted),
        Event=Event,
        Outcome=Outcome,
    )


def _when() -> When:
    return when()


def _offered(form: Kind, permission: Permission) -> Kind:
    """The form with the units and plans within this person's reach to choose from."""
    form.offer(*choices(session(), actor(), permission))
    return form
