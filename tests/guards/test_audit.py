"""Nothing goes past the audit log: every table is watched or says why not, and no statement slips by the session."""

from __future__ import annotations

import ast
import re

from sqlalchemy.orm import configure_mappers

from tests.guards.source import modules, named, tree_of
from tracker.services.audit import FIELDS, SUBJECTS
from tracker.store.audit_losses import watched_tables
from tracker.store.audit_watched import UNWATCHED, WATCHED
from tracker.store.base import Base
from tracker.store.schema import metadata

# Bulk updates of watched tables, each with the reason why the log misses nothing.
BULK_UPDATES = {
    ("tracker/services/people.py", "Person"): "counts of attempts to sign in, which are not watched; a lock is noted",
    ("tracker/store/link_queries.py", "ReportLink"): "notes each link itself",
    ("tracker/store/sweep_queries.py", "Assignment"): "flags of the sweep, which are not watched",
    ("tracker/store/division_queries.py", "Assignment"): "the percentage that follows from child tasks",
    ("tracker/store/milestone_queries.py", "Milestone"): "flags of the sweep, which are not watched",
    ("tracker/store/poll_queries.py", "Feed"): "what a poll found and who asked, which are not watched",
}
BULK = ("delete", "update", "insert")
# Watched columns that the database itself may empty, and why nothing is lost by it.
EMPTIED = {"indicator.owner_id": "no unit is ever deleted, it is only put out of use"}


def test_every_table_is_watched_or_says_why_not() -> None:
    watched = {kind.__tablename__ for kind in WATCHED}
    assert watched | UNWATCHED.keys() == set(metadata.tables)
    assert not watched & UNWATCHED.keys()
    assert all(UNWATCHED.values())


def test_what_is_watched_is_there_and_has_a_word() -> None:
    for kind, watched in WATCHED.items():
        assert set(watched.secret) <= set(watched.columns) <= set(kind.__table__.columns.keys()), kind
        assert watched.key in kind.__table__.columns, kind
        assert watched.subject in SUBJECTS, kind
        assert set(watched.columns) <= FIELDS.keys(), kind


def test_bulk_statements_go_through_the_session() -> None:
    """There they are heard: a deletion is told by itself, an update of a watched table stands in the list above."""
    statements = [path for path in modules() if any(isinstance(c.func, ast.Name) for c in _calls(tree_of(path), *BULK))]
    assert len(statements) > 5
    strangers = [named(path) for path in statements if _calls(tree_of(path), "connection", "connect", "begin")]
    assert strangers == ["tracker/store/audit_trail.py"]  # it adds to the log


def test_bulk_inserts_pass_over_the_watched_tables() -> None:
    kinds = {kind.__name__ for kind in WATCHED}
    named_there = {
        argument.id
        for path in modules()
        for call in _calls(tree_of(path), "insert", "insert_once", "insert_of")
        for argument in call.args
        if isinstance(argument, ast.Name)
    }
    assert {"HistoryEntry", "Notice"} <= named_there
    assert not named_there & kinds


def test_bulk_updates_of_watched_tables_are_known() -> None:
    kinds = {kind.__name__ for kind in WATCHED}
    found = {
        (named(path), call.args[0].id)
        for path in modules()
        for call in _calls(tree_of(path), "update")
        if isinstance(call.func, ast.Name) and call.args and isinstance(call.args[0], ast.Name)
    }
    assert {(path, kind) for path, kind in found if kind in kinds} == BULK_UPDATES.keys()


def test_statements_in_plain_text_take_nothing_away() -> None:
    """The program writes none that deletes, updates or empties a table; the log could not hear it."""
    takes_away = re.compile(r"^\s*(DELETE\s+FROM|UPDATE\s+\w+\s+SET|TRUNCATE|DROP\s+TABLE)\b", re.IGNORECASE)
    found = [
        (named(path), node.value)
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and takes_away.match(node.value)
    ]
    assert found == []


def test_the_database_empties_no_watched_column_unheard() -> None:
    emptied = {
        f"{table.name}.{key.parent.name}"
        for table, watched in watched_tables().items()
        for key in table.foreign_keys
        if key.parent.name in watched.columns and key.ondelete == "SET NULL"
    }
    assert emptied == EMPTIED.keys()
    assert "unit" not in _deleted_kinds()


def test_an_object_that_is_deleted_takes_with_it_what_the_database_says() -> None:
    """A relation that would rather empty the other row's column changes it where the log tells of its end."""
    configure_mappers()
    wrong = [
        str(relation)
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.direction.name == "ONETOMANY" and not relation.cascade.delete and relation.passive_deletes != "all"
    ]
    assert wrong == []


def _deleted_kinds() -> set[str]:
    """The names of the kinds that a bulk delete names."""
    calls = (call for path in modules() for call in _calls(tree_of(path), "delete"))
    return {ast.unparse(call.args[0]).lower() for call in calls if isinstance(call.func, ast.Name) and call.args}


def _calls(tree: ast.AST, *names: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) in names]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
