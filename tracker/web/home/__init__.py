"""The start page: sends everybody to the page that their work begins with."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.web.access import public, requires
from tracker.web.context import actor
from tracker.web.navigation import first_page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires(Permission.SIGN_IN)
def index() -> Response:
    return redirect(url_for(first_page(actor())))


@blueprint.get("/healthz")
@public
def health() -> tuple[str, int, dict[str, str]]:
    """For a process supervisor: the web process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain"}
