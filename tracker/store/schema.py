"""Every table, gathered: importing this module makes the metadata complete."""

from tracker.store import feeds, notices, office, people, plans, readings, revisions, seeds, tasks, units
from tracker.store.base import Base

__all__ = [
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
    "units",
]

metadata = Base.metadata
