"""The working calendar: the years, and one year with its days off and make-up days."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services import calendars as service
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.recounting import Recounted
from tracker.web.access import requires
from tracker.web.calendars.forms import YearForm
from tracker.web.context import actor, now, today
from tracker.web.database import session

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/calendar")
@requires(Permission.MANAGE_CALENDAR)
def index() -> str:
    """Every year, the latest first."""
    years = service.calendar_years(session(), today())
    return render_template("calendars/index.html", years=years, may_change=service.may_change(actor()))


@blueprint.route("/calendar/<int:year>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALENDAR)
def show(year: int) -> Response | tuple[str, int]:
    """A year's days; posted, they are recognised, picked, or stored."""
    try:
        shown = service.calendar_year(session(), year)
    except Invalid as fault:
        raise NotFound(str(fault)) from None
    if request.method == "GET":
        form = YearForm(formdata=None)
        form.show(shown)
        return _page(shown, form)
    form = YearForm()
    if not form.validate():
        return _page(shown, form, 422)
    act = request.form.get("act")
    if act == "recognise":
        good = form.recognise(year)
        return _page(
            shown, form, 200 if good else 422, "日期已填入下面两栏，还没有保存。请核对后点“保存”。" if good else ""
        )
    if act == "pick":
        good = form.pick(year)
        return _page(shown, form, 200 if good else 422, "这一天已填入，还没有保存。" if good else "")
    return _save(shown, form)


def _save(shown: service.YearShown, form: YearForm) -> Response | tuple[str, int]:
    given = form.given(shown.year)
    if given is None:
        return _page(shown, form, 422)
    try:
        changed = service.save_year(session(), actor(), now(), shown.year, given)
    except Invalid as fault:
        return _page(shown, form, 422, trouble=str(fault))
    except Stale as stale:
        # Now that it is told, sending again is meant to overwrite.
        present = service.calendar_year(session(), shown.year)
        form.version.data = str(present.version)
        return _page(present, form, 409, trouble=str(stale))
    flash(f"{shown.year}年放假安排已保存。{_told(changed)}", "success")
    return redirect(url_for("calendars.index"))


def _told(changed: Recounted) -> str:
    if not changed.drafts and not changed.tasks:
        return "没有需要重新推算的完成时限。"
    return f"按工作日计算的完成时限已重新推算：待核任务{changed.drafts}条、任务{changed.tasks}项有变动。"


def _page(
    shown: service.YearShown, form: YearForm, status: int = 200, said: str = "", trouble: str = ""
) -> tuple[str, int]:
    may_change = service.may_change(actor())
    page = render_template(
        "calendars/show.html", shown=shown, form=form, said=said, trouble=trouble, may_change=may_change
    )
    return page, status
