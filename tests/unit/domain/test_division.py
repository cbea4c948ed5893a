"""What a divided part has reached."""

from __future__ import annotations

import pytest

from tracker.domain.division import Share, rolled_up
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.roles import Role

OPEN, DONE, GONE = TaskState.OPEN, TaskState.COMPLETED, TaskState.WITHDRAWN


def share(percent: int, state: State = State.IN_PROGRESS, role: Role = Role.RESPONSIBLE) -> Share:
    return Share(role, state, percent)


@pytest.mark.parametrize(
    ("children", "completed", "live", "percent"),
    [
        ([], 0, 0, None),
        ([(OPEN, [share(40)])], 0, 1, 40),
        ([(OPEN, [share(40), share(60)]), (OPEN, [share(20)])], 0, 2, 40),
        ([(DONE, [share(30, State.COMPLETED)]), (OPEN, [share(0)])], 1, 2, 50),
        # A unit in support does not complete a task, unless nobody else is in it.
        ([(OPEN, [share(40), share(100, State.COMPLETED, Role.SUPPORT)])], 0, 1, 40),
        ([(OPEN, [share(70, role=Role.SUPPORT)])], 0, 1, 70),
        # What is withdrawn is out of it: a part, and a whole child task.
        ([(OPEN, [share(40), share(0, State.WITHDRAWN)])], 0, 1, 40),
        ([(GONE, [share(0, State.WITHDRAWN)]), (OPEN, [share(10)])], 0, 1, 10),
        ([(GONE, [share(90, State.WITHDRAWN)])], 0, 0, None),
        # Halves go up.
        ([(OPEN, [share(1), share(0)])], 0, 1, 1),
        ([(OPEN, [share(1), share(0), share(0)])], 0, 1, 0),
    ],
)
def test_the_mean_of_what_completes_the_children(
    children: list[tuple[TaskState, list[Share]]], completed: int, live: int, percent: int | None
) -> None:
    found = rolled_up(children)
    assert (found.completed, found.live, found.percent) == (completed, live, percent)


def test_done_when_all_that_are_left_are() -> None:
    done, gone = (DONE, [share(100, State.COMPLETED)]), (GONE, [share(0, State.WITHDRAWN)])
    assert rolled_up([done, gone]).is_done
    assert not rolled_up([done, (OPEN, [share(100)])]).is_done
    assert not rolled_up([gone]).is_done
    assert not rolled_up([]).is_done
