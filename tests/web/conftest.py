"""A served app on a new SQLite file at a fixed instant, people who sign in, and pages that are checked when fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_city
from tests.web.browsing import Visitor
from tracker.app import create_app
from tracker.clock import Clock
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.web.navigation import MENU


@pytest.fixture
def app_settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """Settings of an app whose database is new."""
    return Settings(
        instance=tmp_path,
        database_url=sqlite_url,
        secret_key="a key for tests that is long enough",
        production=False,
        zone=ZoneInfo("Asia/Shanghai"),
        base_url="http://localhost",
    )


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates compiled once for all the apps of the run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(app_settings: Settings, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """The app, at 09:00 on 15 June 2023."""
    made = create_app(app_settings, Clock(app_settings.zone).fixed_at(NOW))
    made.jinja_env.bytecode_cache = compiled_templates
    made.testing = True
    made.url_build_error_handlers.append(_page_to_come)
    made.config["PROPAGATE_EXCEPTIONS"] = False  # a person sees the error page; the log is checked by pytest
    yield made
    with made.app_context():
        from tracker.web.database import db  # noqa: PLC0415

        db.engine.dispose()


def _page_to_come(error: Exception, endpoint: str, _values: dict[str, object]) -> str:
    """Pages of the menu that are not written yet; taken out when every room of the menu stands."""
    if endpoint in {entry.endpoint for entry in MENU} | {"inbox.index"}:
        return f"/to-come/{endpoint}"
    raise error


@pytest.fixture
def session(app_settings: Settings) -> Iterator[Session]:
    """A session of the test's own on the app's database.

    It never stands in the way of the pages; roll it back to see what they changed since it last read.
    """
    engine = make_engine(app_settings.database_url)
    with Session(engine, expire_on_commit=False) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def city(session: Session) -> City:
    """The small city of tests.builders, committed."""
    return a_city(session)


@pytest.fixture
def page(app: Flask) -> Visitor:
    """A visitor: ``page("/tasks")`` fetches and checks a page, ``page.sign_in("liaison")`` signs in first."""
    return Visitor(app)


@pytest.fixture
def visitor(app: Flask) -> type[Visitor]:
    """For a second person at the same time: ``other = visitor(app).sign_in("neighbour")``."""
    return Visitor
