"""The form of a plan's facts."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_facts import correct_facts, facts_of
from tracker.services.intake_review import plan_for_intake
from tracker.store.plans import Plan
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.forms import FactsForm


@blueprint.route("/plans/<int:plan_id>/facts", methods=["GET", "POST"])
@requires(Permission.INTAKE)
def facts(plan_id: int) -> Response | tuple[str, int]:
    """Title, number, issuer and days of a plan, to be filled in or corrected."""
    plan = plan_for_intake(session(), actor(), plan_id)
    if request.method == "GET":
        return _page(plan, FactsForm(formdata=None, obj=plan, seen=facts_of(plan).mark))
    form = FactsForm()
    if not form.validate():
        return _page(plan, form, 422)
    try:
        correct_facts(session(), actor(), now(), today(), plan_id, form.facts(), form.seen.data or "")
    except Stale as stale:
        # Now that it is told, sending again is meant to overwrite.
        form.seen.data = facts_of(plan).mark
        return _page(plan, form, 409, str(stale))
    except Invalid as fault:
        return _page(plan, form, 422, str(fault))
    flash("文件信息已保存。", "success")
    return redirect(url_for("intake.review", plan_id=plan_id))


def _page(plan: Plan, form: FactsForm, status: int = 200, trouble: str = "") -> tuple[str, int]:
    return render_template("intake/facts.html", plan=plan, form=form, trouble=trouble, stale=status == 409), status
