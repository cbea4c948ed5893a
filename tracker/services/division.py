"""Division (分解任务): a unit's part in a task becomes child tasks of the units below it.

The supervisor whose reach covers the unit divides: a county's own supervisor follows the county's subtree. Child
tasks are tasks like any other; what they have reached is the parent's progress. The parent's state is moved by people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.day_words import in_words
from tracker.domain.division import RollUp
from tracker.domain.drafts import Basis, DeadlineKind
from tracker.domain.faults import Fault, Gathering
from tracker.domain.history import DIVIDED
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.roles import Role
from tracker.services.assigning import PlannedAssignment
from tracker.services.dispatching import Dispatch, dispatched_part, open_task
from tracker.services.division_effects import follow_division, roll_up
from tracker.services.errors import Invalid, NotFound
from tracker.services.lit import Part, When, part_of
from tracker.services.noting import note
from tracker.services.withdrawing import withdraw_open
from tracker.services.work import SAME_PRESS, Changed
from tracker.store.division_queries import children_of, division_of, ids_below, units_under
from tracker.store.handling import Division
from tracker.store.task_queries import assignment_to_change, latest_entries
from tracker.store.tasks import Assignment, Task
from tracker.store.undo_queries import hold_tasks
from tracker.store.units import Unit

LONGEST_TITLE = 500
FARTHEST = timedelta(days=3660)
TASK_GONE = "没有这项分工，可能已被删除，请从任务清单重新进入。"


@dataclass(frozen=True, slots=True)
class Wish:
    """One form: a title, a day, the units with their roles. ``each_alone``: every unit gets a task of its own.

    ``late_confirmed``: the supervisor knows that the day lies after the parent's.
    """

    title: str
    due_on: date | None
    roles: Mapping[int, Role]
    each_alone: bool = False
    late_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A child task with its parts; those that the reader may open are in ``readable``."""

    task: Task
    parts: Sequence[Part]
    readable: frozenset[int]


@dataclass(frozen=True, slots=True)
class DividedPart:
    """A part with what it was divided into, and what this person may do about it."""

    parent: Assignment
    children: Sequence[Child]
    roll_up: RollUp
    may_divide: bool
    may_withdraw: bool
    has_units: bool

    @property
    def is_shown(self) -> bool:
        return bool(self.children) or self.may_divide

    @property
    def can_submit(self) -> bool:
        """Whether the parent's people are told that they may ask for its completion."""
        return self.roll_up.is_done and self.parent.state is State.IN_PROGRESS


@dataclass(frozen=True, slots=True)
class Origin:
    """What a child task is a share of."""

    parent: Assignment
    may_read: bool

    @property
    def is_withdrawn(self) -> bool:
        return self.parent.state is State.WITHDRAWN


def divided_part(session: Session, actor: Actor, when: When, part: Assignment) -> DividedPart:
    """What a part was divided into; asks for nothing but that the caller may read the part."""
    tasks = children_of(session, part.id)
    decides = actor.may(Permission.DECIDE, part.unit.path)
    has_units = bool(tasks) or (decides and bool(units_under(session, part.unit)))
    still_open = any(
        not each.state.is_closed and actor.may(Permission.DECIDE, each.unit.path)
        for task in tasks
        for each in task.assignments
    )
    return DividedPart(
        part,
        [_child(task, actor, when) for task in tasks],
        roll_up(tasks),
        may_divide=decides and has_units and part.state is State.IN_PROGRESS and part.task.state is TaskState.OPEN,
        may_withdraw=decides and part.state is State.WITHDRAWN and still_open,
        has_units=has_units,
    )


def _child(task: Task, actor: Actor, when: When) -> Child:
    readable = frozenset(part.id for part in task.assignments if actor.may(Permission.READ, part.unit.path))
    return Child(task, [part_of(part, when) for part in task.assignments], readable)


