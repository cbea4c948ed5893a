"""People: the list, new accounts, one person, roles and passwords."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Office, Permission
from tracker.services import staffing as service
from tracker.services.errors import Invalid, Stale
from tracker.services.people_pages import person_page, units_for_roles
from tracker.store.people_queries import people_page
from tracker.web.access import requires
from tracker.web.context import actor, now
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.people.forms import DetailsForm, NewPersonForm, PeopleFilterForm, RoleForm, units_to_choose

blueprint = Blueprint("people", __name__)

Answer = tuple[str, int]
MANAGE = Permission.MANAGE_PEOPLE
CONFLICT = 409


@blueprint.get("/people")
@requires(MANAGE)
def index() -> str:
    """The people within reach."""
    form = PeopleFilterForm(request.args)
    form.validate()
    words, office = form.chosen(form.q) or "", form.chosen(form.office)
    page = people_page(session(), actor(), words=words, office=office, closed=bool(form.closed.data), page=page_asked())
    return render_template("people/index.html", form=form, page=page)


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(MANAGE)
def new() -> Answer:
    """A new account. The password is shown on the answer itself, this once, and kept nowhere."""
    form = NewPersonForm()
    form.unit.choices = units_to_choose(units_for_roles(session(), actor()))
    if request.method == "GET":
        form.unit.data = request.args.get("unit", type=int)
        form.office.data = Office.LIAISON.value
    elif form.validate():
        try:
            made = service.add_person(
                session(),
                actor(),
                now(),
                form.login.data,
                form.details(),
                unit_id=form.unit.data,
                office=Office(form.office.data),
            )
        except Invalid as fault:
            form.form_errors.append(str(fault))
        else:
            return render_template("people/password.html", made=made, is_new=True), 200
    return render_template("people/new.html", form=form), 200 if request.method == "GET" else 422


@blueprint.get("/people/<int:person_id>")
@requires(MANAGE)
def show(person_id: int) -> str:
    """One person."""
    return _shown(person_id)[0]


@blueprint.post("/people/<int:person_id>")
@requires(MANAGE)
def edit(person_id: int) -> Response | Answer:
    """Name, mail and phone; what was typed stays when somebody else was quicker."""
    form = DetailsForm()
    if not form.validate():
        return _shown(person_id, details=form, status=422)
    try:
        service.edit_person(session(), actor(), person_id, form.seen_version(), form.details())
    except Invalid as fault:
        return _shown(person_id, details=form, fault=str(fault), status=422)
    except Stale as stale:
        return _shown(person_id, details=form, fault=str(stale), status=CONFLICT)
    flash("已保存。", "success")
    return _back(person_id)


@blueprint.post("/people/<int:person_id>/roles")
@requires(MANAGE)
def give_role(person_id: int) -> Response | Answer:
    """One more role."""
    form = RoleForm()
    form.unit.choices = units_to_choose(units_for_roles(session(), actor()))
    if not form.validate():
        return _shown(person_id, role=form, status=422)
    try:
        service.give_role(session(), actor(), person_id, form.unit.data, form.chosen_office())
    except Invalid as fault:
        return _shown(person_id, role=form, fault=str(fault), status=422)
    flash("已添加岗位，立即生效。", "success")
    return _back(person_id)


@blueprint.post("/people/<int:person_id>/roles/<int:standing_id>/take")
@requires(MANAGE)
def take_role(person_id: int, standing_id: int) -> Response | Answer:
    """One role less. Who took the own last role here may not see the person any more."""
    try:
        person = service.take_role(session(), actor(), person_id, standing_id)
    except Invalid as fault:
        return _shown(person_id, fault=str(fault), status=422)
    flash(f"已撤销“{person.name}”的该岗位，立即生效。", "success")
    return redirect(url_for("home.index" if person_id == actor().person_id else "people.index"))


@blueprint.post("/people/<int:person_id>/password")
@requires(MANAGE)
def reset_password(person_id: int) -> Answer:
    """A new password, shown on the answer itself, this once."""
    made = service.reset_password(session(), actor(), person_id)
    return render_template("people/password.html", made=made, is_new=False), 200


@blueprint.post("/people/<int:person_id>/close")
@requires(MANAGE)
def close(person_id: int) -> Response | Answer:
    """Closes the account."""
    try:
        person = service.close_account(session(), actor(), person_id)
    except Invalid as fault:
        return _shown(person_id, fault=str(fault), status=422)
    flash(f"已停用“{person.name}”的账号，其已登录的页面立即失效。", "success")
    return _back(person_id)


@blueprint.post("/people/<int:person_id>/reopen")
@requires(MANAGE)
def reopen(person_id: int) -> Response | Answer:
    """Opens it again."""
    person = service.reopen_account(session(), actor(), person_id)
    flash(f"已启用“{person.name}”的账号，原密码和岗位继续有效。", "success")
    return _back(person_id)


def _shown(
    person_id: int,
    *,
    details: DetailsForm | None = None,
    role: RoleForm | None = None,
    fault: str = "",
    status: int = 200,
) -> Answer:
    """The person's page, with what was typed in one of its forms."""
    page = person_page(session(), actor(), person_id)
    if details is None:
        details = DetailsForm(formdata=None)
        details.show(page.person)
    elif status == CONFLICT:
        details.see(page.person)  # told what stands, the next press means to replace it
    if role is None:
        role = RoleForm(formdata=None, office=Office.LIAISON.value)
    role.unit.choices = units_to_choose(page.units)
    return (
        render_template("people/show.html", page=page, person=page.person, form=details, role=role, fault=fault),
        status,
    )


def _back(person_id: int) -> Response:
    return redirect(url_for("people.show", person_id=person_id))
