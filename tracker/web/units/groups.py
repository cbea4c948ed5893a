"""Groups of units: the list, one group, and its members."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services import groups as service
from tracker.services.errors import Invalid
from tracker.web.access import requires
from tracker.web.context import actor
from tracker.web.database import session
from tracker.web.units.forms import MemberForm, NewGroupForm
from tracker.web.units.views import Answer, blueprint


@blueprint.get("/units/groups", endpoint="groups")
@requires(Permission.SIGN_IN)
def groups_page() -> str:
    """Every group with its members."""
    found = service.group_list(session(), actor())
    return render_template("units/groups.html", found=found)


@blueprint.route("/units/groups/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_UNITS)
def new_group() -> Response | Answer:
    """A new group with its first member."""
    form = NewGroupForm()
    if form.validate_on_submit():
        try:
            group = service.add_group(session(), actor(), form.name.data, form.member.data)
        except Invalid as fault:
            # The message tells which of the two it is about.
            form.name.errors = [str(fault)]
        else:
            flash(f"已新建单位组“{group.name}”，请继续加入成员。", "success")
            return redirect(url_for("units.group", group_id=group.id))
    names = service.member_choices(session(), actor())
    return render_template("units/new_group.html", form=form, names=names), 200 if request.method == "GET" else 422


@blueprint.get("/units/groups/<int:group_id>", endpoint="group")
@requires(Permission.SIGN_IN)
def group_page(group_id: int) -> str:
    """One group."""
    return _shown(group_id, MemberForm(formdata=None))


def _shown(group_id: int, form: MemberForm, fault: str = "") -> str:
    page = service.group_page(session(), actor(), group_id)
    return render_template("units/group.html", page=page, group=page.group, form=form, fault=fault)


@blueprint.post("/units/groups/<int:group_id>/members")
@requires(Permission.MANAGE_UNITS)
def add_member(group_id: int) -> Response | Answer:
    """One more member."""
    form = MemberForm()
    if form.validate():
        try:
            service.add_member(session(), actor(), group_id, form.member.data)
        except Invalid as fault:
            form.member.errors = [str(fault)]
        else:
            flash(f"已加入“{form.member.data}”。已采纳的任务不受影响。", "success")
            return redirect(url_for("units.group", group_id=group_id))
    return _shown(group_id, form), 422


@blueprint.post("/units/groups/<int:group_id>/members/<int:unit_id>/remove")
@requires(Permission.MANAGE_UNITS)
def remove_member(group_id: int, unit_id: int) -> Response | Answer:
    """One member less."""
    try:
        service.remove_member(session(), actor(), group_id, unit_id)
    except Invalid as fault:
        return _shown(group_id, MemberForm(formdata=None), str(fault)), 422
    flash("已移出该成员。已采纳的任务不受影响。", "success")
    return redirect(url_for("units.group", group_id=group_id))
