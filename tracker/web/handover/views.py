"""Passing a liaison's work on, and the page on which the new liaison sees what came."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.errors import Invalid, Stale
from tracker.services.handover import choice_of, hand_over, may_hand_over, recent, summary_of
from tracker.store.tasks import HistoryEntry
from tracker.store.units import Unit
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.handover.forms import HandOverForm
from tracker.web.when import when

blueprint = Blueprint("handover", __name__)


@blueprint.route("/units/<int:unit_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.HAND_OVER)
def new(unit_id: int) -> Response | tuple[str, int]:
    """The form, and the act."""
    form = HandOverForm()
    choice = choice_of(session(), actor(), unit_id)
    form.offer(choice)
    if request.method == "GET":
        form.leaver.data = request.args.get("from", type=int)
        return _shown(form, unit_id), 200
    if not form.validate():
        return _shown(form, unit_id, "填写的内容有误，没有移交，请按提示修改。"), 422
    try:
        done = hand_over(session(), actor(), now(), today(), unit_id, form.wish())
    except Invalid as fault:
        return _shown(form, unit_id, str(fault)), 422
    except Stale as stale:
        return _shown(form, unit_id, str(stale)), 409
    flash(f"已移交：未销号事项{done.parts}项" + (f"，未读消息{done.notices}条。" if done.notices else "。"), "success")
    if done.entry_id and actor().may(Permission.READ, choice.unit.path):
        return redirect(url_for("handover.show", entry_id=done.entry_id))
    return redirect(url_for("units.show", unit_id=unit_id))


@blueprint.get("/hand-overs/<int:entry_id>")
@requires(Permission.READ)
def show(entry_id: int) -> str:
    """What one hand-over brought."""
    return render_template("handover/show.html", page=summary_of(session(), actor(), when(), entry_id))


def _shown(form: HandOverForm, unit_id: int, fault: str = "") -> str:
    session().rollback()
    choice = choice_of(session(), actor(), unit_id)
    form.offer(choice)
    return render_template("handover/new.html", form=form, choice=choice, unit=choice.unit, fault=fault)


def _recent() -> Sequence[HistoryEntry]:
    """For 我的任务: what was handed over lately at the person's own units."""
    return recent(session(), actor(), now())


def _may(unit: Unit) -> bool:
    return unit.active and may_hand_over(actor(), unit)


@blueprint.app_context_processor
def panels() -> dict[str, object]:
    return {"recent_hand_overs": _recent, "may_hand_over": _may}