def origin_of(session: Session, actor: Actor, task_id: int) -> Origin | None:
    """What the task is a share of; None for a task of its own."""
    found = division_of(session, task_id)
    return Origin(found.parent, actor.may(Permission.READ, found.parent.unit.path)) if found else None


def _held(session: Session, actor: Actor, assignment_id: int, deed: str) -> Assignment:
    """The part, held until the transaction ends; raises NotFound, or Forbidden for the ``deed`` with the unit in it."""
    part = assignment_to_change(session, assignment_id)
    if part is None:
        raise NotFound(TASK_GONE)
    if not actor.may(Permission.DECIDE, part.unit.path):
        raise Forbidden(Permission.DECIDE, deed.format(part.unit.name))
    return part


def part_to_divide(session: Session, actor: Actor, assignment_id: int) -> tuple[Assignment, Sequence[Unit]]:
    """The part and the units below its own; raises NotFound, Forbidden or Invalid (nothing can be divided now)."""
    part = _held(session, actor, assignment_id, "分解“{}”的任务")
    if part.state is not State.IN_PROGRESS:
        raise Invalid(f"该事项现为“{part.state.label}”，“办理中”的才能分解。待签收的请先由联络员签收。")
    units = units_under(session, part.unit)
    if not units:
        raise Invalid(f"“{part.unit.name}”没有登记下级单位，不能分解。请先请管理员登记下级单位。")
    return part, units


def divide(  # noqa: PLR0917 - the fields of a form
    session: Session,
    actor: Actor,
    now: datetime,
    assignment_id: int,
    version: int,
    wish: Wish,
    unread: Sequence[Fault] = (),
) -> list[Task]:
    """Makes the child tasks, with a row in the parent's history, and commits.

    Raises NotFound, Forbidden, Changed, or Invalid with all that is to be changed in the wish's fields (also for a day
    after the parent's that is not confirmed). The same form sent twice acts once.
    """
    part, units = part_to_divide(session, actor, assignment_id)
    found = Gathering(unread)
    chosen = _chosen(found, wish, units)
    words = _words(wish, chosen)
    if part.version != version:
        if not found and _was_just_done(session, part, actor, words, now):
            session.rollback()
            return list(children_of(session, assignment_id))
        raise Changed(latest_entries(session, part.id, min(max(part.version - version, 1), 5)))
    _check_day(found, wish, part, now)
    found.refuse_as(Invalid)
    groups = [[each] for each in chosen] if wish.each_alone else [chosen]
    made = [_task(part, wish, group, actor, now) for group in groups]
    session.add_all(made)
    session.flush()
    made_by = actor.person_id or None
    session.add_all(Division(task_id=task.id, parent_id=part.id, made_by_id=made_by, made_at=now) for task in made)
    note(part, actor, now, DIVIDED, words)
    follow_division(session, actor, now, part)
    _commit(session, part)
    return made


def _chosen(found: Gathering, wish: Wish, units: Sequence[Unit]) -> list[tuple[Unit, Role]]:
    """The units that take part with their roles, the leading ones first; what is wrong with the choice is noted."""
    title = wish.title.strip()
    if not title or len(title) > LONGEST_TITLE:
        found.add(f"请填写子任务名称，不超过{LONGEST_TITLE}字。", "title")
    known = {unit.id for unit in units}
    chosen = [(unit, wish.roles[unit.id]) for unit in units if unit.id in wish.roles]
    if wish.roles.keys() - known:
        found.add("所选单位不在下级单位之中，或已停用，请重新选择。", "roles")
    elif not chosen:
        found.add("请至少为一个单位选择分工。", "roles")
    elif not any(role.completes for _, role in chosen) or (wish.each_alone and not all(r.completes for _, r in chosen)):
        found.add("每项子任务至少要有一个牵头或责任单位，配合单位不能单独承担，请修改。", "roles")
    elif not wish.each_alone and sum(role is Role.LEAD for _, role in chosen) > 1:
        found.add("一项子任务只能有一个牵头单位，请修改；各单位分别办理的，请选“每个单位各立一项”。", "roles")
    return sorted(chosen, key=lambda each: list(Role).index(each[1]))


