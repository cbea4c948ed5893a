"""The entries of a calendar, made once from the rows and kept until these change, or the light in their title does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import is_chased
from tracker.domain.lights import ONE_DAY, AssignmentFacts, Light, LightPack, LitLight, between, holds_for, light_of
from tracker.domain.milestones import SOON_DAYS, Standing, stood
from tracker.domain.roles import Role
from tracker.export.ical import FeedItem, FeedStyle, MilestoneItem, event_bytes, milestone_bytes, overdue_line
from tracker.services.calendars import work_calendar
from tracker.services.rule_packs import light_pack_around
from tracker.store import entry_queries as ask
from tracker.store.kept_entries import Kept
from tracker.store.last_read import LastRead

# A longer list is asked for in pieces.
MOST_AT_ONCE = 500

Units = dict[Role, list[str]]


@dataclass(frozen=True, slots=True)
class KeptStyle:
    """A style that entries are kept in: how they look, what they are kept under, and ``rules``, the count of changes
    to the rules of the lights with which they are made."""

    style: FeedStyle
    key: str
    rules: int


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of the lights on a day, and the first and last day on which they are in force."""

    pack: LightPack
    since: date
    until: date
    add_workdays: Callable[[date, int], date]


_last_read = LastRead[_Rules]()


def _rules_on(connection: Connection, today: date, changes: int) -> _Rules:
    def read() -> _Rules:
        with Session(connection) as session:
            return _Rules(*light_pack_around(session, today), work_calendar(session).add_workdays)

    return _last_read.get(connection, (today, changes), read)


def part_entries(
    connection: Connection, part_ids: Sequence[int], kept_in: KeptStyle, day: tuple[date, tzinfo]
) -> Iterator[Kept]:
    """The entries of these parts in the style, with the light of the day in that zone."""
    today, zone = day
    rules = _rules_on(connection, today, kept_in.rules)
    pack, add_workdays = rules.pack, rules.add_workdays
    for ids in _pieces(part_ids):
        for row in ask.parts_to_show(connection, ids):
            facts = _facts(row, zone)
            lit = light_of(facts, today, add_workdays, pack)
            since, until = holds_for(facts, today, add_workdays, pack)
            kept = Kept(
                kept_in.key,
                row.part_version,
                row.task_version,
                max(since, rules.since),
                min(until, rules.until),
                overdue_line(row.title, row.unit_name, row.due_on) if lit.light is Light.RED else None,
                assignment_id=row.id,
            )
            yield _made(kept, partial(event_bytes, _part_item(row, lit, today), kept_in.style))


def milestone_entries(
    connection: Connection, milestone_ids: Sequence[int], kept_in: KeptStyle, today: date
) -> Iterator[Kept]:
    """The same of milestones."""
    for ids in _pieces(milestone_ids):
        for row in ask.milestones_to_show(connection, ids):
            standing = stood(row.due_on, row.reached_on, today, awaited=row.awaited).standing
            kept = Kept(kept_in.key, 0, row.task_version, *_standing_holds(row, today), milestone_id=row.id)
            yield _made(kept, partial(milestone_bytes, _milestone_item(row, standing), kept_in.style))


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), MOST_AT_ONCE):
        yield ids[first : first + MOST_AT_ONCE]


def _made(kept: Kept, render: Callable[[], bytes]) -> Kept:
    """The entry with its bytes, or with the fault for which it has none: the others must reach their readers."""
    try:
        return replace(kept, body=render())
    except Exception as error:  # whatever is wrong with one row
        is_told = isinstance(error, ValueError) and str(error)
        fault = str(error) if is_told else f"{type(error).__name__}：{error}"
        return replace(kept, fault=fault)


def _part_item(row: Any, lit: LitLight, today: date) -> FeedItem:
    return FeedItem(
        uid=row.uid,
        title=row.title,
        unit_name=row.unit_name,
        role_label=row.role.label,
        state=row.state,
        due_on=row.due_on,
        light=lit.light,
        light_word=lit.word,
        changed_at=row.changed_at,
        sequence=row.sequence,
        url=f"/assignments/{row.id}",
        original_due_on=row.original_due_on,
        completed_on=row.completed_on,
        withdrawn_on=row.withdrawn_on,
        percent=row.percent,
        parts=_by_role(ask.units_by_role(row.units)),
        plan_title=row.plan_title,
        plan_number=row.plan_number,
        path=tuple(row.path),
        quote=row.quote,
        is_ahead=is_chased(row.state, row.task_state) and row.due_on >= today,
    )


def _by_role(units: Units) -> tuple[str, ...]:
    return tuple(f"{role.label}：{'、'.join(units[role])}" for role in Role if units.get(role))


def _facts(row: Any, zone: tzinfo) -> AssignmentFacts:
    return AssignmentFacts(
        row.state,
        row.due_on,
        row.dispatched_at.astimezone(zone).date(),
        row.completed_on,
        row.took_up_at.astimezone(zone).date() if row.took_up_at else None,
        task_state=row.task_state,
        sign_by_on=row.sign_by_on,
        role=row.role,
        submitted_on=row.submitted_at.astimezone(zone).date() if row.submitted_at else None,
    )


def _milestone_item(row: Any, standing: Standing) -> MilestoneItem:
    units = ask.units_by_role(row.units)
    completing = [name for role in Role if role.completes for name in units.get(role, [])]
    return MilestoneItem(
        uid=row.uid,
        text=row.text,
        task_title=row.title,
        units="、".join(completing or [name for names in units.values() for name in names]),
        due_on=row.due_on,
        standing=standing,
        changed_at=row.changed_at,
        sequence=row.task_version,
        url=f"/tasks/{row.task_id}",
        reached_on=row.reached_on,
        parts=_by_role(units),
        plan_title=row.plan_title,
        plan_number=row.plan_number,
        path=tuple(row.path),
    )


def _standing_holds(row: Any, today: date) -> tuple[date, date]:
    """The days on which the milestone stands as it does today, as long as nothing happens to it."""
    if row.due_on is None or row.reached_on is not None:
        return date.min, date.max
    return between((row.due_on - timedelta(days=SOON_DAYS), row.due_on + ONE_DAY), today)
