"""The coverage report of a plan or of an imported file, as a page and as a sheet."""

from __future__ import annotations

from flask import Response, render_template

from tracker.domain.access import Permission
from tracker.domain.titles import brief_title
from tracker.services.file_names import office_name
from tracker.services.intake_coverage import Coverage, Gap, coverage_sheet, plan_coverage, source_coverage
from tracker.store.plans import DraftState
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.downloads import file_to_save
from tracker.web.intake.blueprint import blueprint

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
    day = today().isoformat()
    name = office_name("覆盖情况", brief_title(report.title), day)
    return file_to_save(coverage_sheet(report, now()), f"{name}.xlsx", f"coverage-{day}")
