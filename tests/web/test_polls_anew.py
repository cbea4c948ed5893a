"""A poll across a new start of the database's server."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.builders import City
from tests.databases import end_connections
from tests.web.browsing import Visitor
from tests.web.serving import settings_for
from tests.web.test_feeds import make
from tracker.settings import Settings

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture
def app_settings(tmp_path: Path, postgres_url: str) -> Settings:
    return settings_for(tmp_path, postgres_url)


def test_nobody_who_polls_sees_that_the_server_was_started_anew(
    page: Visitor, city: City, app: Flask, app_settings: Settings
) -> None:
    path = make(page.sign_in("supervisor"))
    tag = app.test_client().get(path).headers["ETag"]
    end_connections(app_settings.database_url)
    assert app.test_client().get(path, headers={"If-None-Match": tag}).status_code == 304
    end_connections(app_settings.database_url)
    assert app.test_client().get(path).status_code == 200
