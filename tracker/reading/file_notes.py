"""What a person should know about a file (scanned pages, hidden rows): kept among the doubts of one of its plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.domain.doubts import ABOUT_PLAN
from tracker.domain.drafts import Doubt, PlanReading


def noted(plans: Sequence[PlanReading], notes: Sequence[Doubt]) -> tuple[PlanReading, ...]:
    """The plans, with the notes before the doubts of the first that assigns something, else of the first."""
    at = next((at for at, plan in enumerate(plans) if plan.drafts), 0)
    return tuple(
        replace(plan, doubts=(*notes, *plan.doubts)) if number == at else plan for number, plan in enumerate(plans)
    )


def notes_of(plans: Sequence[PlanReading]) -> tuple[Doubt, ...]:
    """The notes that ``noted`` gave to the plans."""
    return tuple(doubt for plan in plans for doubt in plan.doubts if doubt.code not in ABOUT_PLAN)
