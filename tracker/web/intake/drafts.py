"""What is done to one draft: adopt, drop, take back, match a name, edit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.domain.access import Actor, Permission
from tracker.domain.roles import Role
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_adopt import adopt
from tracker.services.intake_drafts import (
    DraftEdit,
    StaleDraft,
    clause_around,
    draft_for_intake,
    drop,
    edit,
    edit_of,
    restore,
)
from tracker.services.intake_matching import match_name
from tracker.services.intake_review import naming_for
from tracker.services.intake_undo import ActedOn, Undone, undo_adoption
from tracker.store.plans import Draft, DraftState
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.filters import day, instant
from tracker.web.forms import seen_version
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.bulk import told
from tracker.web.intake.forms import ActionForm, EditForm
from tracker.web.intake.name_forms import MatchForm
from tracker.web.intake.review import Answer, Trouble, asked_for_pieces, pieces, place, review_page

MORE_ROWS = 6
# What is told of a deed that leaves the draft open, as nothing on the draft itself tells it.
DID = {"intake.undo": "undone", "intake.restore": "restored"}
Action = Callable[[Session, Actor, datetime, int, int], object]


@blueprint.post("/drafts/<int:draft_id>/adopt", endpoint="adopt")
@requires(Permission.INTAKE)
def adopt_draft(draft_id: int) -> Answer:
    """Makes the draft a task."""
    day_of_deed = today()
    return _act(draft_id, lambda held, by, at, *draft: adopt(held, by, at, day_of_deed, *draft))


@blueprint.post("/drafts/<int:draft_id>/drop", endpoint="drop")
@requires(Permission.INTAKE)
def drop_draft(draft_id: int) -> Answer:
    """Sets the draft aside."""
    return _act(draft_id, drop)


@blueprint.post("/drafts/<int:draft_id>/restore", endpoint="restore")
@requires(Permission.INTAKE)
def restore_draft(draft_id: int) -> Answer:
    """Takes a dropped draft back."""
    return _act(draft_id, restore)


@blueprint.post("/drafts/<int:draft_id>/undo", endpoint="undo")
@requires(Permission.INTAKE)
def undo_draft(draft_id: int) -> Answer:
    """Takes the adoption of the draft back."""
    return _act(draft_id, undo_adoption)


def _act(draft_id: int, action: Action) -> Answer:
    plan_id = draft_for_intake(session(), actor(), draft_id).plan_id
    form = ActionForm()
    if not form.validate():
        return review_page(plan_id, Trouble("页面内容不完整，没有办理。请刷新后重试。", draft_id), 422)
    try:
        result = action(session(), actor(), now(), draft_id, form.version.data)
    except Stale as stale:
        return review_page(plan_id, Trouble(_told(stale), draft_id), 409)
    except Invalid as fault:
        return review_page(plan_id, Trouble(_refused(fault), draft_id), 422)
    did = "again" if getattr(result, "already", False) else DID.get(request.endpoint or "", "")
    note = told(result.told) if isinstance(result, Undone) else ""
    if asked_for_pieces():
        return pieces(plan_id, draft_id, did=did, note=note)
    if note:
        flash(note, "warning")
    return _back(plan_id, draft_id, form.next.data, did=did or None)


def _back(plan_id: int, draft_id: int, go_on: int | None, **more: object) -> Response:
    """To the review page, at the draft to go on with; above it stands what was just done."""
    values: dict[str, Any] = {**place(), "done": draft_id, **({"next": go_on} if go_on else {}), **more}
    return redirect(url_for("intake.review", plan_id=plan_id, _anchor="done", **values))


def _told(stale: Stale) -> str:
    """What changed meanwhile, with the moment when the draft knows it."""
    at = stale.draft.changed_at if isinstance(stale, StaleDraft) else None
    return f"{stale}（变动时间：{instant(at)}）" if at else str(stale)


def _refused(fault: Invalid) -> str:
    """Why it cannot be, with the moment of what stands against it."""
    return f"{fault}（办理时间：{instant(fault.deed.at)}）" if isinstance(fault, ActedOn) else str(fault)


@blueprint.post("/drafts/<int:draft_id>/match", endpoint="match")
@requires(Permission.INTAKE)
def match_unit(draft_id: int) -> Answer:
    """Gives an unknown name its meaning."""
    plan_id = draft_for_intake(session(), actor(), draft_id).plan_id
    form = MatchForm()
    if not form.validate():
        return review_page(plan_id, Trouble("；".join(m for f in form.errors.values() for m in f), draft_id, form), 422)
    try:
        meaning = match_name(session(), actor(), now(), draft_id, form.match(), version=form.version.data)
    except Stale as stale:
        return review_page(plan_id, Trouble(_told(stale), draft_id, form), 409)
    except Invalid as fault:
        session().rollback()
        return review_page(plan_id, Trouble(str(fault), draft_id, form), 422)
    flash(_matched(form, meaning.label), "success")
    return redirect(
        url_for("intake.review", plan_id=plan_id, _anchor=f"draft-{draft_id}", **{**place(), "draft": draft_id})
    )


def _matched(form: MatchForm, label: str) -> str:
    name = form.name.data
    if form.choice.data != "new":
        return f"“{name}”已对应到“{label}”。"
    return f"已登记新单位“{label}”。" if name == label else f"已登记新单位“{label}”，“{name}”已对应到它。"


@blueprint.route("/drafts/<int:draft_id>/edit", methods=["GET", "POST"], endpoint="edit")
@requires(Permission.INTAKE)
def edit_draft(draft_id: int) -> Answer:
    """The form of one draft."""
    draft = draft_for_intake(session(), actor(), draft_id)
    if request.method == "GET":
        return _edit_page(draft, EditForm.showing(edit_of(draft), draft.version))
    form = EditForm()
    if "more" in request.form:
        form.add_spare_rows(MORE_ROWS)
        return _edit_page(draft, form, settled=request.form.getlist("settled"))
    if not form.validate():
        return _edit_page(draft, form, 422, settled=request.form.getlist("settled"))
    return _save(draft, form)


def _save(draft: Draft, form: EditForm) -> Answer:
    settled = request.form.getlist("settled")
    given = form.given(settled, draft.deadline_kind)
    try:
        edit(session(), actor(), now(), draft.id, given, version=seen_version(form.version))
    except StaleDraft as stale:
        # Now that it is told, sending again is meant to overwrite.
        form.version.data = stale.draft.version
        return _edit_page(stale.draft, form, 409, trouble=_told(stale), given=given, settled=settled)
    except Invalid as fault:
        return _edit_page(draft, form, 422, trouble=str(fault), settled=settled)
    return _back(draft.plan_id, draft.id, draft.id)


def _edit_page(
    draft: Draft,
    form: EditForm,
    status: int = 200,
    *,
    trouble: str = "",
    given: DraftEdit | None = None,
    settled: list[str] | None = None,
) -> tuple[str, int]:
    form.add_spare_rows()
    page = render_template(
        "intake/edit.html",
        draft=draft,
        form=form,
        place=place(),
        trouble=trouble,
        differences=_differences(edit_of(draft), given) if given else [],
        settled=settled or [],
        around=clause_around(session(), draft),
        known_names=naming_for(session(), draft.plan).names.directory.names,
        is_open=draft.state is DraftState.OPEN,
    )
    return page, status


def _differences(present: DraftEdit, typed: DraftEdit) -> list[tuple[str, str, str]]:
    """Field by field what the draft says now and what was typed, where the two differ."""
    shown = zip(_in_words(present), _in_words(typed), strict=True)
    return [(label, ours, theirs) for (label, ours), (_, theirs) in shown if ours != theirs]


def _in_words(given: DraftEdit) -> list[tuple[str, str]]:
    units = "、".join(f"{unit.name}（{Role(unit.role).label}）" for unit in given.units)
    targets = "；".join(f"{target.text}（{day(target.due_on)}）" for target in given.milestones)
    return [
        ("任务名称", given.title),
        ("单位", units or "无"),
        ("时限原文", given.deadline_text or "无"),
        ("时限类型", given.kind.label),
        ("完成日期", day(given.due_on)),
        ("节点", targets or "无"),
    ]
