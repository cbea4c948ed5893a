"""A served app on a new SQLite file at a fixed instant, people who sign in, and pages that are checked when fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, City, a_city
from tests.web.browsing import Visitor
from tests.web.serving import put_away, serve, settings_for
from tracker.settings import Settings
from tracker.store.audit_trail import Who, acts_as
from tracker.store.engine import make_engine


@pytest.fixture
def app_settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """Settings of an app whose database is new."""
    return settings_for(tmp_path, sqlite_url)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates compiled once for all the apps of the run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(app_settings: Settings, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """The app, at 09:00 on 15 June 2023."""
    made = serve(app_settings)
    made.jinja_env.bytecode_cache = compiled_templates
    yield made
    put_away(made)


@pytest.fixture
def session(app_settings: Settings) -> Iterator[Session]:
    """A session of the test's own on the app's database.

    It never stands in the way of the pages; roll it back to see what they changed since it last read. The audit log
    dates what it does itself to last month, before what pages do.
    """
    engine = make_engine(app_settings.database_url)
    with Session(engine, expire_on_commit=False) as opened:
        acts_as(opened, lambda: Who(None, "测试", LAST_MONTH))
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
