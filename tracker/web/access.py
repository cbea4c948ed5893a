"""Every view says which permission it asks for; one that says nothing is closed to everybody.

The check here asks whether the person holds the permission anywhere. Whether the unit at hand is
within reach is asked by the services, which know the row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.services.people import actor_of, person_of_session
from tracker.store.audit_trail import Who, acts_as
from tracker.store.people import Person
from tracker.web.context import now
from tracker.web.database import read_one_instant, session
from tracker.web.incoming import typed_texts

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
# Files of the look: the app's own, and Bootstrap's.
STATIC_ENDPOINTS = frozenset({"static", "bootstrap.static"})
# What a person whose password was set by somebody else may still reach.
BEFORE_PASSWORD_CHANGE = frozenset({"auth.password", "auth.sign_out"})

login_manager = LoginManager()


class SignedOut(Exception):
    """A filled-in form came from somebody whose sign-in has ended meanwhile; what was typed must not be lost."""


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of a person; the id carries the epoch, so that old sessions can be ended."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        return f"{self.person.id}:{self.person.session_epoch}"


def public(view: View) -> View:
    """Declares a view open to anybody, signed in or not."""
    view.required_permission = PUBLIC  # type: ignore[attr-defined]
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Declares the permission that a view asks for."""

    def declare(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def permission_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What an endpoint asks for: a permission, PUBLIC, or None when nothing is declared."""
    if endpoint in STATIC_ENDPOINTS:
        return PUBLIC
    return getattr(app.view_functions[endpoint], "required_permission", None)


def guard(app: Flask) -> None:
    """Puts the check in front of every request."""
    login_manager.init_app(app)
    app.before_request(_answer_for_changes)
    app.before_request(_check)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(session_id: str) -> SignedIn | None:
    read_one_instant()  # this is the first that a page asks
    person = person_of_session(session(), session_id)
    return SignedIn(person) if person else None


def _answer_for_changes() -> None:
    """The audit log tells who is signed in, or that nobody is."""
    acts_as(session(), _who)


def _who() -> Who:
    actor = signed_in_actor()
    return Who(actor.person_id, actor.name, now()) if actor else Who(None, "未登录用户", now())


def _check() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the router answers 404 or 405
    wanted = permission_of(current_app, request.endpoint)
    if wanted == PUBLIC:
        return None
    if not current_user.is_authenticated:
        if typed_texts():
            raise SignedOut
        return redirect(url_for("auth.sign_in", next=_return_path()))
    g.actor = actor_of(current_user.person)
    if current_user.person.must_change_password and request.endpoint not in BEFORE_PASSWORD_CHANGE:
        return redirect(url_for("auth.password"))
    if not isinstance(wanted, Permission) or not (g.actor.holds(wanted) or wanted is Permission.SIGN_IN):
        raise Forbidden(wanted if isinstance(wanted, Permission) else Permission.SIGN_IN)
    return None


def _return_path() -> str:
    """Where to go after signing in; a form that was posted is not repeated."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("home.index")


def safe_next(target: str | None) -> str:
    """A path on this site to go on to; anything that names another site becomes the start page."""
    try:
        parts = urlsplit(target or "")
    except ValueError:  # such as //[
        return url_for("home.index")
    clean = not (parts.scheme or parts.netloc) and parts.path.startswith("/") and "\\" not in (target or "")
    if not target or not clean or target.startswith("//") or any(ord(c) < 32 for c in target):
        return url_for("home.index")
    return target


def signed_in_actor() -> Actor | None:
    """Who is signed in, also on public pages; None when nobody is."""
    if not current_user.is_authenticated:
        return None
    if "actor" not in g:
        g.actor = actor_of(current_user.person)
    found: Actor = g.actor
    return found
