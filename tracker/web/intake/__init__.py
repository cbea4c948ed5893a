"""Intake: importing plans, and reviewing and adopting what reading them proposed."""

from tracker.web.intake import columns, drafts, facts, reading, review, views
from tracker.web.intake.blueprint import blueprint

__all__ = ["blueprint", "columns", "drafts", "facts", "reading", "review", "views"]
