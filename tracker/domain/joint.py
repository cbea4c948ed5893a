"""Joint handling (会办): who leads waits for the opinions of the units in support, which have an earlier day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.lifecycle import State
from tracker.domain.roles import Role

LEAD_WORKDAYS = 3
"""So many working days at least lie between the day of the opinions and the day of those who lead."""

OPINIONS_ENDED = "不再等候会办意见，恢复任务时限。"
"""What the history says when a supervisor ends the waiting."""


@dataclass(frozen=True, slots=True)
class SupportPart:
    """What counts of a support unit's part; ``waived``: a supervisor said not to wait for it."""

    unit_name: str
    state: State
    due_on: date | None
    asked_at: datetime
    waived: bool

    @property
    def is_given(self) -> bool:
        """Whether the opinion is there: the unit's submission is its opinion, until it is sent back."""
        return self.state in (State.SUBMITTED, State.COMPLETED)

    @property
    def is_awaited(self) -> bool:
        return not (self.is_given or self.waived or self.state is State.WITHDRAWN)


def latest_day(
    leading: Iterable[tuple[Role, State, date | None]], add_workdays: Callable[[date, int], date]
) -> date | None:
    """The last day that opinions may have: working days before the first day of those who lead; None without one."""
    days = [due_on for role, state, due_on in leading if due_on and role.completes and not state.is_closed]
    return add_workdays(min(days), -LEAD_WORKDAYS) if days else None
