"""The seed's tasks as rows, adopted by the same rules as a draft; states and history of tasks at work stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.lifecycle import TaskState
from tracker.domain.seed import Seed, SeedMilestone, SeedPlan, SeedTask
from tracker.domain.units import UnitDirectory
from tracker.services.assigning import Mention, PlannedAssignment, assignments_for, custom_applies
from tracker.services.dispatching import Dispatch, dispatched_part
from tracker.services.moves import settle_task
from tracker.services.seeding_run import Loading
from tracker.store.office import office_setting
from tracker.store.plans import Plan
from tracker.store.tasks import Milestone, Task
from tracker.store.units import Unit

ADOPTED_BY = "核定数据"
_NO_NAMES: UnitDirectory[int] = UnitDirectory()  # the seed has told already which units are meant


def load_tasks(
    loading: Loading,
    seed: Seed,
    units: Mapping[str, Unit],
    plans: Mapping[str, Plan],
    adopted_at: Callable[[SeedPlan], datetime],
) -> None:
    """Makes the tasks that are new, and gives those whose entry changed the facts of the file."""
    known = _known_tasks(loading)
    setting = office_setting(loading.session, "first_listed_leads")
    instants = {plan.key: adopted_at(plan) for plan in seed.plans}
    for position, entry in enumerate(seed.tasks):
        row = known.get(entry.key)
        if row is None:
            row = _new_task(loading, entry, plans[entry.plan], instants[entry.plan])
            _assign(loading, row, _planned(entry, units, setting=setting), instants[entry.plan])
            _set_milestones(loading, row, entry.milestones)
        elif loading.differs("task", entry.key):
            _correct(loading, row, {**_facts(entry), "plan": plans[entry.plan]})
            _assign(loading, row, _planned(entry, units, setting=setting), loading.now)
            _set_milestones(loading, row, entry.milestones)
        row.position = position
        _count_totals(loading, entry)


def _known_tasks(loading: Loading) -> dict[str | None, Task]:
    """The tasks loaded before, by their keys; parts and milestones come along for those that changed."""
    session, keyed = loading.session, select(Task).where(Task.seed_key.is_not(None))
    known = {task.seed_key: task for task in session.scalars(keyed)}
    stale = [task.id for key, task in known.items() if loading.differs("task", key)]
    for start in range(0, len(stale), 500):  # a statement takes only so many values
        some = select(Task).where(Task.id.in_(stale[start : start + 500]))
        whole = some.options(selectinload(Task.assignments), selectinload(Task.milestones))
        # Held, and read as they are now: a unit may be at work on one of them.
        session.scalars(whole.with_for_update(of=Task).execution_options(populate_existing=True)).all()
    return known


def _planned(entry: SeedTask, units: Mapping[str, Unit], *, setting: bool) -> list[PlannedAssignment]:
    mentions = [
        Mention(
            mention.name,
            mention.role,
            mention.inherited,
            unit_ids=tuple(units[name].id for name in mention.stands_for),
            is_group=mention.group is not None,
        )
        for mention in entry.units
    ]
    return assignments_for(mentions, _NO_NAMES, first_listed_leads=custom_applies(entry.form, setting=setting))


def _facts(entry: SeedTask) -> dict[str, Any]:
    return {
        "title": entry.title,
        "path": list(entry.path),
        "form": entry.form,
        "deadline_text": entry.deadline.text,
        "deadline_kind": entry.deadline.kind,
        "deadline_basis": entry.deadline.basis,
        "due_on": entry.deadline.due_on,
    }


def _new_task(loading: Loading, entry: SeedTask, plan: Plan, adopted_at: datetime) -> Task:
    row = Task(seed_key=entry.key, plan=plan, original_due_on=entry.deadline.due_on, created_at=adopted_at)
    row.state = TaskState.OPEN
    for name, value in _facts(entry).items():
        setattr(row, name, value)
    loading.add("任务", row)
    return row


def _correct(loading: Loading, row: Task, facts: Mapping[str, Any]) -> None:
    """Gives a task at work the facts of the file.

    A new date goes to every open part that still has the task's own date; a part whose date was extended keeps it,
    and the original dates stay on record. Calendars are told of every part whose date or title is new.
    """
    day, title = row.due_on, row.title
    loading.update("任务", row, facts)
    for part in row.assignments:
        moves = row.due_on != day and part.due_on == day and not part.state.is_closed
        if moves:
            part.due_on, part.overdue_flagged_on = row.due_on, None
            loading.counts["分工"].changed += 1
        if moves or row.title != title:
            part.changed_at, part.sequence = loading.now, part.sequence + 1


def _assign(loading: Loading, row: Task, planned: list[PlannedAssignment], at: datetime) -> None:
    """Adds the parts that are missing. A unit that the file no longer names keeps its part and its history."""
    known = {part.unit_id for part in row.assignments}
    fresh = [(position, share) for position, share in enumerate(planned) if share.unit_id not in known]
    dispatch = Dispatch(at, ADOPTED_BY)
    for position, share in fresh:
        row.assignments.append(dispatched_part(share, position, row.due_on, dispatch))
    loading.counts["分工"].added += len(fresh)
    if fresh:
        settle_task(row)


def _set_milestones(loading: Loading, row: Task, entries: Iterable[SeedMilestone]) -> None:
    """Gives the task the file's milestones in order; one that stays in its place keeps its calendar id."""
    kept, entries = list(row.milestones), list(entries)
    for position, entry in enumerate(entries):
        facts = {"text": entry.text, "due_on": entry.due_on, "recurrence": entry.recurrence}
        if position < len(kept):
            loading.update("节点", kept[position], facts)
        else:
            row.milestones.append(Milestone(position=position, **facts))
            loading.counts["节点"].added += 1
    surplus = kept[len(entries) :]
    for milestone in surplus:
        row.milestones.remove(milestone)
    loading.counts["节点"].changed += len(surplus)


def _count_totals(loading: Loading, entry: SeedTask) -> None:
    loading.counts["任务"].total += 1
    loading.counts["分工"].total += len({name for mention in entry.units for name in mention.stands_for})
    loading.counts["节点"].total += len(entry.milestones)
