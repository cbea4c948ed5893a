"""The dashboard, the figures of a period, and the lists behind their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Blueprint, render_template, request

from tracker.domain.access import Permission
from tracker.domain.figures import Period
from tracker.domain.measures import NOTES, Measure, Tally
from tracker.services.boards import board
from tracker.services.dashboard import dashboard
from tracker.services.figures import By
from tracker.services.listing_pages import list_page
from tracker.services.listings import Listing, filter_of, told
from tracker.services.past_words import past_words
from tracker.services.task_pages import choices
from tracker.web.access import requires
from tracker.web.context import actor, today
from tracker.web.database import session
from tracker.web.figures.charts import Chart, stacked
from tracker.web.figures.forms import DayForm, FiguresForm, ListingForm, PeriodForm
from tracker.web.figures.links import list_address
from tracker.web.lists import page_asked
from tracker.web.when import when_on

blueprint = Blueprint("figures", __name__)
blueprint.add_app_template_global(list_address, "list_address")
Kind = TypeVar("Kind", bound=PeriodForm)
Months = Sequence[tuple[Period, Tally]]


@blueprint.get("/dashboard")
@requires(Permission.SUPERVISE)
def home() -> str:
    """How the work in reach stands, today or on the day in the address."""
    form = DayForm(request.args)
    when = when_on(form.read(today()))
    found = dashboard(session(), actor(), when)
    values: dict[str, Any] = {"Measure": Measure, "past_words": past_words(session(), when)}
    return render_template(
        "figures/dashboard.html", form=form, board=found, charts=_charts(found.year.months), **values
    )


@blueprint.get("/figures")
@requires(Permission.SUPERVISE)
def index() -> str:
    """The figures of a period by unit or by plan, and month by month."""
    form = _offered(FiguresForm(request.args))
    period, by = form.read(today()), form.asked_by()
    wanted = filter_of(session(), form.chosen(form.unit), form.chosen(form.plan))
    counted = board(session(), actor(), when_on(period.until), period, by, wanted)
    basis, other = form.bases()
    values: dict[str, Any] = {"Measure": Measure, "basis": basis, "other": other, "By": By, "notes": NOTES}
    return render_template("figures/index.html", form=form, board=counted, charts=_charts(counted.months), **values)


@blueprint.get("/figures/list")
@requires(Permission.SUPERVISE)
def listing() -> str:
    """The parts behind a number, as they stood at the end of the period."""
    form, wanted = _listing_asked()
    when = when_on(wanted.period.until)
    page = list_page(session(), actor(), when, wanted, page_asked())
    said = {"told": told(wanted, when), "past_words": past_words(session(), when)}
    judged_by = when.pack.judged_by
    return render_template("figures/list.html", form=form, wanted=wanted, page=page, judged_by=judged_by, **said)


def _listing_asked() -> tuple[ListingForm, Listing]:
    form = _offered(ListingForm(request.args))
    return form, form.listing(today())


def _offered(form: Kind) -> Kind:
    form.offer(*choices(session(), actor(), Permission.SUPERVISE))
    return form


def _charts(months: Months) -> list[tuple[str, str, Chart]]:
    """Title, description and drawing of each chart."""
    names = [f"{month.until.month}月" for month, _ in months]
    layers = [
        (measure.value, measure.label, [numbers.count(measure) for _, numbers in months])
        for measure in (Measure.ON_TIME, Measure.LATE, Measure.MISSED)
    ]
    done = [(Measure.COMPLETED.value, "办结", [numbers.count(Measure.COMPLETED) for _, numbers in months])]
    overdue = [(Measure.OVERDUE.value, "逾期未办结", [numbers.count(Measure.OVERDUE) for _, numbers in months])]
    return [
        ("各月应办结事项的结果", "每月应办结事项中按期办结、超期办结、到期未办结的项数", stacked(names, layers)),
        ("各月办结事项", "每月销号的项数，不论何时到期", stacked(names, done)),
        ("各月末逾期未办结事项", "每月末逾期未办结的项数", stacked(names, overdue)),
    ]
