"""The request's database session."""

from __future__ import annotations

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.store.base import Base
from tracker.store.engine import apply_rules, begin_reading, begin_write, engine_options

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


def connect(app: Flask, url: str) -> Engine:
    """Makes the app's engine, and lets every changing request take the writer's place at once."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        made = db.engine
    apply_rules(made)
    app.before_request(_take_writers_place)
    return made


def session() -> Session:
    """The session of this request; it is rolled back at the end unless a service committed."""
    return db.session()


def engine() -> Engine:
    """The app's engine, for what goes on after the request."""
    return db.engine


def read_one_instant() -> None:
    """Lets all that a request reads which changes nothing be of one instant: what one statement found, the next still
    finds. Called before its first statement; later, or in a request that changes something, it does nothing.
    """
    if request.method in SAFE_METHODS and not session().in_transaction():
        begin_reading(session())


def _take_writers_place() -> None:
    if request.method in SAFE_METHODS:
        return
    # The body is read to its end first: somebody who sends it slowly must not hold up everybody who writes.
    _ = request.form
    begin_write(session())
