"""What was read, as the JSON object that ``tracker read FILE --json`` prints."""

from __future__ import annotations

from datetime import date
from typing import Any

from tracker.domain.drafts import Deadline, Doubt, Draft, MilestoneReading, PlanReading, SourceReading
from tracker.domain.indicators import IndicatorReading


def as_json(source: SourceReading) -> dict[str, Any]:
    """The whole reading as plain dictionaries, lists, strings and numbers, ready for ``json.dumps``."""
    return {
        "source": {
            "name": source.name,
            "format": source.format,
            "characters": len(source.text),
            "sha256": source.sha256,
        },
        "plans": [_plan(plan) for plan in source.plans],
    }


def _plan(plan: PlanReading) -> dict[str, Any]:
    return {
        "title": plan.title,
        "number": plan.number,
        "issuer": plan.issuer,
        "issued_on": _day(plan.issued_on),
        "effective_until": _day(plan.effective_until),
        "start": plan.start,
        "end": plan.end,
        "drafts": [_draft(draft) for draft in plan.drafts],
        "doubts": [_doubt(doubt) for doubt in plan.doubts],
        "indicators": [_indicator(indicator) for indicator in plan.indicators],
    }


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "path": list(draft.path),
        "form": draft.form.value,
        "quote": draft.quote,
        "start": draft.start,
        "end": draft.end,
        "units": [{"name": u.name, "role": u.role.value, "inherited": u.inherited} for u in draft.units],
        "deadline": _deadline(draft.deadline),
        "milestones": [_milestone(stone) for stone in draft.milestones],
        "doubts": [_doubt(doubt) for doubt in draft.doubts],
    }


def _deadline(deadline: Deadline) -> dict[str, Any]:
    return {
        "text": deadline.text,
        "kind": deadline.kind.value,
        "due_on": _day(deadline.due_on),
        "basis": deadline.basis.value if deadline.basis else None,
        "rule": deadline.rule,
    }


def _milestone(stone: MilestoneReading) -> dict[str, Any]:
    return {"text": stone.text, "due_on": _day(stone.due_on), "recurrence": stone.recurrence}


def _indicator(indicator: IndicatorReading) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "category": indicator.category,
        "measure": indicator.measure,
        "base": indicator.base,
        "base_value": indicator.base_value,
        "base_year": indicator.base_year,
        "target": indicator.target,
        "target_value": indicator.target_value,
        "target_year": indicator.target_year,
        "growth": indicator.growth,
        "binding": indicator.binding.value if indicator.binding else None,
        "units": list(indicator.units),
        "start": indicator.start,
        "end": indicator.end,
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {"code": doubt.code, "message": doubt.message}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
