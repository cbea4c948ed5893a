"""Counts what a page asks the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from tests.web.browsing import Visitor
from tracker.web.database import db


def counted(page: Visitor, path: str, fetch: Callable[[str], Any] | None = None) -> int:
    """How many statements fetching the page took; ``fetch`` is for what is no page."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    with page.client.application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        (fetch or page)(path)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert asked
    return len(asked)
