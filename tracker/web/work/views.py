"""A unit's part in a task: what is known of it, and the buttons of those who may act on it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.history import label_of
from tracker.domain.lifecycle import Event, Refused
from tracker.services.errors import Invalid
from tracker.services.task_pages import PartPage, other_units, part_page
from tracker.services.work import Changed, act
from tracker.web.access import requires, safe_next
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.when import when
from tracker.web.work.forms import WorkForm, offers

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
    page = _page(assignment_id)
    return _rendered(page, offers=offers(page, ""))


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


def _lacks_unit(form: WorkForm, assignment_id: int, event: Event) -> bool:
    """Whether somebody who may send declined work on has not said to whom; the field then tells so."""
    if event is not Event.DISPATCH or form.unit_id.data or event not in _page(assignment_id).events:
        return False
    form.unit_id.errors = ["请选择转办单位；仍由原单位办理的，请选原单位。"]
    return True


def _event(word: str) -> Event:
    try:
        return Event(word)
    except ValueError:
        abort(404)


def _page(assignment_id: int) -> PartPage:
    return part_page(session(), actor(), when(), assignment_id)


def _again(assignment_id: int, event: Event, form: WorkForm, fault: Exception) -> tuple[str, int]:
    """The page once more: the fault on top, what changed meanwhile below it, and everything typed still there."""
    session().rollback()
    page = _page(assignment_id)
    values = {
        "offers": offers(page, form.next.data or "", form, event),
        "fault": str(fault),
        "meanwhile": fault.entries if isinstance(fault, Changed) else (),
        # The form is gone when the state no longer knows the event; its words are shown by themselves.
        "orphan": "" if event in page.events else (form.words.data or "").strip(),
    }
    return _rendered(page, **values), 422 if isinstance(fault, Invalid) else 409


def _rendered(page: PartPage, **values: object) -> str:
    if Event.DISPATCH in page.events:
        others = other_units(session(), actor(), page.assignment)
        for offer in values["offers"]:  # type: ignore[attr-defined]
            offer.form.offer_units(page.assignment.unit, others)
    return render_template("work/show.html", page=page, part=page.part, assignment=page.assignment, **values)
