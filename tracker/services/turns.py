"""Changes to units, groups and people go one after the other, so that what was checked still holds when it is written.

They are few and short. Two of them at once could each see the other's administrator, member or name still in place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from tracker.store.once import ADMINISTRATION_TURN, take_turn

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def in_turn(
    service: Callable[Concatenate[Session, Given], Answer],
) -> Callable[Concatenate[Session, Given], Answer]:
    """The service, waiting until no other of its kind is under way; its commit or rollback ends the turn."""

    @wraps(service)
    def waiting(session: Session, /, *given: Given.args, **named: Given.kwargs) -> Answer:
        take_turn(session, ADMINISTRATION_TURN)
        return service(session, *given, **named)

    return waiting
