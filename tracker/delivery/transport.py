"""What every way of sending offers, and how it says that it could not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A plain-text message to one person. ``key`` is the same when the same message is sent again after a crash."""

    to_name: str
    to_address: str
    subject: str
    body: str
    key: str
    sent_at: datetime


class Undelivered(Exception):
    """This message was not taken. ``permanent``: the other side refuses it, and would again."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class OutOfReach(Exception):
    """Nothing can be sent at present, to nobody: the server does not answer, or refuses us."""


class Transport(Protocol):
    """Sends a message, or raises Undelivered or OutOfReach."""

    def send(self, message: Message) -> None: ...


@dataclass(slots=True)
class Memory:
    """Keeps messages instead of sending them; ``failing`` is raised instead while it is set."""

    sent: list[Message] = field(default_factory=list)
    failing: Exception | None = None

    def send(self, message: Message) -> None:
        if self.failing:
            raise self.failing
        self.sent.append(message)
