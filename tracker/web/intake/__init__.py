"""Intake: importing plans, and reviewing and adopting what reading them proposed."""

from tracker.web.intake import bulk, coverage, drafts, facts, names, reading, review, views
from tracker.web.intake.blueprint import blueprint

__all__ = ["blueprint", "bulk", "coverage", "drafts", "facts", "names", "reading", "review", "views"]
