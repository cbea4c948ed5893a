"""Adopting all that is sure, after a preview of what it makes, and taking such a batch back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from tracker.domain.access import Permission
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_adopt import adopt_sure, sure_drafts
from tracker.services.intake_undo import undo_batch
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.forms import BatchForm, BulkForm
from tracker.web.intake.review import Answer, Trouble, place, review_page


@blueprint.route("/plans/<int:plan_id>/adopt-sure", methods=["GET", "POST"])
@requires(Permission.INTAKE)
def adopt_all_sure(plan_id: int) -> Answer:
    """Shows what adopting the sure ones would make, and does it."""
    if request.method == "GET":
        return _preview(plan_id)
    form = BulkForm()
    # What is incomplete was not shown as a whole: no number of drafts fits it.
    expected = form.expected.data if form.validate() else -1
    try:
        count = adopt_sure(session(), actor(), now(), today(), plan_id, expected, form.seen.data)
    except Stale as stale:
        return _preview(plan_id, str(stale), 409)
    except Invalid as fault:
        return _preview(plan_id, str(fault), 422)
    if count:
        flash(f"已采纳{count}条无存疑的任务，各责任单位现在可以签收。", "success")
    else:
        flash("没有可以一并采纳的任务，可能刚刚已经采纳过了。", "info")
    return redirect(url_for("intake.review", plan_id=plan_id, **{**place(), "batch": 1 if count else None}))


def _preview(plan_id: int, trouble: str = "", status: int = 200) -> tuple[str, int]:
    sure = sure_drafts(session(), actor(), plan_id)
    return render_template("intake/sure.html", sure=sure, trouble=trouble, place=place()), status


@blueprint.post("/plans/<int:plan_id>/undo-batch")
@requires(Permission.INTAKE)
def undo_many(plan_id: int) -> Answer:
    """Takes back what was adopted in one press, as far as nobody has acted on it."""
    form = BatchForm()
    if not form.validate():
        return review_page(plan_id, Trouble("页面内容不完整，没有撤销。请刷新后重试。"), 422)
    try:
        undone = undo_batch(session(), actor(), now(), plan_id, form.wanted())
    except Stale as stale:
        return review_page(plan_id, Trouble(str(stale)), 409)
    except Invalid as fault:
        return review_page(plan_id, Trouble(str(fault)), 422)
    if undone.tasks:
        flash(f"已撤销采纳{undone.tasks}条，它们重新待核，单位的清单和日历里不再出现。{told(undone.told)}", "success")
    else:
        flash("这一批里没有可以撤销的任务，可能刚刚已经撤销过了。", "info")
    return redirect(url_for("intake.review", plan_id=plan_id, **place()))


def told(count: int) -> str:
    """A warning that people know of what was taken back; empty when nobody does."""
    return f"此前已有{count}人看到过有关提醒，请告知他们不必再办理。" if count else ""
