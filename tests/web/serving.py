"""The app as tests serve it: on a given database, at a fixed instant."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import NOW
from tracker.app import create_app
from tracker.clock import Clock
from tracker.settings import Settings
from tracker.web.context import EXTENSION


def settings_for(instance: Path, database_url: str) -> Settings:
    """Settings of an app that is neither in production nor shows a sample."""
    return Settings(
        instance=instance,
        database_url=database_url,
        secret_key="a key for tests that is long enough",
        production=False,
        zone=ZoneInfo("Asia/Shanghai"),
        base_url="http://localhost",
    )


class ReadToTheEnd(FlaskClient):
    """A client that reads each answer and closes it, as a server does."""

    def open(self, *args: Any, buffered: bool = True, **options: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **options)


def serve(settings: Settings) -> Flask:
    """The app, at 09:00 on 15 June 2023. Its faults become error pages, as people see them."""
    app = create_app(settings, Clock(settings.zone).fixed_at(NOW))
    app.testing = True
    app.test_client_class = ReadToTheEnd
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["READING_PATIENCE"] = 60.0  # a small file is read before the answer, also on a machine that is busy
    app.extensions[EXTENSION].notes.patience = 0.0  # what is noted after an answer is noted then
    return app


def put_away(app: Flask) -> None:
    """Closes the app's connections."""
    from tracker.web.database import db  # noqa: PLC0415

    with app.app_context():
        db.engine.dispose()
