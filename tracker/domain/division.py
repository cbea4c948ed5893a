"""What a divided part has reached: a county's part made into child tasks of its own bureaus (分解任务)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.lifecycle import State, TaskState
from tracker.domain.roles import Role, needed_of


@dataclass(frozen=True, slots=True)
class Share:
    """A unit's part in a child task."""

    role: Role
    state: State
    percent: int


@dataclass(frozen=True, slots=True)
class RollUp:
    """How far the child tasks are; withdrawn ones do not count. ``percent`` is None when there is none to ask."""

    completed: int
    live: int
    percent: int | None

    @property
    def is_done(self) -> bool:
        """Whether every child task that is still in it is completed: the parent can be submitted."""
        return self.live > 0 and self.completed == self.live


def rolled_up(children: Iterable[tuple[TaskState, Sequence[Share]]]) -> RollUp:
    """The child tasks' progress: the mean of the parts that complete them, a completed one counting 100.

    Lead and responsible units complete a task; one that only support units carry is completed by those. Withdrawn
    parts are out of it.
    """
    live = [(state, shares) for state, shares in children if state is not TaskState.WITHDRAWN]
    percents = [_percent(share) for _, shares in live for share in _completing(shares)]
    completed = sum(state is TaskState.COMPLETED for state, _ in live)
    return RollUp(completed, len(live), round_half_up(sum(percents), len(percents)) if percents else None)


def _completing(shares: Sequence[Share]) -> list[Share]:
    return [share for share in needed_of(shares, lambda share: share.role) if share.state is not State.WITHDRAWN]


def _percent(share: Share) -> int:
    return 100 if share.state is State.COMPLETED else share.percent


def round_half_up(total: int, count: int) -> int:
    """total / count as a whole number, halves going up."""
    return (2 * total + count) // (2 * count)


def parts_above(part_id: int, parents: Mapping[int, int | None]) -> Iterator[int]:
    """The parts that were divided into this one, the nearest first; ``parents`` names the parent of each known part."""
    above = parents.get(part_id)
    while above is not None:
        yield above
        above = parents.get(above)
