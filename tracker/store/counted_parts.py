"""The parts that a number counts, page by page: found by several questions, none of which tells what another does.

Each question tells the task of every part, off an index; the parts themselves are looked up for the tasks of the page.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from tracker.store.among import among
from tracker.store.as_of_queries import LEDGER_ORDER, TASK_ORDER
from tracker.store.standing_queries import ListedId
from tracker.store.tasks import Assignment, Task

TasksOfParts = Select[int]


def those(session: Session, part_ids: Collection[int]) -> TasksOfParts:
    """A question that tells these parts."""
    return select(Assignment.task_id).where(among(session, Assignment.id, part_ids))


def count_counted(session: Session, parts: Sequence[TasksOfParts]) -> int:
    """How many there are; one statement."""
    return session.scalar(select(func.count()).select_from(union_all(*parts).subquery())) or 0


def page_of_counted(session: Session, parts: Sequence[TasksOfParts], first: int, most: int) -> Sequence[ListedId]:
    """So many of them from the first on, in the order of the ledger; two statements."""
    tasks = _tasks_of_page(session, parts, first, most)
    if not tasks:
        return []
    of_page = among(session, Assignment.task_id, [task_id for task_id, _ in tasks])
    found = union_all(*(each.with_only_columns(Assignment.id).where(of_page) for each in parts)).subquery("found")
    query = select(Assignment.id, Assignment.task_id).join(found, found.c.id == Assignment.id)
    rows = session.execute(query.join(Assignment.task).join(Task.plan).order_by(*LEDGER_ORDER))
    _, before = tasks[0]
    return [ListedId(*row) for row in rows][first - before :][:most]


def _tasks_of_page(session: Session, parts: Sequence[TasksOfParts], first: int, most: int) -> Sequence[tuple[int, int]]:
    """The tasks with parts on the page, each with the number of parts before it."""
    found = union_all(*parts).subquery("found")
    sizes = select(found.c.task_id, func.count().label("size")).group_by(found.c.task_id).subquery("sizes")
    before = func.sum(sizes.c.size).over(order_by=TASK_ORDER) - sizes.c.size
    placed = select(sizes.c.task_id, sizes.c.size, before.label("before"))
    placed_tasks = placed.join(Task, Task.id == sizes.c.task_id).join(Task.plan).subquery("placed")
    of_page = placed_tasks.c.before < first + most, placed_tasks.c.before + placed_tasks.c.size > first
    query = select(placed_tasks.c.task_id, placed_tasks.c.before).where(*of_page).order_by(placed_tasks.c.before)
    return [(task_id, int(before)) for task_id, before in session.execute(query)]
