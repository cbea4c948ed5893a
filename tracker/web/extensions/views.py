"""Asking for a later date, deciding about it and taking it back: all stand on the part's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.day_words import in_words
from tracker.domain.lifecycle import Refused
from tracker.services import extensions
from tracker.services.changing import Changed
from tracker.services.errors import Invalid
from tracker.services.extensions import Decision, part_of
from tracker.store.extensions import Extension
from tracker.web.access import requires, safe_next
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.work import page as part_pages
from tracker.web.work.extension_forms import INCOMPLETE, AskForm, DecisionForm, RecallForm, extension_forms

blueprint = Blueprint("extensions", __name__)
Answer = Response | tuple[str, int]


@blueprint.post("/assignments/<int:assignment_id>/extension")
@requires(Permission.WORK_OWN)
def ask(assignment_id: int) -> Answer:
    """A unit asks for a later date."""
    form = AskForm()
    try:
        given = form.seen, form.wanted_on.data, form.reason.data
        extensions.ask(session(), actor(), now(), today(), assignment_id, *given, form.unread())
    except (Invalid, Changed, Refused) as fault:
        session().rollback()
        page = part_pages.part(assignment_id)
        orphan = "" if page.may_ask else form.reason.data or ""
        forms = extension_forms(page, asked=form)
        return part_pages.shown_again(page, fault, form, orphan=orphan, **forms)
    flash("延期申请已提交，请等待督查室批复；批复之前仍按现行时限办理。", "success")
    return _onward(form, assignment_id)


@blueprint.post("/extensions/<int:extension_id>/grant")
@requires(Permission.DECIDE)
def grant(extension_id: int) -> Answer:
    """A supervisor grants the day asked for, or another."""
    return _decided(extension_id, lambda form: form.granted_on.data, grants=True)


@blueprint.post("/extensions/<int:extension_id>/refuse")
@requires(Permission.DECIDE)
def refuse(extension_id: int) -> Answer:
    """A supervisor refuses, with words."""
    return _decided(extension_id, lambda _form: None, grants=False)


@blueprint.post("/extensions/<int:extension_id>/recall")
@requires(Permission.WORK_OWN)
def recall(extension_id: int) -> Answer:
    """The unit takes its request back."""
    form, assignment_id = RecallForm(), part_of(session(), extension_id)
    try:
        if form.unread():
            raise Invalid(INCOMPLETE)
        extensions.recall(session(), actor(), now(), extension_id, form.seen)
    except (Invalid, Changed, Refused) as fault:
        session().rollback()
        return part_pages.shown_again(part_pages.part(assignment_id), fault, form)
    flash("延期申请已撤回，仍按现行时限办理。", "success")
    return _onward(form, assignment_id)


def _decided(extension_id: int, day_of: Callable[[DecisionForm], date | None], *, grants: bool) -> Answer:
    form, assignment_id = DecisionForm(), part_of(session(), extension_id)
    try:
        decision = Decision(day_of(form), form.words.data)
        unread = form.unread_for(grants=grants)
        done = extensions.decide(session(), actor(), now(), today(), extension_id, form.seen, decision, unread)
    except (Invalid, Changed, Refused) as fault:
        session().rollback()
        page = part_pages.part(assignment_id)
        waits = page.waiting is not None and page.waiting.id == extension_id and page.may_decide
        forms = extension_forms(page, decision=form if waits else None)
        return part_pages.shown_again(page, fault, form, orphan="" if waits else form.words.data or "", **forms)
    flash(_said(done), "success")
    return _onward(form, assignment_id)


def _said(done: Extension) -> str:
    if done.granted_on is None:
        return "已答复不同意延期，承办单位会看到您的意见，仍按现行时限办理。"
    return f"已同意延期至{in_words(done.granted_on)}，日历和提醒随之调整，原定时限保留。"


def _onward(form: RecallForm, assignment_id: int) -> Response:
    return redirect(safe_next(form.next.data) if form.next.data else url_for("work.show", assignment_id=assignment_id))
