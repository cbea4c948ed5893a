"""A new version beside the one before it, and what is decided about each change."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.intake_review import plan_for_intake
from tracker.services.revision_items import Group, Wanted
from tracker.services.revision_links import Choice, likely_predecessors, link, unlink
from tracker.services.revision_pages import revision_page, version_note
from tracker.services.revisions import Decided, accept, accept_group, decline, separate, take_back
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.revision_forms import (
    INCOMPLETE,
    DecisionForm,
    GroupForm,
    LinkForm,
    PlainForm,
    TakeBackForm,
)

Answer = Response | tuple[str, int]
Deed = Callable[[Session, Wanted], Decided]
LONGEST_WORDS = 100


@blueprint.get("/plans/<int:plan_id>/revision")
@requires(Permission.INTAKE)
def revision(plan_id: int) -> Answer:
    """What a new version changes; a plan that is none leads to the page where that can be said."""
    plan = plan_for_intake(session(), actor(), plan_id)
    if version_note(session(), plan.id).older is None:
        return redirect(url_for("intake.revises", plan_id=plan_id))
    return _page(plan_id)


def _page(plan_id: int, trouble: str = "", status: int = 200) -> tuple[str, int]:
    found = revision_page(session(), actor(), plan_id, request.args.get("page", 1, type=int))
    return render_template("intake/revision.html", page=found, trouble=trouble, Group=Group), status


@blueprint.post("/plans/<int:plan_id>/revision/accept")
@requires(Permission.INTAKE)
def revision_accept(plan_id: int) -> Answer:
    """Brings one change onto its task."""

    def deed(current: Session, wanted: Wanted) -> Decided:
        return accept(current, actor(), now(), today(), plan_id, wanted)

    return _decide(plan_id, deed, "已接受“{}”的变化，任务已按新版调整。")


@blueprint.post("/plans/<int:plan_id>/revision/decline")
@requires(Permission.INTAKE)
def revision_decline(plan_id: int) -> Answer:
    """Leaves the task as it is."""

    def deed(current: Session, wanted: Wanted) -> Decided:
        return decline(current, actor(), now(), plan_id, wanted)

    return _decide(plan_id, deed, "没有接受“{}”的变化，任务保持原样。")


@blueprint.post("/plans/<int:plan_id>/revision/separate")
@requires(Permission.INTAKE)
def revision_separate(plan_id: int) -> Answer:
    """Says that the new clause is another matter."""

    def deed(current: Session, wanted: Wanted) -> Decided:
        return separate(current, actor(), now(), plan_id, wanted)

    return _decide(plan_id, deed, "已分开：“{}”按“删去”办理，新条款按“新增”核对。")


def _decide(plan_id: int, deed: Deed, told: str) -> Answer:
    plan_for_intake(session(), actor(), plan_id)
    form = DecisionForm()
    if not form.validate():
        return _refused(plan_id, INCOMPLETE, 422)
    try:
        done = deed(session(), form.wanted())
    except Stale as stale:
        return _refused(plan_id, str(stale), 409)
    except Invalid as fault:
        return _refused(plan_id, str(fault), 422)
    flash(f"“{done.title}”此前已经办理，没有重复办理。" if done.already else told.format(done.title), "success")
    return _back(plan_id)


def _refused(plan_id: int, trouble: str, status: int) -> Answer:
    """The page again with what is wrong; a plan that is no new version has no such page."""
    session().rollback()
    try:
        return _page(plan_id, trouble, status)
    except NotFound:
        flash(trouble, "danger")
        return redirect(url_for("intake.revises", plan_id=plan_id))


def _back(plan_id: int) -> Response:
    page = request.args.get("page", 1, type=int)
    return redirect(url_for("intake.revision", plan_id=plan_id, page=page if page > 1 else None))


@blueprint.post("/plans/<int:plan_id>/revision/accept-group")
@requires(Permission.INTAKE)
def revision_accept_group(plan_id: int) -> Answer:
    """Accepts all changes of a kind that ask nothing more."""
    plan_for_intake(session(), actor(), plan_id)
    form = GroupForm()
    group = form.wanted()
    if not form.validate() or group is None:
        return _refused(plan_id, INCOMPLETE, 422)
    try:
        count = accept_group(session(), actor(), now(), today(), plan_id, group, form.seen.data)
    except Stale as stale:
        return _refused(plan_id, str(stale), 409)
    except Invalid as fault:
        return _refused(plan_id, str(fault), 422)
    flash(f"已办理{count}条（{group.label}）。" if count else "没有可以一并办理的，可能刚刚已经办理过了。", "success")
    return _back(plan_id)


@blueprint.post("/plans/<int:plan_id>/revision/take-back")
@requires(Permission.INTAKE)
def revision_take_back(plan_id: int) -> Answer:
    """Takes back a decision that changed nothing."""
    plan_for_intake(session(), actor(), plan_id)
    form = TakeBackForm()
    if not form.validate():
        return _refused(plan_id, INCOMPLETE, 422)
    try:
        done = take_back(session(), actor(), now(), plan_id, form.decision_id.data)
    except Stale as stale:
        return _refused(plan_id, str(stale), 409)
    except Invalid as fault:
        return _refused(plan_id, str(fault), 422)
    flash("这个决定此前已经收回。" if done.already else f"已收回，“{done.title}”的变化重新待办。", "success")
    return _back(plan_id)


@blueprint.route("/plans/<int:plan_id>/revises", methods=["GET", "POST"])
@requires(Permission.INTAKE)
def revises(plan_id: int) -> Answer:
    """Says which plan this one is a new version of."""
    words = request.args.get("q", "").strip()[:LONGEST_WORDS]
    choices = likely_predecessors(session(), actor(), plan_id, words)
    form = LinkForm()
    form.revises.choices = [(choice.id, choice.title) for choice in choices]
    if request.method == "GET":
        return _link_page(plan_id, form, choices, words)
    if not form.validate():
        return _link_page(plan_id, form, choices, words, "请选择旧版文件。", 422)
    try:
        link(session(), actor(), now(), plan_id, form.revises.data)
    except Stale as stale:
        return _link_page(plan_id, form, choices, words, str(stale), 409)
    except Invalid as fault:
        return _link_page(plan_id, form, choices, words, str(fault), 422)
    flash("已登记为新版。请核对下面的变化。", "success")
    return redirect(url_for("intake.revision", plan_id=plan_id))


def _link_page(  # noqa: PLR0917 - what the page shows
    plan_id: int, form: LinkForm, choices: list[Choice], words: str, trouble: str = "", status: int = 200
) -> tuple[str, int]:
    plan = plan_for_intake(session(), actor(), plan_id)
    note = version_note(session(), plan_id)
    page = render_template(
        "intake/revises.html", plan=plan, form=form, choices=choices, words=words, note=note, trouble=trouble
    )
    return page, status


@blueprint.post("/plans/<int:plan_id>/revision/unlink")
@requires(Permission.INTAKE)
def revision_unlink(plan_id: int) -> Answer:
    """Takes back that the plan is a new version."""
    plan_for_intake(session(), actor(), plan_id)
    if not PlainForm().validate():
        return _refused(plan_id, INCOMPLETE, 422)
    try:
        done = unlink(session(), actor(), now(), plan_id)
    except Stale as stale:
        return _refused(plan_id, str(stale), 409)
    except Invalid as fault:
        return _refused(plan_id, str(fault), 422)
    flash("已取消关联，两份文件各按各的办理。" if done else "这份文件没有登记为其他文件的新版。", "success")
    return redirect(url_for("intake.review", plan_id=plan_id))
