"""Every table, gathered: importing this module makes the metadata complete."""

from tracker.store import column_mappings, feeds, notices, office, people, plans, readings, seeds, tasks, units
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
    "seeds",
    "tasks",
    "units",
]

metadata = Base.metadata
