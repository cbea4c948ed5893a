"""The rules of the lights: those in force and all versions, a trial over the past quarter, and putting in force."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.light_packs import pack_settings, pack_words
from tracker.domain.lights import DEFAULT_PACK, Light
from tracker.services import light_trials as trials
from tracker.services import rule_packs as service
from tracker.services.errors import Invalid, Stale
from tracker.store.rule_packs import PackKind
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.filters import day
from tracker.web.lists import page_asked
from tracker.web.rules.forms import LightsForm, PutInForceForm
from tracker.web.when import when

blueprint = Blueprint("rules", __name__)
Answer = tuple[str, int]


@blueprint.get("/rules/lights")
@requires(Permission.MANAGE_RULES)
def lights() -> str:
    """The rules in words, all versions, and the form for a new one."""
    form = LightsForm(request.args) if request.args else LightsForm(formdata=None)
    if not request.args:
        form.show(when().pack, today())
    return _rules(form)


def _rules(form: LightsForm) -> str:
    versions = service.packs_of(session(), PackKind.LIGHTS)
    return render_template(
        "rules/lights.html",
        form=form,
        words=pack_words(when().pack),
        present=service.pack_on(session(), PackKind.LIGHTS, today()),
        coming=[pack for pack in versions if pack.in_force_on > today()],
        own=pack_settings(DEFAULT_PACK),
        versions=[(pack, pack_settings(service.light_pack_of(pack.rules))) for pack in versions],
        may_change=service.may_change(session(), actor()),
    )


@blueprint.get("/rules/lights/trial")
@requires(Permission.MANAGE_RULES)
def trial() -> str | Answer:
    """What the new rules would have shown over the past quarter, and the button that puts them in force."""
    service.check_may_change(session(), actor(), PackKind.LIGHTS)
    form = LightsForm(request.args)
    if not form.validate_on(today()):
        return _rules(form), 422
    given = PutInForceForm(formdata=None)
    given.seen.data = str(max((pack.version for pack in service.packs_of(session(), PackKind.LIGHTS)), default=0))
    return _trial(form, given)


def _trial(form: LightsForm, given: PutInForceForm, trouble: str = "") -> str:
    pack = form.pack()
    run = trials.dry_run(session(), actor(), when(), pack)
    old, new = pack_settings(when().pack), pack_settings(pack)
    return render_template(
        "rules/trial.html",
        form=form,
        given=given,
        run=run,
        page=run.page(page_asked()),
        settings=[(name, old[name], new[name]) for name in new],
        is_same=pack == service.light_pack_on(session(), form.start.data),
        coming=[p for p in service.packs_of(session(), PackKind.LIGHTS) if p.in_force_on > form.start.data],
        trouble=trouble,
        Light=Light,
    )


@blueprint.post("/rules/lights")
@requires(Permission.MANAGE_RULES)
def put_in_force() -> Response | Answer:
    """Stores the version that was tried; what was typed stays when it is refused."""
    service.check_may_change(session(), actor(), PackKind.LIGHTS)
    form = PutInForceForm()
    if not form.validate_on(today()):
        return (_trial(form, form), 422) if set(form.errors) == {"words"} else (_rules(form), 422)
    new = trials.NewLights(form.pack(), form.start.data, form.words.data or "", form.seen_number)
    try:
        made = trials.put_lights_in_force(session(), actor(), now(), today(), new)
    except Invalid as fault:
        form.words.errors = [str(fault)]
        return _trial(form, form), 422
    except Stale as stale:
        form.seen.data = str(service.packs_of(session(), PackKind.LIGHTS)[0].version)
        return _trial(form, form, str(stale)), 409
    flash(f"亮灯规则第{made.version}版已保存，{day(made.in_force_on)}起施行。", "success")
    return redirect(url_for("rules.lights"))
