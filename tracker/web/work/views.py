"""A unit's part in a task: what is known of it, and the buttons of those who may act on it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.history import label_of
from tracker.domain.lifecycle import Event, Refused
from tracker.services.changing import Changed
from tracker.services.errors import Invalid
from tracker.services.evidence import evidence_file
from tracker.services.signing import set_sign_by
from tracker.services.work import act
from tracker.web.access import requires, safe_next
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.downloads import disposition
from tracker.web.forms import seen_version
from tracker.web.work.forms import SignByForm, WorkForm, offers
from tracker.web.work.page import part, shown, shown_again, sign_by_form

blueprint = Blueprint("work", __name__)
blueprint.add_app_template_filter(label_of, "event_label")

DONE = {
    Event.SIGN_FOR: "已签收",
    Event.DECLINE: "已退办，由督查室决定转办或撤销",
    Event.DISPATCH: "已重新转办",
    Event.REPORT: "进展已报送",
    Event.SUBMIT: "已申请办结，请等待督查室审核",
    Event.RETURN: "已退回补充，承办单位会看到您的意见",
    Event.ACCEPT: "已审核销号",
    Event.SUSPEND: "已中止挂账",
    Event.RESUME: "已恢复办理",
    Event.WITHDRAW: "已撤销",
    Event.REOPEN: "已退回重新办理",
}


@blueprint.get("/assignments/<int:assignment_id>")
@requires(Permission.READ)
def show(assignment_id: int) -> str:
    """The part with its history; the buttons are those that its state and the person's roles allow."""
    return shown(part(assignment_id))


@blueprint.post("/assignments/<int:assignment_id>/<event>", endpoint="act")
@requires(Permission.READ)
def act_on(assignment_id: int, event: str) -> Response | tuple[str, int]:
    """Does one event; whether this person may is asked of the assignment's unit."""
    form, known = WorkForm(), _event(event)
    try:
        if not form.validate() or _lacks_unit(form, assignment_id, known):
            raise Invalid("填写的内容有误，没有保存，请按提示修改。")
        done = act(session(), actor(), now(), today(), assignment_id, known, **form.given())
    except (Invalid, Changed, Refused) as fault:
        return _again(assignment_id, known, form, fault)
    flash(f"{DONE[known]}：{done.task.title}（{done.unit.name}）。", "success")
    return redirect(safe_next(form.next.data) if form.next.data else url_for("work.show", assignment_id=assignment_id))


@blueprint.post("/assignments/<int:assignment_id>/sign-by")
@requires(Permission.DECIDE)
def sign_by(assignment_id: int) -> Response | tuple[str, int]:
    """Sets the last day to sign for the part."""
    form = SignByForm()
    try:
        if not form.validate():
            raise Invalid("请填写2023-06-15这样的日期；不单独设期限的，请留空。")
        set_sign_by(session(), actor(), now(), today(), assignment_id, seen_version(form.version), form.day.data)
    except (Invalid, Changed, Refused) as fault:
        session().rollback()
        page = part(assignment_id)
        typed = "" if page.may_limit_signing else f"签收期限：{form.day.data or ''}"
        return shown_again(page, fault, orphan=typed, sign_by_form=sign_by_form(page, form))
    flash("签收期限已保存。", "success")
    return redirect(url_for("work.show", assignment_id=assignment_id))


@blueprint.get("/evidence/<int:evidence_id>")
@requires(Permission.READ)
def evidence(evidence_id: int) -> FileResponse:
    """A file that came with a report: to be saved, never shown by the browser itself."""
    file = evidence_file(session(), actor(), evidence_id)
    headers = {
        "Content-Disposition": disposition("attachment", file.name, f"evidence-{file.id}"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(file.data, content_type=file.media_type, headers=headers)


def _lacks_unit(form: WorkForm, assignment_id: int, event: Event) -> bool:
    """Whether somebody who may send declined work on has not said to whom; the field then tells so."""
    if event is not Event.DISPATCH or form.unit_id.data or event not in part(assignment_id).events:
        return False
    form.unit_id.errors = ["请选择转办单位；仍由原单位办理的，请选原单位。"]
    return True


def _event(word: str) -> Event:
    try:
        return Event(word)
    except ValueError:
        abort(404)


def _again(assignment_id: int, event: Event, form: WorkForm, fault: Exception) -> tuple[str, int]:
    """The page once more with what was typed; files have to be chosen again, and that is said."""
    session().rollback()
    page = part(assignment_id)
    # The form is gone when the state no longer knows the event; its words are shown by themselves.
    orphan = "" if event in page.events else form.words.data or ""
    kept = offers(page, form.next.data or "", form, event)
    return shown_again(page, fault, orphan=orphan, offers=kept, lost_files=form.lost_files)
