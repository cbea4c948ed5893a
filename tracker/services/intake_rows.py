"""Rows of what was read, not stored yet: a source, its plans, their drafts and indicators."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import PurePosixPath

from tracker.domain.access import Actor
from tracker.domain.drafts import Doubt, PlanReading, SourceReading
from tracker.domain.drafts import Draft as DraftReading
from tracker.domain.indicators import IndicatorReading
from tracker.domain.text import shortened, tidy
from tracker.store.plans import Draft, DraftState, Indicator, Plan, Source
from tracker.store.units import Unit

LONGEST_NAME = 120


def clean_name(given: str) -> str:
    """A file's own name: without folders, control and direction characters; a long one is shortened, suffix kept."""
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = " ".join("".join(c for c in last if unicodedata.category(c)[0] != "C").split()).strip(". ")
    suffix = PurePosixPath(kept).suffix
    if len(kept) > LONGEST_NAME:
        suffix = suffix if len(suffix) <= 10 else ""
        kept = kept[: LONGEST_NAME - len(suffix)] + suffix
    return kept or "未命名"


def source_row(reading: SourceReading, scope: Unit, actor: Actor, now: datetime) -> Source:
    """The source with its plans and their drafts."""
    return Source(
        scope_id=scope.id,
        name=clean_name(reading.name),
        format=reading.format,
        sha256=reading.sha256,
        text=_storable(reading.text),
        characters=len(reading.text),
        imported_by_id=actor.person_id or None,
        imported_at=now,
        plans=plan_rows(reading, scope, now),
    )


def plan_rows(reading: SourceReading, scope: Unit, now: datetime) -> list[Plan]:
    """The plans of a reading with their drafts, as rows that are not stored yet."""
    return [_plan_row(plan, position, reading, scope, now) for position, plan in enumerate(reading.plans)]


def _plan_row(plan: PlanReading, position: int, reading: SourceReading, scope: Unit, now: datetime) -> Plan:
    return Plan(
        scope_id=scope.id,
        position=position,
        title=_short(plan.title, 500) or clean_name(reading.name),
        number=_short(plan.number, 100),
        issuer=_short(plan.issuer, 200),
        issued_on=plan.issued_on,
        effective_until=plan.effective_until,
        start=plan.start,
        end=plan.end,
        doubts=[_doubt(doubt) for doubt in plan.doubts],
        created_at=now,
        drafts=[_draft_row(draft, number) for number, draft in enumerate(plan.drafts)],
        indicators=[_indicator_row(one, number) for number, one in enumerate(plan.indicators)],
    )


def _indicator_row(indicator: IndicatorReading, position: int) -> Indicator:
    return Indicator(
        position=position,
        name=_short(indicator.name, 300) or "未命名指标",
        category=_short(indicator.category, 300) or "",
        measure=_short(indicator.measure, 60),
        base=_short(indicator.base, 200),
        base_value=indicator.base_value,
        base_year=indicator.base_year,
        target=_short(indicator.target, 200),
        target_value=indicator.target_value,
        target_year=indicator.target_year,
        growth=_short(indicator.growth, 200),
        binding=indicator.binding,
        units=[_storable(name) for name in indicator.units],
        start=indicator.start,
        end=indicator.end,
    )


def _draft_row(draft: DraftReading, position: int) -> Draft:
    deadline = draft.deadline
    return Draft(
        position=position,
        state=DraftState.OPEN,
        title=_short(draft.title, 500) or shortened(tidy(draft.quote), 60),
        path=[_storable(step) for step in draft.path],
        form=draft.form,
        quote=_storable(draft.quote),
        start=draft.start,
        end=draft.end,
        units=[{"name": _storable(u.name), "role": u.role.value, "inherited": u.inherited} for u in draft.units],
        deadline_text=_storable(deadline.text) if deadline.text else None,
        deadline_kind=deadline.kind,
        deadline_basis=deadline.basis,
        deadline_rule=deadline.rule,
        due_on=deadline.due_on,
        milestones=[
            {
                "text": _storable(target.text),
                "due_on": target.due_on.isoformat() if target.due_on else None,
                "recurrence": target.recurrence,
            }
            for target in draft.milestones
        ],
        doubts=[_doubt(doubt) for doubt in draft.doubts],
    )


def _doubt(doubt: Doubt) -> dict[str, object]:
    return {"code": doubt.code, "message": doubt.message, "settled": False}


def _storable(text: str) -> str:
    """The text, code point for code point, without what a database refuses (NUL) or cannot encode."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _short(text: str | None, limit: int) -> str | None:
    return _storable(text)[:limit] or None if text else None
