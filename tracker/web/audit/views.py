"""The audit log, to be searched by those who answer for the whole installation."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.services.audit import audit_page
from tracker.web.access import requires
from tracker.web.audit.forms import AuditForm
from tracker.web.context import actor, settings
from tracker.web.database import session
from tracker.web.incoming import row_id

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.READ_AUDIT)
def index() -> str:
    """Entries that meet the filter, the newest first; ``before`` leads to older ones."""
    form = AuditForm(request.args)
    before = request.args.get("before", type=row_id)
    page = audit_page(session(), actor(), form.wanted(settings().zone), before)
    return render_template("audit/index.html", form=form, page=page)
