"""The rows of the 责任分解表 as they come from a form: four fields and a mark for each part."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.services.handling import LABELS, FiledRow, Names
from tracker.web.forms import Form
from tracker.web.incoming import row_id

MARK = "seen"


class RowsForm(Form):
    """Carries the token alone: the rows are named by their parts, ``leader-7``."""


def filed_rows(form: Mapping[str, str]) -> list[FiledRow]:
    """Every row of the form that carries its mark."""
    rows = []
    for name, mark in form.items():
        kind, _, number = name.partition("-")
        if kind != MARK:
            continue
        try:
            assignment_id = row_id(number)
        except ValueError:
            continue
        names = Names(*(form.get(f"{field}-{number}", "") for field in LABELS))
        rows.append(FiledRow(assignment_id, mark, names))
    return rows
