"""The coverage report of a plan or of an imported file, as a page and as a sheet."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, render_template

from tracker.domain.access import Permission
from tracker.domain.titles import brief_title
from tracker.services.intake_coverage import Coverage, Gap, coverage_sheet, plan_coverage, source_coverage
from tracker.store.plans import DraftState
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 40
SHOWN_OF_EACH = 50


@blueprint.get("/plans/<int:plan_id>/coverage")
@requires(Permission.INTAKE)
def coverage(plan_id: int) -> str:
    """What was found in one plan, and what it lacks."""
    return _page(plan_coverage(session(), actor(), plan_id))


@blueprint.get("/sources/<int:source_id>/coverage")
@requires(Permission.INTAKE)
def coverage_of_source(source_id: int) -> str:
    """The same for all plans of a file."""
    return _page(source_coverage(session(), actor(), source_id))


@blueprint.get("/plans/<int:plan_id>/coverage.xlsx")
@requires(Permission.INTAKE)
def coverage_xlsx(plan_id: int) -> Response:
    """The report on a plan as a file."""
    return _sheet(plan_coverage(session(), actor(), plan_id))


@blueprint.get("/sources/<int:source_id>/coverage.xlsx")
@requires(Permission.INTAKE)
def coverage_of_source_xlsx(source_id: int) -> Response:
    """The report on a file's plans as a file."""
    return _sheet(source_coverage(session(), actor(), source_id))


def _page(report: Coverage) -> str:
    return render_template("intake/coverage.html", report=report, Gap=Gap, DraftState=DraftState, shown=SHOWN_OF_EACH)


def _sheet(report: Coverage) -> Response:
    name = f"覆盖情况-{brief_title(report.title)[:LONGEST_NAME]}-{today().isoformat()}.xlsx"
    said = f"attachment; filename=coverage-{today().isoformat()}.xlsx; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": said, "Cache-Control": "no-store"}
    return Response(coverage_sheet(report, now()), mimetype=XLSX, headers=headers)
