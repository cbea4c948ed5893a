"""The bodies of feeds that were made last, in the memory of this process, so that a busy feed is made once.

Whether one is still right says its key, which comes from the database with every poll: nothing here is believed for
longer than that.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from tracker.store.kept_entries import Kept

MOST_BYTES = 32 * 1024 * 1024
_TURNS = 16


@dataclass(frozen=True, slots=True)
class Body:
    """A feed's body and its ETag, right while the feed's content has this key; ``made`` is what is still to be kept."""

    key: str
    etag: str
    body: bytes
    made: tuple[Kept, ...] = ()


class Bodies:
    """The newest body of each feed, as many as ``most`` bytes hold; those not asked for longest go first."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._size = most, 0
        self._bodies: OrderedDict[int, Body] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))

    def get(self, feed_id: int, key: str, make: Callable[[], Body]) -> Body:
        """The feed's body for that key; made by the first who asks, while others who ask for it wait."""
        found = self._find(feed_id, key)
        if found is not None:
            return found
        with self._turns[feed_id % _TURNS]:
            found = self._find(feed_id, key)
            if found is None:
                self._forget(feed_id)  # nobody wants it any more, and a new one takes room
                found = make()
                self._put(feed_id, replace(found, made=()))
            return found

    def _find(self, feed_id: int, key: str) -> Body | None:
        with self._lock:
            found = self._bodies.get(feed_id)
            if found is None or found.key != key:
                return None
            self._bodies.move_to_end(feed_id)
            return found

    def _forget(self, feed_id: int) -> None:
        with self._lock:
            before = self._bodies.pop(feed_id, None)
            self._size -= len(before.body) if before else 0

    def _put(self, feed_id: int, body: Body) -> None:
        with self._lock:
            if len(body.body) > self._most:
                return
            self._bodies[feed_id] = body
            self._size += len(body.body)
            while self._size > self._most:
                _, oldest = self._bodies.popitem(last=False)
                self._size -= len(oldest.body)
