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
class Key:
    """What a body is right for: ``content`` is the fingerprint of all that the feed is made from, ``number`` the
    highest that the feed's own entries had (see ``Said``)."""

    content: str
    number: int = 0

    def is_right_for(self, asked: Key) -> bool:
        """Whether a body with this key answers a poll that has read that one. A higher number was given since."""
        return self.content == asked.content and self.number >= asked.number


@dataclass(frozen=True, slots=True)
class Body:
    """A feed's body and its ETag, right while the feed's content has this key; ``made`` is what is still to be kept."""

    key: Key
    etag: str
    body: bytes
    made: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """A body, what it was made of besides the database's rows, and the number of its making."""

    body: Body
    of: object
    number: int


class Bodies:
    """The newest body of each feed, as many as ``most`` bytes hold; those not asked for longest go first."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._size, self._begun = most, 0, 0
        self._bodies: OrderedDict[int, _Held] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))

    def get(self, feed_id: int, key: Key) -> Body | None:
        """The feed's body for that key, where it is held."""
        with self._lock:
            held = self._bodies.get(feed_id)
            if held is None or not held.body.key.is_right_for(key):
                return None
            self._bodies.move_to_end(feed_id)
            return held.body

    def make(self, feed_id: int, key: Key, of: object, make: Callable[[], Body]) -> Body:
        """The feed's body, which ``make`` makes of that and of the rows as they are when it is called.

        One at a time is made. Those who wait take the next one, whatever key it was made for: they had read theirs
        before it was begun, so it shows all that they are to see.
        """
        before = self._begun
        with self._turns[feed_id % _TURNS]:
            found = self.get(feed_id, key) or self._begun_after(before, feed_id, key, of)
            return found or self._made(feed_id, of, make)

    def _begun_after(self, number: int, feed_id: int, key: Key, of: object) -> Body | None:
        with self._lock:
            held = self._bodies.get(feed_id)
            if held is None or held.number <= number or held.of != of:
                return None
            newest = replace(key, number=max(key.number, held.body.key.number))
            self._bodies[feed_id] = replace(held, body=replace(held.body, key=newest))
            return self._bodies[feed_id].body

    def _made(self, feed_id: int, of: object, make: Callable[[], Body]) -> Body:
        number = self._forget(feed_id)  # nobody wants it any more, and a new one takes room
        made = make()
        self._put(feed_id, _Held(replace(made, made=()), of, number))
        return made

    def _forget(self, feed_id: int) -> int:
        """Drops the feed's body; the number of the next one, which begins now."""
        with self._lock:
            before = self._bodies.pop(feed_id, None)
            self._size -= len(before.body.body) if before else 0
            self._begun += 1
            return self._begun

    def _put(self, feed_id: int, held: _Held) -> None:
        with self._lock:
            if len(held.body.body) > self._most:
                return
            self._bodies[feed_id] = held
            self._size += len(held.body.body)
            while self._size > self._most:
                _, oldest = self._bodies.popitem(last=False)
                self._size -= len(oldest.body.body)
