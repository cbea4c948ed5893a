"""A page of the list behind a number: the database cuts it out, and few histories are read.

conditions on rows -> how many there are, and the ids of the page -> the histories of its tasks -> its rows

Of lists that a measure counts, what rows do not tell is told from its histories before, and takes its place by its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.figures import Yardstick
from tracker.domain.measures import Measure
from tracker.services.counting import asked_of, left_out_of
from tracker.services.histories import histories, reached, units_called, unless_all
from tracker.services.ledger import LedgerRow, ledger
from tracker.services.listings import Listing, filter_of, listed
from tracker.services.lit import When
from tracker.services.past_lists import paged
from tracker.services.todays_lists import counted_in_its_parent, is_of_the_tables, of_list
from tracker.store.among import not_among
from tracker.store.counted_parts import count_counted, page_of_counted, those
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.reach import below, within
from tracker.store.standing_queries import ListedId, count_of, page_of
from tracker.store.tally_queries import parts_counted
from tracker.store.task_queries import Condition
from tracker.store.tasks import Assignment, Task
from tracker.store.untold import divided_tasks


def list_page(session: Session, actor: Actor, when: When, wanted: Listing, number: int) -> Page[LedgerRow]:
    """The page with that number of the parts that ``listed`` tells, in its order.

    Raises NotFound when there is no such unit or plan.
    """
    if wanted.show.measure:
        parts = _counted(session, actor, when, wanted, wanted.show.measure)
        total = count_counted(session, parts)
        number = page_number(number, total, PAGE_SIZE)
        ids = page_of_counted(session, parts, (number - 1) * PAGE_SIZE, PAGE_SIZE)
        return Page(_rows(session, actor, when, ids), number, total)
    if when.is_past or not is_of_the_tables(wanted.show):
        return paged(listed(session, actor, when, wanted), number, lambda row: row)
    conditions = _conditions(session, actor, when, wanted)
    total = count_of(session, conditions)
    number = page_number(number, total, PAGE_SIZE)
    ids = page_of(session, conditions, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    return Page(_rows(session, actor, when, ids), number, total)


def _counted(session: Session, actor: Actor, when: When, wanted: Listing, measure: Measure) -> list[Select[int]]:
    """The parts that the list's measure counts, those told by rows and those told from histories."""
    last = wanted.period.until
    narrowed, units = filter_of(session, wanted.unit_id, wanted.plan_id), units_called(session)
    in_reach = reached(units, narrowed, actor, Permission.SUPERVISE)
    if wanted.alone:
        in_reach &= {wanted.unit_id or 0}
    left_out = left_out_of(session, [last], when.zone, by_plan=bool(wanted.plan_id))[last]
    yardstick = Yardstick(wanted.basis, when.pack.judged_by)
    asked = asked_of(wanted.period, when.zone, yardstick, wanted.plan_id, left_out)
    told = listed(session, actor, when, wanted, histories(session, narrowed, left_out))
    by_rows = parts_counted(session, replace(asked, unit_ids=unless_all(in_reach, units)), measure)
    return [*by_rows, those(session, [row.assignment_id for row in told])]


def _conditions(session: Session, actor: Actor, when: When, wanted: Listing) -> list[Condition]:
    asked = filter_of(session, wanted.unit_id, wanted.plan_id)
    found = [within(actor, Permission.SUPERVISE)]
    if asked.unit_path:
        found.append(Assignment.unit_id == wanted.unit_id if wanted.alone else below(asked.unit_path))
    if asked.plan_id:
        found.append(Task.plan_id == asked.plan_id)
    divided = counted_in_its_parent(session, when, wanted.show, found)
    if divided:
        found.append(not_among(session, Assignment.id, divided))
    return [*found, *of_list(wanted.show, wanted.period, when)]


def _rows(session: Session, actor: Actor, when: When, ids: Sequence[ListedId]) -> list[LedgerRow]:
    """The rows, in that order; what somebody took out of the list meanwhile is left out."""
    # How far a divided part has come tell those that were divided from it, wherever they stand.
    known = histories(session, None, {each.task_id for each in ids} | divided_tasks(session))
    rows = ledger(session, actor, when, permission=Permission.SUPERVISE, known=known)
    by_id = {row.assignment_id: row for row in rows}
    return [by_id[each.assignment_id] for each in ids if each.assignment_id in by_id]
