"""Every table, gathered: importing this module makes the metadata complete."""

from tracker.store import (
    audit,
    column_mappings,
    evidence,
    extensions,
    feeds,
    handling,
    kept_calendars,
    measures,
    notices,
    office,
    people,
    plans,
    readings,
    report_links,
    revisions,
    robots,
    rule_packs,
    seeds,
    tasks,
    timing,
    units,
)
from tracker.store.base import Base

__all__ = [
    "audit",
    "column_mappings",
    "evidence",
    "extensions",
    "feeds",
    "handling",
    "kept_calendars",
    "measures",
    "metadata",
    "notices",
    "office",
    "people",
    "plans",
    "readings",
    "report_links",
    "revisions",
    "robots",
    "rule_packs",
    "seeds",
    "tasks",
    "timing",
    "units",
]

metadata = Base.metadata
