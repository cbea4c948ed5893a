"""What is wrong with what somebody gave: all of it at once, each fault with the field it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: a Chinese sentence that says what to change, and the field's name; no name where none is meant."""

    said: str
    field: str = ""


class Faulty(ValueError):
    """What was given cannot be used; ``faults`` tells all that is known to be wrong, and the message joins them."""

    def __init__(self, said: str | Sequence[Fault], field: str = "") -> None:
        self.faults = (Fault(said, field),) if isinstance(said, str) else tuple(said)
        super().__init__("".join(fault.said for fault in self.faults))


class Gathering:
    """Faults as they are found, so that a person is told of all of them, and of each field one thing at a time.

    ``known`` are those that were found before: fields that could not be read say nothing else besides.
    """

    def __init__(self, known: Iterable[Fault] = ()) -> None:
        self.faults: list[Fault] = []
        for fault in known:
            self.add(fault.said, fault.field)

    def __bool__(self) -> bool:
        return bool(self.faults)

    def knows(self, field: str) -> bool:
        """Whether something is wrong with the field already."""
        return any(fault.field == field for fault in self.faults)

    def add(self, said: str, field: str = "") -> None:
        """Notes a fault, unless the field has one already."""
        if not (field and self.knows(field)):
            self.faults.append(Fault(said, field))

    @contextmanager
    def about(self, field: str = "") -> Iterator[None]:
        """Notes what is refused within; a fault that names no field concerns this one."""
        try:
            yield
        except Faulty as refusal:
            for fault in refusal.faults:
                named = fault if fault.field else replace(fault, field=field)
                self.add(named.said, named.field)

    def refuse_as(self, kind: type[Faulty]) -> None:
        """Raises ``kind`` with everything that was found; goes on when there is nothing."""
        if self.faults:
            raise kind(self.faults)
