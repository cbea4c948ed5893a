"""Sign in, sign out, change the password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as browser_session
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.people import BadPassword, SignInRefused, WrongPassword, change_password, sign_in
from tracker.services.sample import sample_people
from tracker.web.access import SignedIn, public, requires, safe_next
from tracker.web.auth.forms import PasswordForm, SignInForm
from tracker.web.context import now, settings
from tracker.web.database import session

blueprint = Blueprint("auth", __name__)


@blueprint.route("/sign-in", endpoint="sign_in", methods=["GET", "POST"])
@public
def sign_in_page() -> Response | tuple[str, int]:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")))
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, 200 if request.method == "GET" else 422)
    try:
        person = sign_in(session(), form.credentials(), now())
    except SignInRefused as refusal:
        form.password.errors = [str(refusal)]
        return _sign_in_page(form, 422)
    # Nothing that was put into the browser's session before is carried into the signed-in one.
    browser_session.clear()
    login_user(SignedIn(person))
    return redirect(safe_next(request.args.get("next")))


def _sign_in_page(form: SignInForm, status: int) -> tuple[str, int]:
    return render_template("auth/sign_in.html", form=form, people=sample_people(settings())), status


@blueprint.post("/sign-out")
@requires(Permission.SIGN_IN)
def sign_out() -> Response:
    logout_user()
    browser_session.clear()
    flash("您已退出。", "success")
    return redirect(url_for("auth.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def password() -> Response | tuple[str, int]:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            person = change_password(session(), current_user.person.id, form.present.data, form.fresh.data)
        except WrongPassword as wrong:
            form.present.errors = [str(wrong)]
        except BadPassword as bad:
            form.fresh.errors = [str(bad)]
        else:
            browser_session.clear()
            login_user(SignedIn(person))
            flash("密码已修改，其他设备上的登录已全部退出。", "success")
            return redirect(url_for("home.index"))
    must_change = current_user.person.must_change_password
    return render_template("auth/password.html", form=form, must_change=must_change), 422 if form.errors else 200
