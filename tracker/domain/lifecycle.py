"""The states of an assignment, as a table: what may happen, what it leads to, and who may do it.

Source: the state table of the domain, as offices practise it (签收、退办、办理、审核、挂账、销号).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.access import Permission


class State(StrEnum):
    DISPATCHED = "dispatched"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word a clerk reads."""
        return _STATE_LABELS[self]

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is awaited from the unit; a closed assignment is never overdue."""
        return self in (State.COMPLETED, State.WITHDRAWN)


_STATE_LABELS = {
    State.DISPATCHED: "待签收",
    State.DECLINED: "退办",
    State.IN_PROGRESS: "办理中",
    State.SUBMITTED: "待审核",
    State.SUSPENDED: "中止（挂账）",
    State.COMPLETED: "已办结（销号）",
    State.WITHDRAWN: "撤销",
}

OPEN_STATES = tuple(state for state in State if not state.is_closed)
# A suspended part waits by the office's own decision; it is open, but its unit is not chased.
CHASED_STATES = (State.DISPATCHED, State.DECLINED, State.IN_PROGRESS, State.SUBMITTED)


class TaskState(StrEnum):
    """A task's own state, which follows from its units' parts."""

    OPEN = "open"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"open": "办理中", "completed": "已办结", "withdrawn": "已撤销"}[self.value]


def is_chased(state: State, task_state: TaskState) -> bool:
    """Whether the office presses for a part: its unit is awaited, and the task is not settled without it.

    Once a task is completed or withdrawn, what support units still have to report is no longer pressed for.
    """
    return state in CHASED_STATES and task_state is TaskState.OPEN


class Event(StrEnum):
    SIGN_FOR = "sign_for"
    DECLINE = "decline"
    DISPATCH = "dispatch"
    REPORT = "report"
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"

    @property
    def label(self) -> str:
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    Event.SIGN_FOR: "签收",
    Event.DECLINE: "退办",
    Event.DISPATCH: "重新转办",
    Event.REPORT: "报进展",
    Event.SUBMIT: "申请办结",
    Event.RETURN: "退回补充",
    Event.ACCEPT: "审核销号",
    Event.SUSPEND: "中止挂账",
    Event.RESUME: "恢复办理",
    Event.WITHDRAW: "撤销",
    Event.REOPEN: "回头看未通过，重新办理",
}


class Outcome(StrEnum):
    """What the office records when it accepts a submission."""

    SOLVED = "A"
    PLANNED = "B"
    NOT_YET = "C"

    @property
    def label(self) -> str:
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    Outcome.SOLVED: "A 已解决",
    Outcome.PLANNED: "B 列入计划逐步解决",
    Outcome.NOT_YET: "C 暂不具备条件",
}


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an event leads, whose permission it needs, and whether words must come with it."""

    to: State
    permission: Permission
    words_required: bool = False


_OWN, _DECIDE = Permission.WORK_OWN, Permission.DECIDE

TRANSITIONS: dict[tuple[State, Event], Transition] = {
    (State.DISPATCHED, Event.SIGN_FOR): Transition(State.IN_PROGRESS, _OWN),
    (State.DISPATCHED, Event.DECLINE): Transition(State.DECLINED, _OWN, words_required=True),
    (State.DECLINED, Event.DISPATCH): Transition(State.DISPATCHED, _DECIDE),
    (State.DECLINED, Event.WITHDRAW): Transition(State.WITHDRAWN, _DECIDE, words_required=True),
    (State.IN_PROGRESS, Event.REPORT): Transition(State.IN_PROGRESS, _OWN, words_required=True),
    (State.IN_PROGRESS, Event.SUBMIT): Transition(State.SUBMITTED, _OWN, words_required=True),
    (State.IN_PROGRESS, Event.SUSPEND): Transition(State.SUSPENDED, _DECIDE, words_required=True),
    (State.IN_PROGRESS, Event.WITHDRAW): Transition(State.WITHDRAWN, _DECIDE, words_required=True),
    (State.SUBMITTED, Event.RETURN): Transition(State.IN_PROGRESS, _DECIDE, words_required=True),
    (State.SUBMITTED, Event.ACCEPT): Transition(State.COMPLETED, _DECIDE),
    (State.SUSPENDED, Event.RESUME): Transition(State.IN_PROGRESS, _DECIDE),
    (State.COMPLETED, Event.REOPEN): Transition(State.IN_PROGRESS, _DECIDE, words_required=True),
}


class Refused(Exception):
    """An event cannot happen now; the message is Chinese and says why, and what may be done."""


def transition(state: State, event: Event) -> Transition:
    """The row of the table; raises Refused when the event does not belong to the state."""
    found = TRANSITIONS.get((state, event))
    if found is None:
        allowed = "、".join(f"“{e.label}”" for e in events_of(state)) or "任何操作"
        verb = "只能" if events_of(state) else "不能再做"
        raise Refused(f"该事项现为“{state.label}”，不能“{event.label}”，{verb}{allowed}。")
    return found


def events_of(state: State) -> tuple[Event, ...]:
    """The events that a state knows, in the table's order."""
    return tuple(event for (from_state, event) in TRANSITIONS if from_state is state)
