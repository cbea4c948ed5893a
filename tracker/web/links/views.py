"""Links without an account: making and revoking them on a part's page, and the public page that one opens.

The public page stands outside the product: no menu, no name of anybody signed in, nothing but the one assignment. Its
address holds the secret, so no answer under it may be kept, indexed, or named to another site.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.wrappers import Response
from wtforms import ValidationError

from tracker.domain.access import Actor, Permission
from tracker.services.errors import Invalid, Stale
from tracker.services.link_reports import LinkRefused, Opened, open_link, report_by_link
from tracker.services.recording import why_not
from tracker.services.report_links import (
    ShownLink,
    last_day,
    link_for,
    links_shown,
    links_to_manage,
    qr_of_link,
    revoke_link,
)
from tracker.services.task_pages import part_page
from tracker.store.report_links import ReportLink
from tracker.store.tasks import Assignment
from tracker.web.access import public, requires
from tracker.web.context import CLOSED_DOOR, actor, issuer, now, settings, today
from tracker.web.database import read_one_instant, session
from tracker.web.filters import day
from tracker.web.incoming import sent_file_names
from tracker.web.links.forms import LinkForm, ReportForm
from tracker.web.when import when

blueprint = Blueprint("links", __name__)


@blueprint.after_request
def _shut(response: Response) -> Response:
    """Also answers that tell of a fault."""
    response.headers.update(CLOSED_DOOR)
    return response


@blueprint.app_template_filter("last_day")
def last_day_words(link: ReportLink) -> str:
    """The last day on which the link can be used, in words."""
    return day(last_day(link, settings().zone))


@blueprint.app_template_global("links_of")
def links_of(part: Assignment, person: Actor | None) -> Sequence[ShownLink] | None:
    """The part's links, for the part's own page; None for a person who may not make any."""
    return links_shown(session(), person, now(), part) if person else None


@blueprint.get("/assignments/<int:assignment_id>/links")
@requires(Permission.COLLECT)
def index(assignment_id: int) -> str:
    """The part's links with their states, and the form for another."""
    return _index(assignment_id, LinkForm(formdata=None))


@blueprint.post("/assignments/<int:assignment_id>/links")
@requires(Permission.COLLECT)
def make(assignment_id: int) -> str | tuple[str, int]:
    """Makes a link and shows it, this once: its address, its code, and a slip to print."""
    form = LinkForm()
    if not form.validate():
        return _index(assignment_id, form), 422
    try:
        made = link_for(session(), actor(), now(), issuer(), assignment_id, form.wish())
    except Invalid as fault:
        session().rollback()
        form.days.errors = [str(fault)]
        return _index(assignment_id, form), 422
    part = part_page(session(), actor(), when(), assignment_id).assignment
    return render_template("links/made.html", made=made, part=part, qr=qr_of_link(made.url))


def _index(assignment_id: int, form: LinkForm) -> str:
    part = part_page(session(), actor(), when(), assignment_id).assignment
    shown = links_to_manage(session(), actor(), now(), part)
    return render_template("links/index.html", part=part, shown=shown, form=form, why_not=why_not(part))


@blueprint.post("/links/<int:link_id>/revoke", endpoint="revoke")
@requires(Permission.COLLECT)
def revoke_one(link_id: int) -> Response:
    """Ends a link; one that was used in the meantime is told of."""
    link = revoke_link(session(), actor(), now(), link_id)
    if link.used_at is not None:
        flash("这个链接刚刚用过，已自动失效；填报的内容见办理记录。", "warning")
    else:
        flash("链接已撤销，立即失效。", "success")
    return redirect(url_for("links.index", assignment_id=link.assignment_id))


@blueprint.get("/r/<token>", endpoint="open")
@public
def open_page(token: str) -> str | tuple[str, int]:
    """The page of one assignment with the form for one report. Looking at it spends nothing."""
    read_one_instant()
    try:
        return _report_page(open_link(session(), now(), issuer(), token), ReportForm(formdata=None))
    except LinkRefused as refused:
        return _refused(refused)


@blueprint.post("/r/<token>", endpoint="report")
@public
def report(token: str) -> str | tuple[str, int]:
    """Records the report. The form's own token is asked for here, see ``check_form``."""
    check_form()
    form = ReportForm()
    try:
        if not form.validate():
            raise Invalid("填写的内容有误，还没有提交，请按提示修改。")
        part = report_by_link(session(), now(), today(), issuer(), token, form.given())
    except LinkRefused as refused:
        return _refused(refused, form.words.data or "")
    except (Invalid, Stale) as fault:
        return _again(token, form, fault)
    return render_template("links/done.html", part=part, name=form.name.data)


def check_form() -> None:
    """Refuses a form without its token, as every other page does.

    The app's own guard also wants a referrer on HTTPS, which this page forbids browsers to send.
    """
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError as fault:
        raise CSRFError(str(fault)) from fault


def _again(token: str, form: ReportForm, fault: Exception) -> tuple[str, int]:
    """The page once more as it stands now, with everything typed."""
    session().rollback()
    try:
        page = _report_page(open_link(session(), now(), issuer(), token), form, str(fault))
    except LinkRefused as refused:
        return _refused(refused, form.words.data or "")
    return page, 422 if isinstance(fault, Invalid) else 409


def _report_page(opened: Opened, form: ReportForm, fault: str | None = None) -> str:
    form.show_seen(opened.seen)
    lost = sent_file_names()
    return render_template(
        "links/report.html", opened=opened, part=opened.part, form=form, fault=fault, lost_files=lost
    )


def _refused(refused: LinkRefused, typed: str = "") -> tuple[str, int]:
    session().rollback()
    return render_template("links/refused.html", refused=refused, typed=typed), refused.reason.status