def _check_day(found: Gathering, wish: Wish, part: Assignment, now: datetime) -> None:
    """Notes a day that is missing, absurd, or later than the parent's without being confirmed."""
    first, last = part.dispatched_at.date(), now.date() + FARTHEST
    if wish.due_on is None:
        if part.due_on is not None:
            found.add("请填写子任务的完成时限。", "due_on")
    elif not first <= wish.due_on <= last:
        found.add(
            f"子任务时限{_day(wish.due_on)}不合理，没有保存。应不早于任务下达日（{_day(first)}），也不晚于十年之后，"
            "请检查年份。",
            "due_on",
        )
    elif part.due_on is not None and wish.due_on > part.due_on and not wish.late_confirmed:
        found.add(
            f"子任务时限{_day(wish.due_on)}晚于“{part.unit.name}”自己的时限{_day(part.due_on)}，没有保存。"
            "请把日期提前；确需如此的，请勾选“确认晚于本级时限”后再提交。",
            "due_on",
        )


def _day(value: date | None) -> str:
    return in_words(value) if value else "未定"


def _words(wish: Wish, chosen: Sequence[tuple[Unit, Role]]) -> str:
    named = "、".join(f"{unit.name}（{role.label}）" for unit, role in chosen)
    alone = "，各立一项" if wish.each_alone and len(chosen) > 1 else ""
    return f"子任务“{wish.title.strip()}”：{named}{alone}；完成时限{_day(wish.due_on)}。"


def _was_just_done(session: Session, part: Assignment, actor: Actor, words: str, now: datetime) -> bool:
    last = next(iter(latest_entries(session, part.id, 1)), None)
    done = last is not None and (last.event, last.actor_id, last.words) == (DIVIDED, actor.person_id, words)
    return done and last is not None and now - last.at <= SAME_PRESS


def _task(part: Assignment, wish: Wish, group: Sequence[tuple[Unit, Role]], actor: Actor, now: datetime) -> Task:
    """A child task: plan and clause are the parent's, the date is the supervisor's own."""
    by_id = actor.person_id or None
    child = open_task(part.task, wish.due_on, by_id, now)
    child.title = wish.title.strip()
    child.deadline_kind = DeadlineKind.FIXED if wish.due_on else DeadlineKind.NONE
    child.deadline_basis, child.deadline_rule = Basis.REVIEW if wish.due_on else None, None
    dispatch = Dispatch(now, actor.name, by_id)
    shares = [
        PlannedAssignment(unit.id, role, unit.name, inherited=False, leads_by_custom=False) for unit, role in group
    ]
    child.assignments = [dispatched_part(each, place, wish.due_on, dispatch) for place, each in enumerate(shares)]
    return child


def withdraw_children(  # noqa: PLR0917 - the fields of a form
    session: Session, actor: Actor, now: datetime, today: date, assignment_id: int, reason: str
) -> int:
    """Withdraws what is open of the child tasks of a withdrawn part, and commits; how many parts that were.

    Raises NotFound, Forbidden or Invalid (the part is not withdrawn, or no reason is given).
    """
    part = _held(session, actor, assignment_id, "撤销“{}”的子任务")
    if part.state is not State.WITHDRAWN:
        raise Invalid("本级分工没有撤销，子任务不能一并撤销；请到子任务页面逐项办理。")
    if not reason.strip():
        raise Invalid("请写明撤销理由。", "reason")
    hold_tasks(session, ids_below(session, part.id))
    words = f"上级任务已撤销，子任务一并撤销：{reason.strip()}"
    count = sum(
        withdraw_open(session, task, actor, now, today, words, in_reach=True) for task in children_of(session, part.id)
    )
    _commit(session, part)
    return count


def _commit(session: Session, part: Assignment) -> None:
    part_id = part.id
    try:
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise Changed(latest_entries(session, part_id, 1)) from None
