"""create_app(settings, clock): the only module that knows every part."""

from __future__ import annotations

import os

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.clock import Clock
from tracker.services.poll_notes import PollNotes
from tracker.settings import PROJECT_ROOT, Settings, settings_from
from tracker.web import (
    access,
    addresses,
    audit,
    auth,
    badges,
    calendars,
    database,
    desk,
    division,
    errors,
    extensions,
    feeds,
    figures,
    filters,
    handling,
    handover,
    headers,
    home,
    icons,
    inbox,
    incoming,
    indicators,
    intake,
    jobs,
    joint,
    links,
    milestones,
    navigation,
    notices,
    papers,
    people,
    plans,
    remarks,
    renewal,
    robots,
    round_trip,
    rules,
    series,
    supervision,
    tasks,
    units,
    work,
)
from tracker.web.context import EXTENSION, Parts
from tracker.web.feeds.polls import Polls
from tracker.web.figures import scoring

BLUEPRINTS = (
    home.blueprint,
    auth.blueprint,
    desk.blueprint,
    work.blueprint,
    extensions.blueprint,
    handling.blueprint,
    handover.blueprint,
    division.blueprint,
    joint.blueprint,
    links.blueprint,
    round_trip.blueprint,
    tasks.blueprint,
    supervision.blueprint,
    figures.blueprint,
    scoring.blueprint,
    remarks.blueprint,
    papers.blueprint,
    notices.blueprint,
    robots.blueprint,
    rules.blueprint,
    plans.blueprint,
    milestones.blueprint,
    indicators.blueprint,
    series.blueprint,
    intake.blueprint,
    units.blueprint,
    people.blueprint,
    calendars.blueprint,
    audit.blueprint,
    jobs.blueprint,
    inbox.blueprint,
    feeds.blueprint,
)
MEGABYTE = 1024 * 1024
LONGEST_SESSION = 12 * 3600  # seconds
READING_PATIENCE = 2.0  # seconds


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """The web application; raises SettingsError when a setting is missing or wrong."""
    settings = settings or settings_from(os.environ)
    clock = clock or Clock(settings.zone, fixed_day=settings.sample_day)
    app = Flask("tracker", root_path=str(PROJECT_ROOT / "tracker"), template_folder=str(PROJECT_ROOT / "templates"))
    app.static_folder = "web/static"
    app.config.update(_config(settings))
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    incoming.guard_bodies(app)
    engine = database.connect(app, settings.database_url)
    app.extensions[EXTENSION] = Parts(settings, clock, PollNotes(engine))
    Bootstrap5(app)
    access.guard(app)
    CSRFProtect(app).exempt(links.report)  # it asks for the token itself, see there
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    addresses.add_addresses(app)
    filters.add_filters(app)
    icons.add_icons(app)
    badges.add_badges(app)
    navigation.add_navigation(app)
    renewal.renew_calendars(app)
    headers.add_headers(app, https=settings.secure_cookies)
    errors.handle_errors(app)
    of_all = headers.headers_of_all(https=settings.secure_cookies)
    app.wsgi_app = Polls(app.wsgi_app, engine, lambda: app.extensions[EXTENSION], of_all)  # type: ignore[assignment,method-assign]
    return app


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": "tracker_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "MAX_CONTENT_LENGTH": settings.max_upload_mb * MEGABYTE,
        # A pasted plan is form memory, not a file.
        "MAX_FORM_MEMORY_SIZE": settings.max_upload_mb * MEGABYTE,
        "WTF_I18N_ENABLED": False,
        # A working day. The cookie is all there is of a session: a copy of it outlives signing out, but not this.
        "PERMANENT_SESSION_LIFETIME": LONGEST_SESSION,
        "WTF_CSRF_TIME_LIMIT": LONGEST_SESSION,
        # How long an upload waits for its file to be read, before the person is led to the page that shows progress.
        "READING_PATIENCE": READING_PATIENCE,
        "BOOTSTRAP_SERVE_LOCAL": True,
    }
