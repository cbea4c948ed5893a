"""The plans within reach, and one plan with its tasks and its text."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.services.plans import plan_list, plan_view
from tracker.store.plan_lists import PlanFilter
from tracker.web.access import requires
from tracker.web.context import actor, today
from tracker.web.database import session

blueprint = Blueprint("plans", __name__)


@blueprint.get("/plans")
@requires(Permission.READ)
def index() -> str:
    """The list, with its filters in the address."""
    wanted = PlanFilter(request.args.get("q", "").strip()[:100], request.args.get("review") == "1")
    page = plan_list(session(), actor(), today(), wanted, request.args.get("page", 1, type=int))
    return render_template("plans/index.html", page=page, wanted=wanted)


@blueprint.get("/plans/<int:plan_id>")
@requires(Permission.READ)
def show(plan_id: int) -> str:
    """Facts, tasks and text of a plan."""
    page = request.args.get("page", 1, type=int)
    return render_template("plans/show.html", view=plan_view(session(), actor(), today(), plan_id, page))
