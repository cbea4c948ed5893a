"""Units: the list, one unit, and what its administrator changes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.lifecycle import State
from tracker.services import units as service
from tracker.services.errors import Invalid, Stale
from tracker.services.unit_pages import unit_list, unit_page
from tracker.store.unit_queries import units_to_choose
from tracker.web.access import requires
from tracker.web.as_of import AsOfForm
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.units.forms import AliasForm, NewUnitForm, UnitFilterForm, UnitForm

blueprint = Blueprint("units", __name__)

Answer = tuple[str, int]


@blueprint.get("/units")
@requires(Permission.SIGN_IN)
def index() -> str:
    """The list, found by name and kind."""
    form = UnitFilterForm(request.args)
    wanted = form.wanted()
    found = unit_list(session(), actor(), today(), wanted, page_asked())
    return render_template("units/index.html", form=form, wanted=wanted, found=found, page=found.page)


@blueprint.get("/units/<int:unit_id>")
@requires(Permission.SIGN_IN)
def show(unit_id: int) -> str:
    """One unit."""
    return _shown(unit_id, AliasForm(formdata=None))


def _shown(unit_id: int, form: AliasForm, fault: str = "") -> str:
    as_of = AsOfForm(request.args)
    as_of.validate()
    page = unit_page(session(), actor(), as_of.when(), unit_id)
    return render_template(
        "units/show.html", page=page, unit=page.unit, form=form, as_of=as_of, fault=fault, State=State
    )


@blueprint.route("/units/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_UNITS)
def new() -> Response | Answer:
    """A new unit."""
    form = NewUnitForm()
    form.parent.choices = units_to_choose(session(), actor(), Permission.MANAGE_UNITS)
    if request.method == "GET":
        form.parent.data = request.args.get("parent", next(iter(form.parent.choices), None), type=int)
        form.kind.data = "department"
    elif form.validate():
        try:
            unit = service.add_unit(session(), actor(), now(), form.parent.data, form.facts())
        except Invalid as fault:
            form.name.errors = [str(fault)]
        else:
            flash(f"已登记“{unit.name}”。", "success")
            return redirect(url_for("units.show", unit_id=unit.id))
    return render_template("units/new.html", form=form), 200 if request.method == "GET" else 422


@blueprint.route("/units/<int:unit_id>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_UNITS)
def edit(unit_id: int) -> Response | Answer:
    """Names and kind; what was typed stays when somebody else was quicker."""
    form, status, fault = UnitForm(), 200, ""
    unit = service.managed_unit(session(), actor(), unit_id)
    if request.method == "GET":
        form.show(unit)
    elif not form.validate():
        status = 422
    else:
        try:
            service.edit_unit(session(), actor(), unit_id, form.seen(), form.facts())
        except Invalid as refused:
            form.name.errors, status = [str(refused)], 422
        except Stale as stale:
            fault, status = str(stale), 409
            form.see(unit)
        else:
            flash("已保存，原来的名称保留为其他叫法。", "success")
            return redirect(url_for("units.show", unit_id=unit_id))
    return render_template("units/edit.html", form=form, unit=unit, fault=fault), status


@blueprint.post("/units/<int:unit_id>/aliases")
@requires(Permission.MANAGE_UNITS)
def add_alias(unit_id: int) -> Response | Answer:
    """One more way to write the unit."""
    form = AliasForm()
    if form.validate():
        try:
            service.add_alias(session(), actor(), unit_id, form.alias.data)
        except Invalid as fault:
            form.alias.errors = [str(fault)]
        else:
            flash(f"已增加叫法“{form.alias.data}”。", "success")
            return _back(unit_id)
    return _shown(unit_id, form), 422


@blueprint.post("/units/<int:unit_id>/aliases/<int:name_id>/remove")
@requires(Permission.MANAGE_UNITS)
def remove_alias(unit_id: int, name_id: int) -> Response | Answer:
    """Takes an alias away."""
    try:
        service.remove_alias(session(), actor(), unit_id, name_id)
    except Invalid as fault:
        return _shown(unit_id, AliasForm(formdata=None), str(fault)), 422
    flash("已删除该叫法，以后读文件时不再据此认出本单位。", "success")
    return _back(unit_id)


@blueprint.post("/units/<int:unit_id>/close")
@requires(Permission.MANAGE_UNITS)
def close(unit_id: int) -> Response | Answer:
    """Takes the unit out of use."""
    try:
        unit = service.close_unit(session(), actor(), unit_id)
    except Invalid as fault:
        return _shown(unit_id, AliasForm(formdata=None), str(fault)), 422
    flash(f"“{unit.name}”已停用，办理记录全部保留。", "success")
    return _back(unit_id)


@blueprint.post("/units/<int:unit_id>/reopen")
@requires(Permission.MANAGE_UNITS)
def reopen(unit_id: int) -> Response | Answer:
    """Takes it into use again."""
    try:
        unit = service.reopen_unit(session(), actor(), unit_id)
    except Invalid as fault:
        return _shown(unit_id, AliasForm(formdata=None), str(fault)), 422
    flash(f"“{unit.name}”已恢复使用。", "success")
    return _back(unit_id)


def _back(unit_id: int) -> Response:
    return redirect(url_for("units.show", unit_id=unit_id))
