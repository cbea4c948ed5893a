"""The pulse of a reading: its row is told about progress, keeps its lease, and says whether it is still wanted."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from tracker.clock import Clock
from tracker.store.engine import write_session
from tracker.store.reading_queries import change_job

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 1.0


class Pulse:
    """Beats at most once a second, whoever asks."""

    def __init__(self, engine: Engine, clock: Clock, job_id: int, token: str) -> None:
        self._engine, self._clock = engine, clock
        self._job_id, self._token = job_id, token
        self._parts = (0, 0)
        self._last = time.monotonic()
        self._wanted = True

    def told(self, done: int, total: int) -> None:
        """Takes up how many parts of how many are read."""
        self._parts = (done, total)

    def is_wanted(self) -> bool:
        """Whether the reading is still ours to do: not cancelled, not taken over by somebody else."""
        if self._wanted and time.monotonic() - self._last >= BEAT_SECONDS:
            self._wanted = self.beat()
        return self._wanted

    def beat(self) -> bool:
        """Writes progress and lease; False when the row is no longer ours. A database that is busy changes nothing."""
        self._last = time.monotonic()
        done, total = self._parts
        values = {"done": done, "total": total, "leased_until": self._clock.now() + LEASE}
        try:
            with write_session(self._engine) as session:
                is_ours = change_job(session, self._job_id, self._token, values)
                session.commit()
                return is_ours
        except OperationalError as busy:
            log.warning("reading job %d could not be told about: %s", self._job_id, busy.orig)
            return True
