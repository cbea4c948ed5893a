"""After a request that changed tasks: their calendar entries are made while nobody waits."""

from __future__ import annotations

from functools import partial

from flask import Flask, request
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction
from werkzeug.wrappers import Response

from tracker.services.renewing import renew
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task
from tracker.web.context import place
from tracker.web.database import SAFE_METHODS, db, engine, session

_CHANGED = "changed_in_calendars"


def renew_calendars(app: Flask) -> None:
    """Puts it behind every changing request."""
    event.listen(db.session, "after_flush", _note)
    app.after_request(_renew_afterwards)


def _note(changed_in: Session, _context: UOWTransaction) -> None:
    parts, tasks = changed_in.info.setdefault(_CHANGED, (set(), set()))
    for row in (*changed_in.new, *changed_in.dirty):
        if isinstance(row, Assignment):
            parts.add(row.id)
        elif isinstance(row, HistoryEntry):
            parts.add(row.assignment_id)
        elif isinstance(row, Task):
            tasks.add(row.id)
        elif isinstance(row, Milestone):
            tasks.add(row.task_id)


def _renew_afterwards(response: Response) -> Response:
    if request.method in SAFE_METHODS:
        return response
    parts, tasks = session().info.pop(_CHANGED, (set(), set()))
    if parts or tasks:
        response.call_on_close(partial(renew, engine(), place(), parts, tasks))
    return response
