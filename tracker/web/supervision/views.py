"""The overdue list, its sheet, and what waits for a supervisor's decision."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from tracker.domain.access import Permission
from tracker.domain.lifecycle import Event, Outcome
from tracker.services.bulk import Picked, decide_all, preview
from tracker.services.errors import Invalid
from tracker.services.evidence import evidence_of
from tracker.services.lists_on import overdue_on, overdue_sheet_on
from tracker.services.past_words import past_words
from tracker.services.supervision import OverdueSort, declined, extensions_waiting, submitted, unsigned
from tracker.services.task_pages import choices
from tracker.web.access import requires, safe_next
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.downloads import file_to_save
from tracker.web.lists import page_asked, place_asked
from tracker.web.supervision.forms import BulkForm, OverdueForm, PartsForm, PendingForm, picked
from tracker.web.when import when

blueprint = Blueprint("supervision", __name__)
Kind = TypeVar("Kind", bound=PartsForm)


@blueprint.get("/overdue", endpoint="overdue")
@requires(Permission.SUPERVISE)
def overdue_page() -> str:
    """The list with its filters, order and page in the address."""
    form = _offered(OverdueForm(request.args), Permission.SUPERVISE)
    wanted = form.wanted()
    found = overdue_on(session(), actor(), form.day(), wanted, place_asked())
    return render_template(
        "supervision/overdue.html",
        form=form,
        wanted=wanted,
        found=found,
        past_words=past_words(session(), form.day()),
        Sort=OverdueSort,
    )


@blueprint.get("/overdue.xlsx")
@requires(Permission.SUPERVISE)
def overdue_xlsx() -> Response | Redirect:
    """The same list whole, as a file for the office; for a day that cannot be, the page says so instead."""
    form = _offered(OverdueForm(request.args), Permission.SUPERVISE)
    wanted = form.wanted()
    if form.as_of.errors:
        return redirect(form.address("supervision.overdue"))
    day = form.day()
    body = overdue_sheet_on(session(), actor(), day, wanted)
    return file_to_save(body, f"逾期清单-{day.today}.xlsx", f"overdue-{day.today}")


@blueprint.get("/pending")
@requires(Permission.DECIDE)
def pending() -> str:
    """What was submitted, with the words and the two decisions; and what was declined."""
    form = _offered(PendingForm(request.args), Permission.DECIDE)
    wanted, at = form.wanted(), when()
    page = submitted(session(), actor(), at, wanted, page_asked())
    return render_template(
        "supervision/pending.html",
        form=form,
        page=page,
        evidence=evidence_of(session(), [part.assignment.id for part in page.rows]),
        extensions=extensions_waiting(session(), actor(), at, wanted),
        declined=declined(session(), actor(), at, wanted),
        unsigned=unsigned(session(), actor(), at, wanted),
        Event=Event,
        Outcome=Outcome,
    )


@blueprint.get("/pending/bulk")
@requires(Permission.DECIDE)
def bulk() -> str:
    """What would be decided of the rows that were ticked, and what would not; nothing is done yet."""
    form = BulkForm(formdata=None)
    return _bulk_page(form, picked(request.args.getlist("item")), _bulk_event(request.args.get("do")))


@blueprint.post("/pending/bulk")
@requires(Permission.DECIDE)
def decide_bulk() -> str | tuple[str, int]:
    """Decides them one by one, and shows what was done and what was left out."""
    form, items, event = BulkForm(), picked(request.form.getlist("item")), _bulk_event(request.form.get("do"))
    try:
        if not form.validate():
            raise Invalid("填写的内容有误，没有办理，请按提示修改。")
        done = decide_all(session(), actor(), now(), today(), items, event, form.words.data, form.outcome.data)
    except Invalid as fault:
        session().rollback()
        return _bulk_page(form, items, event, str(fault)), 422
    return render_template("supervision/bulk_done.html", done=done, event=event, back=safe_next(form.next.data))


def _bulk_page(form: BulkForm, items: list[Picked], event: Event, fault: str = "") -> str:
    rows = preview(session(), actor(), items)
    form.next.data = safe_next(request.values.get("next") or url_for("supervision.pending"))
    form.words.label.text = "审核意见（可不填）" if event is Event.ACCEPT else "退回意见（必填，各单位都会看到）"
    return render_template(
        "supervision/bulk.html",
        form=form,
        rows=rows,
        items=items,
        event=event,
        fault=fault,
        Event=Event,
        evidence=evidence_of(session(), [row.assignment.id for row in rows.fit]),
    )


def _bulk_event(word: str | None) -> Event:
    return Event.RETURN if word == Event.RETURN.value else Event.ACCEPT


def _offered(form: Kind, permission: Permission) -> Kind:
    """The form with the units and plans within this person's reach to choose from."""
    form.offer(*choices(session(), actor(), permission))
    return form
