"""The indicators of a plan, and one indicator with its readings and its picture."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.indicator_course import number_said
from tracker.services.errors import Invalid, Stale
from tracker.services.indicators import (
    accept_proposals,
    indicator_list,
    indicator_page,
    record_reading,
    set_owner,
)
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.indicators.forms import OwnerForm, ReadingForm

blueprint = Blueprint("indicators", __name__)
blueprint.add_app_template_filter(number_said, "number")


@blueprint.get("/plans/<int:plan_id>/indicators")
@requires(Permission.READ)
def index(plan_id: int) -> str:
    """A plan's indicators with owner, latest value and state."""
    return _listed(plan_id)


def _listed(plan_id: int, fault: str = "") -> str:
    listed = indicator_list(session(), actor(), today(), plan_id)
    return render_template("indicators/index.html", listed=listed, plan=listed.plan, fault=fault)


@blueprint.post("/plans/<int:plan_id>/indicators/owners")
@requires(Permission.DECIDE)
def owners(plan_id: int) -> Response | tuple[str, int]:
    """Gives the indicators without owner to the units that the plan's words mean."""
    expected = request.form.get("expected", 0, type=int)
    try:
        done = accept_proposals(session(), actor(), today(), plan_id, expected)
    except Stale as stale:
        return _listed(plan_id, str(stale)), 409
    flash(f"已按文件写法确定{done}项指标的责任单位。" if done else "没有可以按文件写法确定的指标。", "success")
    return redirect(url_for("indicators.index", plan_id=plan_id))


@blueprint.get("/indicators/<int:indicator_id>")
@requires(Permission.READ)
def show(indicator_id: int) -> str:
    """One indicator; ``?year=`` fills that year's value into the form, to be corrected."""
    return _shown(indicator_id, ReadingForm(formdata=None), year=request.args.get("year", type=int))


@blueprint.post("/indicators/<int:indicator_id>/owner")
@requires(Permission.DECIDE)
def owner(indicator_id: int) -> Response | tuple[str, int]:
    """Sets who answers for it."""
    form = OwnerForm()
    form.validate()
    try:
        if form.unit_id.errors:
            raise Invalid("所选单位不存在，请重新选择。")
        done = set_owner(session(), actor(), indicator_id, form.unit_id.data, form.seen_id)
    except (Invalid, Stale) as fault:
        session().rollback()
        return _shown(indicator_id, ReadingForm(formdata=None), str(fault)), _status(fault)
    flash(f"责任单位已确定为“{done.owner.name}”。" if done.owner else "责任单位已改为未确定。", "success")
    return redirect(url_for("indicators.show", indicator_id=indicator_id))


@blueprint.post("/indicators/<int:indicator_id>/readings")
@requires(Permission.READ)
def record(indicator_id: int) -> Response | tuple[str, int]:
    """Takes the value of a year; whether this person may is asked of the owner's unit."""
    form = ReadingForm()
    form.validate()
    try:
        done = record_reading(session(), actor(), now(), today(), indicator_id, form.given())
    except (Invalid, Stale) as fault:
        session().rollback()
        return _shown(indicator_id, form, str(fault), form.typed_year), _status(fault)
    flash(f"{done.year}年完成值{number_said(done.value)}{done.indicator.measure or ''}已登记。", "success")
    return redirect(url_for("indicators.show", indicator_id=indicator_id))


def _status(fault: Exception) -> int:
    return 422 if isinstance(fault, Invalid) else 409


def _shown(indicator_id: int, form: ReadingForm, fault: str = "", year: int | None = None) -> str:
    page = indicator_page(session(), actor(), today(), indicator_id)
    form.ask(page, year)
    owner_form = OwnerForm(formdata=None)
    owner_form.offer(page)
    return render_template(
        "indicators/show.html", page=page, row=page.row, one=page.indicator, form=form, owner=owner_form, fault=fault
    )
