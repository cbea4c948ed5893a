"""Inserting what may be there already, and taking turns: the two things that the databases spell differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from tracker.store.base import Base

# Numbers of PostgreSQL's advisory locks; any will do, as long as each purpose has its own.
SWEEP_TURN, MAIL_TURN, LEADERSHIP, ADMINISTRATION_TURN = 720_931_001, 720_931_002, 720_931_003, 720_931_004
VERSIONS_TURN = 720_931_007
ROBOT_TURN, URGING_TURN = 720_931_021, 720_931_022
IDLE_SECONDS = 60.0


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

    A process that is stopped while it holds the turn would hold it for ever: PostgreSQL ends its transaction when it
    has asked nothing for IDLE_SECONDS. SQLite's writers take turns anyway (see ``write_session``).
    """
    if session.get_bind().dialect.name == "postgresql":
        patience: ColumnElement[Any] = func.set_config(
            "idle_in_transaction_session_timeout", f"{IDLE_SECONDS:g}s", literal(True)
        )
        turn: ColumnElement[Any] = func.pg_advisory_xact_lock(number)
        session.execute(select(patience, turn))
