"""Intake: importing plans, and reviewing and adopting what reading them proposed."""

from tracker.web.intake import (
    bulk,
    columns,
    coverage,
    deletion,
    drafts,
    facts,
    names,
    reading,
    review,
    revision,
    views,
)
from tracker.web.intake.blueprint import blueprint

__all__ = [
    "blueprint",
    "bulk",
    "columns",
    "coverage",
    "deletion",
    "drafts",
    "facts",
    "names",
    "reading",
    "review",
    "revision",
    "views",
]
