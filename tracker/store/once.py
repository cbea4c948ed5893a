"""Inserting what may be there already, and taking turns: the two things that the databases spell differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from tracker.store.base import Base

# Numbers of PostgreSQL's advisory locks; any will do, as long as each purpose has its own.
SWEEP_TURN, MAIL_TURN, LEADERSHIP, ADMINISTRATION_TURN = 720_931_001, 720_931_002, 720_931_003, 720_931_004
VERSIONS_TURN = 720_931_007
ROBOT_TURN, URGING_TURN = 720_931_021, 720_931_022


def insert_of(session: Session, table: Any) -> Any:
    """The INSERT of the session's database, which knows what to do about rows that are there already."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def insert_once(
    session: Session, table: type[Base], columns: list[str], rows: Select[Any] | Any, *returning: Any
) -> ReturningInsert[Any]:
    """INSERT … SELECT that passes over rows whose unique key exists; gives back the rows that went in."""
    put = insert_of(session, table).from_select(columns, rows, include_defaults=False)
    inserted: ReturningInsert[Any] = put.on_conflict_do_nothing().returning(*returning)
    return inserted


def take_turn(session: Session, number: int) -> None:
    """Waits until no other transaction holds this turn; it ends with the transaction.

    SQLite's writers take turns anyway (see ``write_session``).
    """
    if session.get_bind().dialect.name == "postgresql":
        turn: ColumnElement[Any] = func.pg_advisory_xact_lock(number)
        session.execute(select(turn))
