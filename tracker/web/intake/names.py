"""The page on which all unknown names of a plan are settled at once."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.services.errors import Stale
from tracker.services.intake_names import NameTrouble, UnknownNames, settle_names, unknown_names
from tracker.web.access import requires
from tracker.web.context import actor, now
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.name_forms import NamesForm
from tracker.web.intake.review import place

NAMES_TOLD = 6


@blueprint.route("/plans/<int:plan_id>/names", methods=["GET", "POST"], endpoint="names")
@requires(Permission.INTAKE)
def names(plan_id: int) -> Response | tuple[str, int]:
    """Each unknown name with the nearest ones; what is left alone stays unknown."""
    if request.method == "GET":
        found = unknown_names(session(), actor(), plan_id)
        return _page(found, NamesForm.showing(found))
    form = NamesForm()
    if not form.validate():
        return _page(
            unknown_names(session(), actor(), plan_id), form, 422, "有的行没有填好，没有保存。请看下面标出的行。"
        )
    return _save(plan_id, form)


def _save(plan_id: int, form: NamesForm) -> Response | tuple[str, int]:
    matches = form.matches(new_for_the_rest="rest" in request.form)
    if not matches:
        trouble = "还没有为任何名称选择对应的单位。"
        return _page(unknown_names(session(), actor(), plan_id), form, 422, trouble)
    try:
        settled = settle_names(session(), actor(), now(), plan_id, matches)
    except NameTrouble as trouble:
        session().rollback()
        form.tell(trouble.name, trouble.fault)
        return _page(unknown_names(session(), actor(), plan_id), form, 422, f"没有保存。{trouble}")
    except Stale as stale:
        return _page(unknown_names(session(), actor(), plan_id), form, 409, str(stale))
    for name, label in settled.kept:
        flash(f"“{name}”刚刚已由其他人员对应到“{label}”，没有改动。", "warning")
    if settled.names:
        flash(_told(settled.names), "success")
    left = unknown_names(session(), actor(), plan_id).total
    return redirect(url_for("intake.names" if left else "intake.review", plan_id=plan_id, **place()))


def _told(pairs: tuple[tuple[str, str], ...]) -> str:
    shown = "、".join(f"“{name}”→{label}" if name != label else f"“{name}”" for name, label in pairs[:NAMES_TOLD])
    rest = "等" if len(pairs) > NAMES_TOLD else ""
    return f"已对应{len(pairs)}个单位名称：{shown}{rest}。各条待核任务已随之更新。"


def _page(found: UnknownNames, form: NamesForm, status: int = 200, trouble: str = "") -> tuple[str, int]:
    page = render_template(
        "intake/names.html", found=found, form=form, rows=form.by_name(), place=place(), trouble=trouble
    )
    return page, status
