"""The 责任分解表 of a unit: one page for its liaison to fill in, for supervisors to read; to print and to download."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker.domain.access import Permission
from tracker.services.errors import Stale
from tracker.services.file_names import office_name
from tracker.services.handling import (
    LABELS,
    LONGEST,
    Filed,
    FiledRow,
    HandlingRow,
    file_rows,
    handling_sheet,
    suggestions_for,
    table_of,
    unit_of_part,
)
from tracker.services.lit import Part
from tracker.store.handling_queries import handling_of
from tracker.store.tasks import Assignment
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.downloads import file_to_save
from tracker.web.handling.forms import RowsForm, filed_rows
from tracker.web.when import when

blueprint = Blueprint("handling", __name__)
NOTHING_FILED = Filed(0, {}, {})


@blueprint.get("/my/handling")
@requires(Permission.WORK_OWN)
def mine() -> AnyResponse:
    """The table of the person's own unit, the first one where there are several."""
    units = actor().reach(Permission.WORK_OWN)
    return redirect(url_for("handling.table", at_unit_id=units[0].unit_id))


@blueprint.get("/units/<int:at_unit_id>/handling")
@requires(Permission.READ)
def table(at_unit_id: int) -> str:
    """The unit's open parts with who does the work."""
    return _shown(at_unit_id)


@blueprint.post("/units/<int:at_unit_id>/handling")
@requires(Permission.WORK_OWN)
def file(at_unit_id: int) -> AnyResponse | tuple[str, int]:
    """Saves the rows that were changed; those that could not be stay on the page as they were typed."""
    RowsForm()
    filed = _filed(at_unit_id, filed_rows(request.form))
    if not isinstance(filed, Filed):
        return filed
    flash(f"已保存{filed.saved}项。" if filed.saved else "没有改动，不用保存。", "success")
    return redirect(url_for("handling.table", at_unit_id=at_unit_id))


@blueprint.post("/assignments/<int:assignment_id>/handling")
@requires(Permission.WORK_OWN)
def file_one(assignment_id: int) -> AnyResponse | tuple[str, int]:
    """Saves the row of one part, from its own page; what could not be saved is shown on the unit's table."""
    unit_id = unit_of_part(session(), assignment_id)
    given = [row for row in filed_rows(request.form) if row.assignment_id == assignment_id]
    filed = _filed(unit_id, given)
    if not isinstance(filed, Filed):
        return filed
    flash("责任分解已保存。" if filed.saved else "没有改动，不用保存。", "success")
    return redirect(url_for("work.show", assignment_id=assignment_id))


def _filed(unit_id: int, given: Sequence[FiledRow]) -> Filed | tuple[str, int]:
    """Saves the rows: what was saved, or the unit's table again with what could not be, as it was typed."""
    try:
        filed = file_rows(session(), actor(), now(), unit_id, given)
    except Stale as stale:
        return _shown(unit_id, given, NOTHING_FILED, str(stale)), 409
    if filed.faults or filed.clashes:
        return _shown(unit_id, given, filed), 409 if filed.clashes else 422
    return filed


@blueprint.get("/units/<int:at_unit_id>/handling.xlsx")
@requires(Permission.READ)
def table_xlsx(at_unit_id: int) -> Response:
    """The same table as a file for the office."""
    unit, body = handling_sheet(session(), actor(), when(), at_unit_id)
    day = today().isoformat()
    return file_to_save(body, f"{office_name('责任分解表', unit, day)}.xlsx", f"handling-{day}")


def _shown(unit_id: int, given: Sequence[FiledRow] = (), filed: Filed = NOTHING_FILED, fault: str = "") -> str:
    """The table; rows that could not be saved with what was typed, and why."""
    session().rollback()
    page = table_of(session(), actor(), when(), unit_id)
    kept = {row.assignment_id: row.names for row in given if fault or _was_refused(row, filed)}
    gone = [row for row in given if row.assignment_id in kept and row.assignment_id not in _ids(page.rows)]
    return render_template(
        "handling/table.html",
        page=page,
        unit=page.unit,
        labels=LABELS,
        longest=LONGEST,
        kept=kept,
        gone=gone,
        filed=filed,
        fault=fault,
        units=actor().reach(Permission.WORK_OWN),
    )


def _was_refused(row: FiledRow, filed: Filed) -> bool:
    return row.assignment_id in filed.faults or row.assignment_id in filed.clashes


def _ids(rows: Sequence[HandlingRow]) -> set[int]:
    return {row.part.assignment.id for row in rows}


def _panel(part: Part) -> dict[str, object]:
    """For the page of a part: its row, and whether this person fills it in."""
    assignment = part.assignment
    row = HandlingRow(part, handling_of(session(), [assignment.id]).get(assignment.id))
    may_file = actor().may(Permission.WORK_OWN, assignment.unit.path) and not assignment.state.is_closed
    suggestions = suggestions_for(session(), assignment.unit_id) if may_file else {}
    return {"row": row, "may_file": may_file, "suggestions": suggestions, "labels": LABELS, "longest": LONGEST}


def _of_task(parts: Sequence[Assignment]) -> dict[int, object]:
    """For the page of a task: what is filed of the parts that this person supervises or works on."""
    readable = [part.id for part in parts if actor().may(Permission.READ, part.unit.path)]
    return dict(handling_of(session(), readable))


@blueprint.app_context_processor
def panels() -> dict[str, object]:
    return {"handling_panel": _panel, "handling_of_task": _of_task}
