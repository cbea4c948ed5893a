"""The liaison's own page: 我的任务."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.services.desk import Section, desk, desk_section
from tracker.services.indicators import own_indicators
from tracker.services.milestone_lists import own_late_milestones
from tracker.web.access import requires
from tracker.web.context import actor
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.when import when as office_when

blueprint = Blueprint("desk", __name__)


@blueprint.get("/my")
@requires(Permission.WORK_OWN)
def mine() -> str:
    """All sections with their first items, or one of them in pages."""
    when, asked = office_when(), request.args.get("section", "")
    shelves = desk(session(), actor(), when)
    chosen = next((section for section in Section if section.value == asked), None)
    shown = [desk_section(session(), actor(), when, chosen, page_asked())] if chosen else shelves
    late = own_late_milestones(session(), actor(), when.today)
    own = own_indicators(session(), actor(), when.today)
    units = [standing.unit_name for standing in actor().reach(Permission.WORK_OWN)]
    return render_template(
        "desk/mine.html", shelves=shelves, shown=shown, chosen=chosen, units=units, late_milestones=late, indicators=own
    )
