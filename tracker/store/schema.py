"""Every table, gathered: importing this module makes the metadata complete."""

from tracker.store import (
    column_mappings,
    feeds,
    notices,
    office,
    people,
    plans,
    readings,
    revisions,
    seeds,
    tasks,
    timing,
    units,
)
from tracker.store.base import Base

__all__ = [
    "column_mappings",
    "feeds",
    "metadata",
    "notices",
    "office",
    "people",
    "plans",
    "readings",
    "revisions",
    "seeds",
    "tasks",
    "timing",
    "units",
]

metadata = Base.metadata
