"""Dividing a unit's part among the units below it, and what the pages of parent and child tell of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.roles import Role
from tracker.services.division import (
    DividedPart,
    Origin,
    divide,
    divided_part,
    origin_of,
    part_to_divide,
    withdraw_children,
)
from tracker.services.errors import Invalid
from tracker.services.work import Changed
from tracker.store.tasks import Assignment
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.division.forms import DivideForm, WithdrawForm, by_kind, roles_given
from tracker.web.when import when
from tracker.web.work import page as part_pages

blueprint = Blueprint("division", __name__)


@blueprint.route("/assignments/<int:assignment_id>/divide", methods=["GET", "POST"])
@requires(Permission.DECIDE)
def new(assignment_id: int) -> Response | tuple[str, int]:
    """The form, and the act; a part that cannot be divided now is shown with the reason."""
    try:
        part, _ = part_to_divide(session(), actor(), assignment_id)
    except Invalid as fault:
        session().rollback()
        flash(str(fault), "warning")
        return redirect(url_for("work.show", assignment_id=assignment_id))
    form = DivideForm()
    if request.method == "GET":
        form.propose(part)
        return _shown(form, assignment_id), 200
    roles = roles_given(request.form)
    try:
        made = divide(session(), actor(), now(), assignment_id, form.seen(), form.wish(roles), form.unread())
    except Invalid as fault:
        form.blame(fault)
        return _shown(form, assignment_id), 422
    except Changed as changed:
        return _shown(form, assignment_id, str(changed), is_stale=True), 409
    flash(f"已下达{len(made)}项子任务，待下级单位签收。", "success")
    return redirect(url_for("work.show", assignment_id=assignment_id, _anchor="division"))


@blueprint.post("/assignments/<int:assignment_id>/children/withdraw")
@requires(Permission.DECIDE)
def withdraw(assignment_id: int) -> Response | tuple[str, int]:
    """Withdraws the child tasks of a part that was withdrawn itself; what is wrong is told on the part's page."""
    form = WithdrawForm()
    try:
        count = withdraw_children(session(), actor(), now(), today(), assignment_id, form.reason.data or "")
    except (Invalid, Changed) as fault:
        session().rollback()
        return part_pages.shown_again(part_pages.part(assignment_id), fault, form, withdraw_form=form)
    flash(f"已撤销子任务的{count}项分工。" if count else "没有仍在办理的子任务。", "success")
    return redirect(url_for("work.show", assignment_id=assignment_id, _anchor="division"))


def _shown(form: DivideForm, assignment_id: int, fault: str = "", *, is_stale: bool = False) -> str:
    session().rollback()
    part, units = part_to_divide(session(), actor(), assignment_id)
    if is_stale:
        form.see(part)  # told what changed, the next press means it
    return render_template(
        "division/new.html",
        form=form,
        part=part,
        groups=by_kind(units),
        chosen={unit_id: role.value for unit_id, role in roles_given(request.form).items()},
        roles=Role,
        fault=fault,
    )


def _panel(assignment: Assignment) -> DividedPart:
    """For the page of a part: its child tasks and what may be done about them."""
    return divided_part(session(), actor(), when(), assignment)


def _origin(task_id: int) -> Origin | None:
    """For the pages of a child task: what it is a share of."""
    return origin_of(session(), actor(), task_id)


def _blank() -> WithdrawForm:
    return WithdrawForm(formdata=None)


@blueprint.app_context_processor
def panels() -> dict[str, object]:
    return {"division_panel": _panel, "division_origin": _origin, "blank_withdraw_form": _blank}
