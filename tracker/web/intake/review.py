"""The review page, and what is done there to many drafts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.deadlines import RULES
from tracker.services.errors import Stale
from tracker.services.intake_adopt import adopt_sure, confirm_dates
from tracker.services.intake_review import Show, review
from tracker.web.access import requires
from tracker.web.context import actor, now
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.forms import BulkForm, MatchForm, SharedDateForm

RULE_REASONS = {rule.name: rule.reason for rule in RULES}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an action on a draft was not done, and what had been typed for it."""

    message: str
    draft_id: int | None = None
    typed: MatchForm | None = None


def wanted_show() -> Show:
    """Which drafts the address asks for; 待核 unless it names another list."""
    found = request.args.get("show", "")
    return Show(found) if found in set(Show) else Show.OPEN


def place() -> dict[str, Any]:
    """The filter and page of the review page, as its address and its forms carry them."""
    page = request.args.get("page", 1, type=int)
    return {"show": wanted_show().value, **({"page": page} if page > 1 else {})}


def review_page(plan_id: int, trouble: Trouble | None = None, status: int = 200) -> tuple[str, int]:
    """The page itself; ``trouble`` is told on top and at its draft."""
    found = review(
        session(),
        actor(),
        plan_id,
        show=wanted_show(),
        page=request.args.get("page", 1, type=int),
        draft_id=request.args.get("draft", type=int),
        done_id=request.args.get("done", type=int),
    )
    page = render_template(
        "intake/review.html",
        review=found,
        trouble=trouble,
        place={"show": found.show.value, **({"page": found.page.number} if found.page.number > 1 else {})},
        go_on=request.args.get("next", type=int),
        rule_reasons=RULE_REASONS,
        match_form=MatchForm(formdata=None),
        Show=Show,
    )
    return page, status


@blueprint.get("/plans/<int:plan_id>/review", endpoint="review")
@requires(Permission.INTAKE)
def review_drafts(plan_id: int) -> tuple[str, int]:
    """A plan's drafts beside its text."""
    return review_page(plan_id)


@blueprint.post("/plans/<int:plan_id>/adopt-sure")
@requires(Permission.INTAKE)
def adopt_all_sure(plan_id: int) -> Response | tuple[str, int]:
    """Adopts what needs no second look."""
    form = BulkForm()
    expected = form.expected.data if form.validate() else -1
    try:
        count = adopt_sure(session(), actor(), now(), plan_id, expected)
    except Stale as stale:
        return review_page(plan_id, Trouble(str(stale)), 409)
    if count:
        flash(f"已采纳{count}条无存疑的任务，各责任单位现在可以签收。", "success")
    else:
        flash("没有可以一并采纳的任务，可能刚刚已经采纳过了。", "info")
    return redirect(url_for("intake.review", plan_id=plan_id, **place()))


@blueprint.post("/plans/<int:plan_id>/confirm-date")
@requires(Permission.INTAKE)
def confirm_date(plan_id: int) -> Response | tuple[str, int]:
    """Confirms a date that the plan states once for many drafts."""
    form = SharedDateForm()
    if not form.validate():
        return review_page(plan_id, Trouble("页面内容不完整，日期没有确认。请刷新后重试。"), 422)
    try:
        count = confirm_dates(session(), actor(), now(), plan_id, form.shared())
    except Stale as stale:
        return review_page(plan_id, Trouble(str(stale)), 409)
    flash(f"已确认{count}条任务的完成日期。" if count else "这个日期已经确认过了。", "success" if count else "info")
    return redirect(url_for("intake.review", plan_id=plan_id, **place()))
